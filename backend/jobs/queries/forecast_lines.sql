-- The front of each queue's line: what can be claimed, and what was put aside for a limit and comes back to its place.
-- "needed" jobs have waited for others, of "moved" ones the priority was changed. Bounded to "most" of either kind in each queue.
SELECT
    known.queue, next.id, next.user_id, next.job_type, next.limit_key, next.priority, next.virtual_time, next.sort_key,
    next.created_at, next.run_at, next.runs, next.parked,
    EXISTS (SELECT FROM ai_job_dependency WHERE job_id = next.id) AS needed,
    -- Not EXISTS, which the planner may answer by reading all events.
    next.last_seq > 1 AND (
        SELECT true FROM ai_job_event WHERE job_id = next.id AND type = 'queued' AND data ? 'priority' LIMIT 1
    ) IS NOT NULL AS moved
FROM unnest(%(queues)s::text[]) AS known (queue)
CROSS JOIN LATERAL (
    (
        SELECT id, user_id, job_type, limit_key, priority, virtual_time, sort_key, created_at, run_at, runs, last_seq, false AS parked
        FROM ai_job
        WHERE queue = known.queue AND status = 'queued' AND runnable AND (expires_at IS NULL OR expires_at > now())
        ORDER BY sort_key, id LIMIT %(most)s
    )
    UNION ALL
    (
        SELECT id, user_id, job_type, limit_key, priority, virtual_time, sort_key, created_at, run_at, runs, last_seq, true
        FROM ai_job
        WHERE %(limited)s AND queue = known.queue AND status = 'queued' AND blocked_on LIKE 'limit:%%'
        ORDER BY sort_key, id LIMIT %(most)s
    )
) AS next
ORDER BY known.queue, next.sort_key, next.id
