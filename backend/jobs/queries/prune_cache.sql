-- Results that are too old are removed, and counts older than thirteen months.
WITH old AS MATERIALIZED (
    SELECT key FROM ai_result_cache WHERE expires_at <= now() ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
),

counts AS (
    DELETE FROM ai_cache_hour WHERE hour < now() - interval '13 months'
),

entry AS (
    DELETE FROM ai_result_cache WHERE key = ANY (ARRAY(SELECT key FROM old)) RETURNING key
)

SELECT count(*) FROM entry
