-- Deletes finished jobs that are older than their retention; a trigger deletes with them what is theirs.
-- Looks at a batch of what ended from "after" on and deletes of it what may go: failures that stay longer must not be passed over
-- again for each batch behind them. Returns how many went, how many were looked at, and when the first and the last of those ended.
WITH looked AS MATERIALIZED (
    SELECT id, status, completed_at FROM ai_job
    WHERE status IN ('completed', 'failed', 'cancelled')
        AND completed_at < now() - %(days)s * interval '1 day'
        AND completed_at >= %(after)s::timestamptz
    ORDER BY completed_at LIMIT %(limit)s
),

old AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE id = ANY (
        ARRAY(SELECT id FROM looked WHERE status <> 'failed' OR completed_at < now() - %(failed_days)s * interval '1 day')
    )
        -- Still: nobody has retried it meanwhile. Not by status, or the planner takes the index of all finished jobs.
        AND completed_at < now() - %(days)s * interval '1 day'
        -- What follows from its end must be done first, or others would wait for it for ever.
        AND NOT EXISTS (SELECT FROM ai_job_follow_up WHERE job_id = ai_job.id)
        -- Its result is an input of a job that has still to run: of one that needs it, or needs its group.
        AND NOT EXISTS (
            SELECT FROM ai_job_dependency AS need
            JOIN ai_job AS dependent ON dependent.id = need.job_id
            WHERE need.needs_id = ai_job.id AND dependent.status IN ('queued', 'processing')
        )
        AND NOT EXISTS (
            SELECT FROM ai_job_dependency AS child
            JOIN ai_job_dependency AS need ON need.needs_id = child.job_id
            JOIN ai_job AS dependent ON dependent.id = need.job_id
            WHERE child.needs_id = ai_job.id AND dependent.status IN ('queued', 'processing')
        )
    FOR UPDATE SKIP LOCKED
),

job AS (
    DELETE FROM ai_job WHERE id = ANY (ARRAY(SELECT id FROM old)) RETURNING id
)

SELECT (SELECT count(*) FROM job), count(*), min(completed_at), max(completed_at) FROM looked
