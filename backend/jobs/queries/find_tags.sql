-- The tags and error codes of the last jobs ("user_id" NULL: of everybody), the most frequent first.
WITH recent AS MATERIALIZED (
    SELECT tags, error_code FROM ai_job
    WHERE NOT hidden AND (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s)
    ORDER BY id DESC LIMIT %(looked)s
)

SELECT kind, name FROM (
    (SELECT 'tag' AS kind, tag AS name, count(*) AS jobs FROM recent CROSS JOIN unnest(tags) AS tag GROUP BY tag ORDER BY count(*) DESC LIMIT %(most)s)
    UNION ALL
    (
        SELECT 'error', error_code, count(*) FROM recent WHERE error_code IS NOT NULL
        GROUP BY error_code ORDER BY count(*) DESC LIMIT %(most)s
    )
) AS found ORDER BY kind, jobs DESC, name
