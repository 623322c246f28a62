-- Runs that have ended are closed, and what they gave is stored in the same transaction: whoever asks the same finds the one
-- or the other. Not stored: failures, results that are too large, and those whose key was taken away meanwhile.
-- A run that was given up may end all the same, together with the one that took its place: the later one's is stored.
-- Runs are locked in the order of their ids, results in that of their keys, as by whoever forgets results.
WITH landing AS MATERIALIZED (
    SELECT landing.*
    FROM unnest(%(ids)s::uuid[], %(seconds)s::float8[], %(shared)s::boolean[]) AS landing (id, seconds, shared)
    JOIN ai_job ON ai_job.id = landing.id
    WHERE ai_job.hidden AND ai_job.followed
    ORDER BY landing.id
    FOR NO KEY UPDATE OF ai_job
),

flight AS (
    UPDATE ai_job SET followed = false
    FROM landing
    WHERE ai_job.id = landing.id
    RETURNING
        ai_job.id, cache_key, job_type, CASE WHEN NOT shared THEN user_id END AS user_id, canvas_id, status, result_data,
        octet_length(result_data::text) AS bytes, extract(epoch FROM completed_at - started_at) AS took, landing.seconds
)

INSERT INTO ai_result_cache (key, job_type, user_id, canvas_id, result, bytes, took, expires_at)
SELECT DISTINCT ON (cache_key) cache_key, job_type, user_id, canvas_id, result_data, bytes, took, now() + seconds * interval '1 second'
FROM flight
WHERE status = 'completed' AND cache_key IS NOT NULL AND seconds > 0 AND bytes <= %(most)s
ORDER BY cache_key, id DESC
ON CONFLICT (key) DO UPDATE SET
    result = excluded.result, bytes = excluded.bytes, took = excluded.took,
    created_at = excluded.created_at, expires_at = excluded.expires_at
