-- Jobs of which something is to be foretold, as they are now. Who follows a run is foretold what that run is: it is asked for by
-- the follower's id and answered with the run's row. "gates" are the limits of each, "moved" says that its priority was changed.
SELECT
    asked.id AS asked, job.id, job.user_id, job.queue, job.job_type, job.limit_key, job.priority, job.status, job.runnable,
    job.blocked_on, job.wait_reason, job.run_at, asked.expires_at, job.virtual_time, job.sort_key,
    greatest(job.created_at, job.run_at) AS entered_at,
    extract(epoch FROM clock_timestamp() - job.started_at)::float8 AS elapsed,
    CASE WHEN %(limited)s THEN job_limits_of(job.queue, job.job_type, job.user_id, job.limit_key) END AS gates,
    EXISTS (SELECT FROM ai_job_event WHERE job_id = asked.id AND type = 'queued' AND data ? 'priority') AS moved
FROM ai_job AS asked
JOIN ai_job AS job ON job.id = CASE WHEN asked.blocked_on LIKE 'flight:%%' THEN substr(asked.blocked_on, 8)::uuid ELSE asked.id END
WHERE asked.id = ANY (%(ids)s::uuid[]) AND asked.status IN ('queued', 'processing')
