-- The tree around a job: from its topmost group down, parents before their children, in the order in which each is needed.
-- "viewer" sees own jobs alone (NULL: all). Bounded in depth, and to "most" jobs.
WITH RECURSIVE above AS (
    SELECT id, parent_id, 0 AS height FROM ai_job WHERE id = %(id)s
    UNION ALL
    SELECT parent.id, parent.parent_id, above.height + 1
    FROM above JOIN ai_job AS parent ON parent.id = above.parent_id
    WHERE above.height < %(deepest)s AND (%(viewer)s::uuid IS NULL OR parent.user_id = %(viewer)s)
),

family AS (
    SELECT id, 0 AS depth FROM (SELECT id FROM above ORDER BY height DESC LIMIT 1) AS root
    UNION ALL
    (
        SELECT child.id, family.depth + 1
        FROM family
        CROSS JOIN LATERAL (
            SELECT id FROM ai_job
            WHERE parent_id = family.id AND NOT hidden AND (%(viewer)s::uuid IS NULL OR user_id = %(viewer)s)
            ORDER BY id LIMIT %(most)s
        ) AS child
        WHERE family.depth < %(deepest)s
    )
)

SELECT id, depth FROM family LIMIT %(most)s
