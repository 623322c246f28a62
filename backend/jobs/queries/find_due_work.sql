-- Whether something will become runnable, or end, without anybody's doing: a job whose time has come, an end to be followed
-- up, a job that waits for a flight which has ended.
SELECT
    EXISTS (SELECT FROM ai_job_follow_up WHERE noted_at <= clock_timestamp())
    OR EXISTS (SELECT FROM ai_job WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at <= now())
    OR EXISTS (
        SELECT FROM ai_job AS flight
        JOIN ai_job AS follower ON follower.blocked_on = 'flight:' || flight.id AND follower.flight_seq IS NOT NULL
        WHERE flight.hidden AND flight.completed_at IS NOT NULL AND follower.status IN ('queued', 'processing')
    )
