-- Why a queued job does not run: a row for each cause, with what is behind it. Ids of jobs are those that the viewer may see
-- (NULL: all), counts are of all. Nothing is scanned: each part is one look by an index, and bounded.
-- Who follows a run waits for what the run waits for. The run itself is hidden: its id is never told.
WITH asked AS MATERIALIZED (
    SELECT id, CASE WHEN blocked_on LIKE 'flight:%%' THEN substr(blocked_on, 8)::uuid END AS flight_id, expires_at
    FROM ai_job WHERE id = %(id)s AND status = 'queued'
),

job AS MATERIALIZED (
    SELECT
        ai_job.id, user_id, queue, job_type, limit_key, priority, virtual_time, sort_key, runnable, blocked_on, wait_reason, run_at
    FROM asked JOIN ai_job ON ai_job.id = coalesce(asked.flight_id, asked.id)
    WHERE ai_job.status = 'queued'
),

gate AS MATERIALIZED (
    SELECT name, count(*) AS slots, count(job_id) AS held, array_agg(job_id) AS holders
    FROM job_slot
    WHERE name = ANY (ARRAY(SELECT unnest(job_limits_of(queue, job_type, user_id, limit_key)) FROM job))
    GROUP BY name
),

worker AS MATERIALIZED (
    SELECT ai_worker.id, ai_worker.concurrency FROM job JOIN ai_worker ON ai_worker.queues IS NULL OR job.queue = ANY (ai_worker.queues)
    WHERE stopped_at IS NULL AND heartbeat_at > now() - %(silence)s * interval '1 second'
),

ahead AS MATERIALIZED (
    SELECT other.priority, other.virtual_time >= job.virtual_time AND other.priority <> job.priority AS by_priority
    FROM job
    CROSS JOIN LATERAL (
        SELECT priority, virtual_time FROM ai_job
        WHERE queue = job.queue AND status = 'queued' AND runnable AND (sort_key, id) < (job.sort_key, job.id)
        ORDER BY sort_key, id LIMIT %(most)s
    ) AS other
    WHERE job.runnable
)

SELECT 'paused' AS cause, NULL::timestamptz AS until, jsonb_build_object(
    'queue', name, 'since', paused_at, 'paused_by', paused_by, 'reason', reason
) AS ref
FROM job JOIN job_queue ON name = queue WHERE paused_at IS NOT NULL

UNION ALL

SELECT 'limit', NULL, jsonb_build_object(
    'limit', gate.name, 'slots', coalesce(job_limit_slots(gate.name), gate.slots), 'held', held,
    'job_ids', ARRAY(
        SELECT ai_job.id FROM ai_job
        WHERE ai_job.id = ANY (gate.holders) AND NOT hidden AND (%(viewer)s::uuid IS NULL OR ai_job.user_id = %(viewer)s)
        UNION ALL
        SELECT follower.id
        FROM unnest(gate.holders) AS holder (id)
        JOIN ai_job AS follower ON follower.blocked_on = 'flight:' || holder.id AND follower.flight_seq IS NOT NULL
        WHERE %(viewer)s::uuid IS NULL OR follower.user_id = %(viewer)s
        LIMIT %(listed)s
    )
)
FROM job JOIN gate ON held >= gate.slots OR job.blocked_on = 'limit:' || gate.name
WHERE job.runnable OR job.blocked_on LIKE 'limit:%%'

UNION ALL

SELECT 'jobs', NULL, jsonb_build_object(
    'count', (SELECT count(*) FROM ai_job_dependency WHERE job_id = job.id AND outcome IS NULL),
    'job_ids', ARRAY(
        SELECT ai_job.id FROM ai_job_dependency AS need JOIN ai_job ON ai_job.id = need.needs_id
        WHERE need.job_id = job.id AND need.outcome IS NULL AND (%(viewer)s::uuid IS NULL OR ai_job.user_id = %(viewer)s)
        ORDER BY need.position LIMIT %(listed)s
    )
)
FROM job WHERE blocked_on = 'jobs'

UNION ALL

SELECT 'flight', NULL, '{}' FROM asked WHERE flight_id IS NOT NULL AND NOT EXISTS (SELECT FROM job)

UNION ALL

SELECT 'provider', CASE WHEN state = 'open' THEN open_until ELSE job.run_at END, jsonb_build_object(
    'provider', substr(job.blocked_on, 10), 'trouble', provider_trouble(substr(job.blocked_on, 10)), 'reason', reason
)
FROM job
LEFT JOIN provider_circuit ON provider = substr(job.blocked_on, 10)
WHERE blocked_on LIKE 'provider:%%'

UNION ALL

SELECT 'time', run_at, jsonb_build_object('reason', coalesce(wait_reason, 'scheduled'))
FROM job
WHERE NOT runnable AND run_at IS NOT NULL AND (blocked_on IS NULL OR (blocked_on = 'jobs' AND run_at > now()))

UNION ALL

SELECT 'worker', NULL, jsonb_build_object('queue', queue) FROM job WHERE NOT EXISTS (SELECT FROM worker)

UNION ALL

SELECT 'busy', NULL, jsonb_build_object('count', (SELECT count(*) FROM worker), 'slots', room.threads, 'held', room.running)
FROM job
CROSS JOIN LATERAL (
    SELECT
        (SELECT sum(concurrency) FROM worker) AS threads,
        (SELECT count(*) FROM ai_job WHERE worker_id = ANY (ARRAY(SELECT id FROM worker)) AND status = 'processing') AS running
) AS room
WHERE runnable AND room.running >= room.threads

UNION ALL

SELECT 'order', NULL, jsonb_build_object(
    'ahead', (SELECT count(*) FROM ahead), 'by_priority', (SELECT count(*) FROM ahead WHERE by_priority),
    'most', (SELECT count(*) FROM ahead) >= %(most)s
)
FROM job WHERE runnable

UNION ALL

SELECT 'expired', expires_at, '{}' FROM asked WHERE expires_at <= now()
