-- Whether something will become runnable without anybody's doing: a job whose time has come, an end to be followed up.
SELECT
    EXISTS (SELECT FROM ai_job_follow_up)
    OR EXISTS (SELECT FROM ai_job WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at <= now())
