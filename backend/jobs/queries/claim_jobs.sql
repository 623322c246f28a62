-- Takes the next jobs of the queues for a worker, in each queue in the order of sort_key.
-- Between queues the distance from the queue's own head counts, not the clock: a queue whose jobs are slow falls behind the
-- clock, and by it would keep all others waiting until its backlog is done. Equal heads are drawn by lot.
-- Paused queues are passed over. While there are limits nothing is taken: claim_limited_jobs knows them.
-- "merge" looks, without a lock, how many of the next jobs are in which queue; "picked" locks exactly so many of each,
-- past those that other claimers hold. Locking while merging the queues would lock more than is taken.
-- The array is a fence: the planner cannot turn the update into a join that visits more rows.
-- Fast must stay: one queue with jobs (the usual case) is scanned once, by "picked"; "merge" runs for several alone. What is
-- added to "served" costs once for each queue and claim; a column or an index more costs for each job.
WITH served AS MATERIALIZED (
    SELECT known.queue, head.virtual_time, (random() * 1000000)::bigint AS lot
    FROM unnest(%(queues)s::text[]) AS known (queue)
    CROSS JOIN LATERAL (
        SELECT virtual_time FROM ai_job
        WHERE queue = known.queue AND status = 'queued' AND runnable AND (expires_at IS NULL OR expires_at > now())
        ORDER BY sort_key, id LIMIT 1
    ) AS head
    WHERE NOT EXISTS (SELECT FROM job_limit)
        AND NOT EXISTS (SELECT FROM job_queue WHERE name = known.queue AND paused_at IS NOT NULL)
),

merge AS (
    SELECT next.queue
    FROM served
    CROSS JOIN LATERAL (
        SELECT queue, sort_key - served.virtual_time + served.lot AS distance
        FROM ai_job
        WHERE queue = served.queue AND status = 'queued' AND runnable AND (expires_at IS NULL OR expires_at > now())
        ORDER BY sort_key, id LIMIT %(limit)s
    ) AS next
    WHERE (SELECT count(*) FROM served) > 1
    ORDER BY next.distance LIMIT %(limit)s
),

wanted AS MATERIALIZED (
    SELECT queue, count(*) AS jobs FROM merge GROUP BY queue
    UNION ALL
    SELECT queue, %(limit)s FROM served WHERE (SELECT count(*) FROM served) = 1
),

picked AS MATERIALIZED (
    SELECT next.id
    FROM wanted
    CROSS JOIN LATERAL (
        SELECT id FROM ai_job
        WHERE queue = wanted.queue AND status = 'queued' AND runnable AND (expires_at IS NULL OR expires_at > now())
        ORDER BY sort_key, id LIMIT wanted.jobs
        FOR UPDATE SKIP LOCKED
    ) AS next
),

job AS (
    UPDATE ai_job SET
        status = 'processing',
        claim_token = %(token)s,
        worker_id = %(worker_id)s,
        lease_until = clock_timestamp() + %(lease)s * interval '1 second',
        attempt = attempt + 1,
        runs = runs + 1,
        last_seq = last_seq + 1,
        progress_message = NULL,
        error_code = NULL,
        error_message = NULL,
        started_at = clock_timestamp()
    WHERE id = ANY (ARRAY(SELECT id FROM picked))
    RETURNING
        id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
        error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
        created_at, started_at, completed_at, parent_id, tags, correlation_id, sort_key
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT id, last_seq, 'processing', 'processing', progress, progress_message, jsonb_build_object('attempt', attempt)
    FROM job
),

hint AS MATERIALIZED (
    SELECT CASE WHEN %(lead)s THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END
    FROM job HAVING count(*) > 0
)

SELECT
    id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
    error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
    created_at, started_at, completed_at, parent_id, tags, correlation_id, (SELECT count(*) FROM hint) AS hints
FROM job
ORDER BY sort_key, id
