-- The claim while there are limits: as claim_jobs, but a job is taken only with a slot of each limit that it falls under.
-- "picked" locks the next jobs, "free" then locks free slots of their limits, both past what others hold; "walk" goes through
-- the jobs in order and gives them slots while there are some. A slot is locked before it is given and given in the statement
-- that locked it: two claims never get the same one. Jobs before slots: who has no job keeps no slot from others.
-- A queue whose own limit is reached is passed over, its jobs need not be looked at.
-- "look" jobs are looked at, at most "limit" taken. One row always comes back; left out are jobs that lacked a slot,
-- with the limit that had none, and the limits that such jobs left unused.
WITH RECURSIVE served AS MATERIALIZED (
    SELECT queue, (random() * 1000000)::bigint AS lot
    FROM unnest(%(queues)s::text[]) AS known (queue)
    WHERE NOT EXISTS (SELECT FROM job_queue WHERE name = queue AND paused_at IS NOT NULL)
        AND (
            NOT EXISTS (SELECT FROM job_limit WHERE scope = 'queue' AND key IN (queue, '*'))
            OR EXISTS (SELECT FROM job_slot WHERE name = 'queue:' || queue AND job_id IS NULL)
            OR NOT EXISTS (SELECT FROM job_slot WHERE name = 'queue:' || queue)
        )
),

wanted AS MATERIALIZED (
    SELECT head.queue, count(*) AS jobs
    FROM (
        SELECT next.queue
        FROM served
        CROSS JOIN LATERAL (
            SELECT queue, sort_key - first_value(virtual_time) OVER (ORDER BY sort_key, id) AS distance
            FROM ai_job
            WHERE queue = served.queue AND status = 'queued' AND runnable AND (expires_at IS NULL OR expires_at > now())
            ORDER BY sort_key, id LIMIT %(look)s
        ) AS next
        ORDER BY next.distance + served.lot LIMIT %(look)s
    ) AS head
    GROUP BY head.queue
),

picked AS MATERIALIZED (
    SELECT next.*
    FROM wanted
    CROSS JOIN LATERAL (
        SELECT id, queue, sort_key, job_type, user_id, limit_key FROM ai_job
        WHERE queue = wanted.queue AND status = 'queued' AND runnable AND (expires_at IS NULL OR expires_at > now())
        ORDER BY sort_key, id LIMIT wanted.jobs
        FOR UPDATE SKIP LOCKED
    ) AS next
),

candidate AS MATERIALIZED (
    SELECT
        id,
        job_limits_of(queue, job_type, user_id, limit_key) AS gates,
        row_number() OVER (ORDER BY turn, sort_key, id) AS place
    FROM (SELECT *, row_number() OVER (PARTITION BY queue ORDER BY sort_key, id) AS turn FROM picked) AS queued
),

free AS MATERIALIZED (
    SELECT gate.name, slot.id, row_number() OVER (PARTITION BY gate.name) AS number
    FROM (SELECT name, count(*) AS jobs FROM candidate CROSS JOIN LATERAL unnest(gates) AS name GROUP BY name) AS gate
    CROSS JOIN LATERAL (
        SELECT id FROM job_slot WHERE name = gate.name AND job_id IS NULL LIMIT gate.jobs FOR UPDATE SKIP LOCKED
    ) AS slot
),

walk (place, id, gates, fits, taken, room) AS (
    SELECT
        0::bigint, NULL::uuid, '{}'::text[], false, 0,
        coalesce(
            (SELECT jsonb_object_agg(name, slots) FROM (SELECT name, count(*) AS slots FROM free GROUP BY name) AS at_first), '{}'
        )
    UNION ALL
    SELECT
        candidate.place, candidate.id, candidate.gates, look.fits, walk.taken + look.fits::int,
        CASE
            WHEN look.fits AND candidate.gates <> '{}' THEN walk.room || (
                SELECT jsonb_object_agg(gate, (walk.room ->> gate)::int - 1) FROM unnest(candidate.gates) AS gate
            )
            ELSE walk.room
        END
    FROM walk
    JOIN candidate ON candidate.place = walk.place + 1
    CROSS JOIN LATERAL (
        SELECT NOT EXISTS (
            SELECT FROM unnest(candidate.gates) AS gate WHERE coalesce((walk.room ->> gate)::int, 0) < 1
        ) AS fits
    ) AS look
    WHERE walk.taken < %(limit)s
),

left_out AS MATERIALIZED (
    -- A job may lack several. That of the queue comes last, because nothing is parked for it.
    SELECT id, gates, (
        SELECT gate FROM unnest(gates) AS gate WHERE coalesce((room ->> gate)::int, 0) < 1
        ORDER BY gate LIKE 'queue:%%', gate LIMIT 1
    ) AS lacks
    FROM walk WHERE place > 0 AND NOT fits
),

slot AS (
    UPDATE job_slot SET job_id = given.id, claim_token = %(token)s
    FROM (
        SELECT walk.id, gate, row_number() OVER (PARTITION BY gate ORDER BY place) AS number
        FROM walk CROSS JOIN LATERAL unnest(gates) AS gate WHERE fits
    ) AS given
    JOIN free ON free.name = given.gate AND free.number = given.number
    WHERE job_slot.id = free.id
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
        limit_names = nullif(walk.gates, '{}'),
        started_at = clock_timestamp()
    FROM walk
    WHERE ai_job.id = ANY (ARRAY(SELECT id FROM walk WHERE fits)) AND walk.id = ai_job.id
    RETURNING ai_job.*
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
    job.id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
    error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
    created_at, started_at, completed_at, parent_id, tags, correlation_id, (SELECT count(*) FROM hint) AS hints,
    EXISTS (SELECT FROM job_limit) AS limited,
    ARRAY(SELECT id FROM left_out ORDER BY id) AS left_ids,
    ARRAY(SELECT lacks FROM left_out ORDER BY id) AS left_lacking,
    ARRAY(SELECT DISTINCT gate FROM left_out CROSS JOIN LATERAL unnest(gates) AS gate WHERE gate <> lacks) AS left_others
FROM (SELECT 1) AS always
LEFT JOIN job ON true
ORDER BY sort_key, job.id
