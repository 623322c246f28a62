-- Counts the jobs that ended after the duty's mark and before "horizon", the oldest first, "limit" at a time, into rows that stay when
-- retention has removed the jobs. Reads the index that retention needs anyway: ending a job costs nothing more.
-- Wait and run are those of the last run; a job that no run ended (cancelled or expired in the queue) has neither.
WITH done AS MATERIALIZED (
    SELECT mark FROM ai_job_duty WHERE name = 'roll_up'
),

edge AS MATERIALIZED (
    SELECT last IS NOT NULL AS more, coalesce(last, %(horizon)s::timestamptz - interval '1 microsecond') AS at
    FROM (SELECT (
        SELECT completed_at FROM ai_job
        WHERE status IN ('completed', 'failed', 'cancelled')
            AND completed_at > (SELECT mark FROM done) AND completed_at < %(horizon)s
        ORDER BY completed_at OFFSET %(limit)s - 1 LIMIT 1
    ) AS last) AS batch
),

-- One pass over the jobs makes few rows of them, and all the rest is made from those. date_bin and date_part because
-- date_trunc and extract cost several times as much.
ended AS MATERIALIZED (
    SELECT
        date_bin('1 minute', completed_at, 'epoch') AS at, queue, job_type, status,
        CASE WHEN status = 'failed' THEN coalesce(error_code, '') ELSE '' END AS error_code,
        wait_bucket, run_bucket, count(*) AS jobs, sum(attempt) AS attempts, sum(rescues) AS rescues,
        coalesce(sum(wait), 0) AS wait_seconds, coalesce(sum(run), 0) AS run_seconds
    FROM ai_job
    CROSS JOIN LATERAL (
        SELECT started_at IS NOT NULL AND CASE status
            WHEN 'completed' THEN true
            WHEN 'failed' THEN error_code IS DISTINCT FROM 'expired'
            ELSE cancel_requested_at IS NOT NULL
        END AS ran
    ) AS last
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN ran THEN greatest(0, date_part('epoch', started_at - greatest(created_at, run_at))) END AS wait,
            CASE WHEN ran THEN greatest(0, date_part('epoch', completed_at - started_at)) END AS run
    ) AS taken
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN ran THEN least(60, floor(2 * ln(greatest(wait * 1000, 1)) / ln(2::float8)))::smallint END AS wait_bucket,
            CASE WHEN ran THEN least(60, floor(2 * ln(greatest(run * 1000, 1)) / ln(2::float8)))::smallint END AS run_bucket
    ) AS place
    WHERE NOT hidden AND status IN ('completed', 'failed', 'cancelled')
        AND completed_at > (SELECT mark FROM done) AND completed_at <= (SELECT edge.at FROM edge)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
),

rollup AS (
    INSERT INTO ai_job_rollup AS known (
        span, at, queue, job_type, status, error_code, jobs, attempts, rescues, ran, wait_seconds, run_seconds
    )
    SELECT
        60, at, queue, job_type, status, error_code, sum(jobs), sum(attempts), sum(rescues),
        coalesce(sum(jobs) FILTER (WHERE run_bucket IS NOT NULL), 0), sum(wait_seconds), sum(run_seconds)
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
    SELECT 60, at, queue, job_type, kind, bucket, sum(jobs)
    FROM ended
    CROSS JOIN LATERAL (VALUES ('wait', wait_bucket), ('run', run_bucket)) AS taken (kind, bucket)
    WHERE bucket IS NOT NULL
    GROUP BY at, queue, job_type, kind, bucket
    ON CONFLICT (span, at, queue, job_type, kind, bucket) DO UPDATE SET jobs = known.jobs + excluded.jobs
),

noted AS (
    UPDATE ai_job_duty SET mark = (SELECT edge.at FROM edge) WHERE name = 'roll_up'
)

SELECT coalesce(sum(jobs), 0)::bigint, (SELECT more FROM edge) FROM ended
