-- Running jobs are asked to stop: durably, and each by a hint to its worker.
WITH running AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE id = ANY (%(ids)s::uuid[]) AND status = 'processing' AND flight_seq IS NULL AND cancel_requested_at IS NULL
    ORDER BY id
    FOR NO KEY UPDATE
),

job AS (
    UPDATE ai_job SET cancel_requested_at = clock_timestamp()
    WHERE id = ANY (ARRAY(SELECT id FROM running)) AND status = 'processing'
    RETURNING id
)

SELECT id, pg_notify('job_cancel', id::text) FROM job
