-- The heartbeat: the worker is alive, and so are its jobs. Says which of them shall stop or are lost.
-- Skips rows that are locked: they are being written, by their own worker as a rule.
WITH beat AS (
    UPDATE ai_worker SET heartbeat_at = clock_timestamp() WHERE id = %(worker_id)s
),

run AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::uuid[], %(tokens)s::uuid[]) AS run (id, token)
),

held AS MATERIALIZED (
    SELECT run.id
    FROM run
    JOIN ai_job USING (id)
    WHERE ai_job.status = 'processing' AND ai_job.claim_token = run.token
    FOR NO KEY UPDATE OF ai_job SKIP LOCKED
),

job AS (
    UPDATE ai_job SET lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    WHERE id = ANY (ARRAY(SELECT id FROM held))
)

SELECT run.id, ai_job.id IS NULL AS lost, ai_job.cancel_requested_at IS NOT NULL AS cancelled
FROM run
LEFT JOIN ai_job ON ai_job.id = run.id AND ai_job.status = 'processing' AND ai_job.claim_token = run.token
WHERE ai_job.id IS NULL OR ai_job.cancel_requested_at IS NOT NULL
