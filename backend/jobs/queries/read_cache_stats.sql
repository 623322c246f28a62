-- Entries and uses of the last hours by type; uses that are not folded yet are counted too. What a hit saved is the time
-- that the stored run took.
SELECT
    job_type, coalesce(sum(entries), 0)::bigint, coalesce(sum(bytes), 0)::bigint, coalesce(sum(hits), 0)::bigint,
    coalesce(sum(misses), 0)::bigint, coalesce(sum(shared), 0)::bigint, round(coalesce(sum(saved), 0)::numeric, 3)::float8
FROM (
    SELECT job_type, count(*) AS entries, sum(bytes) AS bytes, 0 AS hits, 0 AS misses, 0 AS shared, 0 AS saved
    FROM ai_result_cache WHERE expires_at > now() GROUP BY job_type
    UNION ALL
    SELECT job_type, 0, 0, hits, misses, shared, saved FROM ai_cache_hour
    WHERE hour > now() - %(hours)s * interval '1 hour' - interval '1 hour'
    UNION ALL
    SELECT
        job_type, 0, 0, count(*) FILTER (WHERE kind = 'hit'), count(*) FILTER (WHERE kind = 'miss'),
        count(*) FILTER (WHERE kind = 'shared'), sum(saved)
    FROM ai_cache_use GROUP BY job_type
) AS part
GROUP BY job_type ORDER BY job_type
