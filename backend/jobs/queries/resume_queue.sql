-- Workers may claim from the queue again, and are woken.
WITH resumed AS (
    UPDATE job_queue SET paused_at = NULL, paused_by = NULL, reason = NULL
    WHERE name = %(name)s AND paused_at IS NOT NULL
    RETURNING name
)

SELECT pg_notify('job_ready', name) FROM resumed
