-- Whether ends of followed jobs wait to be dealt with, or jobs for the end of a run that has ended.
SELECT EXISTS (SELECT FROM ai_job_follow_up)
    OR EXISTS (
        SELECT FROM ai_job AS flight
        JOIN ai_job AS follower ON follower.blocked_on = 'flight:' || flight.id AND follower.flight_seq IS NOT NULL
        WHERE flight.hidden AND flight.completed_at IS NOT NULL AND follower.status IN ('queued', 'processing')
    )
