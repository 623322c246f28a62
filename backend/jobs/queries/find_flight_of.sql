-- The run that a job waits for.
SELECT substr(blocked_on, 8)::uuid FROM ai_job
WHERE id = %(id)s AND flight_seq IS NOT NULL AND status IN ('queued', 'processing')
