-- Runs that ended a while ago and that nobody waits for any more are forgotten; those who waited have all that is to know.
WITH landed AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE hidden AND NOT followed AND completed_at < now() - %(age)s * interval '1 second'
        AND NOT EXISTS (
            SELECT FROM ai_job AS follower
            WHERE follower.blocked_on = 'flight:' || ai_job.id AND follower.flight_seq IS NOT NULL
                AND follower.status IN ('queued', 'processing')
        )
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)

DELETE FROM ai_job WHERE id = ANY (ARRAY(SELECT id FROM landed))
