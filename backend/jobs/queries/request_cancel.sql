-- A running job is asked to stop: durably, and by a hint to its worker.
WITH job AS (
    UPDATE ai_job SET cancel_requested_at = clock_timestamp()
    WHERE id = %(id)s AND status = 'processing' AND flight_seq IS NULL AND cancel_requested_at IS NULL
    RETURNING id
)

SELECT id, pg_notify('job_cancel', id::text) FROM job
