-- Stores what a step returned, if the claim still holds. No row: the claim is lost.
-- A second time in the same run only if the first answer was lost with its connection.
WITH held AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE id = %(id)s AND status = 'processing' AND claim_token = %(token)s
    FOR NO KEY UPDATE
)

INSERT INTO ai_job_step (job_id, name, ordinal, result, started_at, ended_at)
SELECT
    id, %(name)s, %(ordinal)s, %(result)s::jsonb,
    clock_timestamp() - %(seconds)s * interval '1 second', clock_timestamp()
FROM held
ON CONFLICT (job_id, name) DO UPDATE SET result = excluded.result
RETURNING result
