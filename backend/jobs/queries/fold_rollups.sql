-- The oldest hour of minutes that is two days old becomes one row a key; hours are forgotten after thirteen months.
WITH hour AS MATERIALIZED (
    SELECT date_trunc('hour', min(at), 'UTC') AS at FROM ai_job_rollup
    WHERE span = 60 AND at < date_trunc('hour', now(), 'UTC') - interval '2 days'
),

counted AS (
    DELETE FROM ai_job_rollup USING hour
    WHERE span = 60 AND ai_job_rollup.at >= hour.at AND ai_job_rollup.at < hour.at + interval '1 hour'
    RETURNING hour.at, queue, job_type, status, error_code, jobs, attempts, rescues, ran, wait_seconds, run_seconds
),

timed AS (
    DELETE FROM ai_job_rollup_time USING hour
    WHERE span = 60 AND ai_job_rollup_time.at >= hour.at AND ai_job_rollup_time.at < hour.at + interval '1 hour'
    RETURNING hour.at, queue, job_type, kind, bucket, jobs
),

rollup AS (
    INSERT INTO ai_job_rollup AS known (
        span, at, queue, job_type, status, error_code, jobs, attempts, rescues, ran, wait_seconds, run_seconds
    )
    SELECT
        3600, at, queue, job_type, status, error_code, sum(jobs), sum(attempts), sum(rescues), sum(ran),
        sum(wait_seconds), sum(run_seconds)
    FROM counted GROUP BY at, queue, job_type, status, error_code
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
    SELECT 3600, at, queue, job_type, kind, bucket, sum(jobs)
    FROM timed GROUP BY at, queue, job_type, kind, bucket
    ON CONFLICT (span, at, queue, job_type, kind, bucket) DO UPDATE SET jobs = known.jobs + excluded.jobs
),

old_rollup AS (
    DELETE FROM ai_job_rollup WHERE span = 3600 AND at < now() - interval '13 months'
),

old_time AS (
    DELETE FROM ai_job_rollup_time WHERE span = 3600 AND at < now() - interval '13 months'
)

SELECT count(*) FROM counted
