-- Uses of the cache become counts of an hour and type. Nobody who enqueues waits for a counter.
WITH taken AS (
    DELETE FROM ai_cache_use WHERE id = ANY (ARRAY(
        SELECT id FROM ai_cache_use ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ))
    RETURNING date_trunc('hour', at, 'UTC') AS hour, job_type, kind, saved
),

counted AS (
    INSERT INTO ai_cache_hour AS known (hour, job_type, hits, misses, shared, saved)
    SELECT
        hour, job_type, count(*) FILTER (WHERE kind = 'hit'), count(*) FILTER (WHERE kind = 'miss'),
        count(*) FILTER (WHERE kind = 'shared'), coalesce(sum(saved), 0)
    FROM taken GROUP BY hour, job_type
    ORDER BY hour, job_type
    ON CONFLICT (hour, job_type) DO UPDATE SET
        hits = known.hits + excluded.hits, misses = known.misses + excluded.misses, shared = known.shared + excluded.shared,
        saved = known.saved + excluded.saved
)

SELECT count(*) FROM taken
