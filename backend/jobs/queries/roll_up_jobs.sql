-- Counts the jobs that ended after the duty's mark and before "horizon", the oldest first, "limit" at a time, into rows that stay when
-- retention has removed the jobs. Reads the index that retention needs anyway: ending a job costs nothing more.
-- Wait and run are those of the last run; a job that no run ended (cancelled or expired in the queue) has neither.
WITH done AS MATERIALIZED (
    SELECT mark FROM ai_job_duty WHERE name = 'roll_up'
),

edge AS MATERIALIZED (
    SELECT coalesce(
        (
            SELECT completed_at FROM ai_job
            WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at > (SELECT mark FROM done) AND completed_at < %(horizon)s
            ORDER BY completed_at OFFSET %(limit)s - 1 LIMIT 1
        ),
        %(horizon)s::timestamptz - interval '1 microsecond'
    ) AS at
),

ended AS MATERIALIZED (
    SELECT
        date_trunc('minute', completed_at, 'UTC') AS at, queue, job_type, status,
        CASE WHEN status = 'failed' THEN coalesce(error_code, '') ELSE '' END AS error_code, attempt, rescues, ran,
        CASE WHEN ran THEN greatest(0, extract(epoch FROM started_at - greatest(created_at, run_at))) END::float8 AS wait,
        CASE WHEN ran THEN greatest(0, extract(epoch FROM completed_at - started_at)) END::float8 AS run
    FROM ai_job
    CROSS JOIN LATERAL (
        SELECT started_at IS NOT NULL AND CASE status
            WHEN 'completed' THEN true
            WHEN 'failed' THEN error_code IS DISTINCT FROM 'expired'
            ELSE cancel_requested_at IS NOT NULL
        END AS ran
    ) AS last
    WHERE NOT hidden AND status IN ('completed', 'failed', 'cancelled')
        AND completed_at > (SELECT mark FROM done) AND completed_at <= (SELECT edge.at FROM edge)
),

rollup AS (
    INSERT INTO ai_job_rollup AS known (
        span, at, queue, job_type, status, error_code, jobs, attempts, rescues, ran, wait_seconds, run_seconds
    )
    SELECT
        60, at, queue, job_type, status, error_code, count(*), sum(attempt), sum(rescues), count(*) FILTER (WHERE ran),
        coalesce(sum(wait), 0), coalesce(sum(run), 0)
    FROM ended GROUP BY at, queue, job_type, status, error_code
    ON CONFLICT (span, at, queue, job_type, status, error_code) DO UPDATE SET
        jobs = known.jobs + excluded.jobs,
        attempts = known.attempts + excluded.attempts,
        rescues = known.rescues + excluded.rescues,
        ran = known.ran + excluded.ran,
        wait_seconds = known.wait_seconds + excluded.wait_seconds,
        run_seconds = known.run_seconds + excluded.run_seconds
),

time AS (
    INSERT INTO ai_job_rollup_time AS known (span, at, queue, job_type, kind, bucket, jobs)
    SELECT 60, at, queue, job_type, kind, bucket, count(*)
    FROM ended
    CROSS JOIN LATERAL (VALUES ('wait', wait), ('run', run)) AS taken (kind, seconds)
    CROSS JOIN LATERAL (SELECT least(60, floor(2 * ln(greatest(seconds * 1000, 1)) / ln(2)))::smallint AS bucket) AS place
    WHERE ran
    GROUP BY at, queue, job_type, kind, bucket
    ON CONFLICT (span, at, queue, job_type, kind, bucket) DO UPDATE SET jobs = known.jobs + excluded.jobs
),

noted AS (
    UPDATE ai_job_duty SET mark = (SELECT edge.at FROM edge) WHERE name = 'roll_up'
)

SELECT count(*) FROM ended
