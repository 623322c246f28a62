-- Writes the words and facets of the jobs that ended after the duty's mark and before "horizon", the oldest first, "limit" at a time.
-- Reads the index that retention needs anyway: ending a job costs nothing more. Returns how many, and whether there may be more.
WITH done AS MATERIALIZED (
    SELECT mark FROM ai_job_duty WHERE name = 'index_history'
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

written AS (
    INSERT INTO ai_job_search AS known (job_id, document)
    SELECT
        id, job_document(
            job_type, summary, request_data, error_message, progress_message, tags,
            job_facets(user_id, status, job_type, queue, priority, error_code, tags)
        )
    FROM ai_job
    WHERE NOT hidden AND status IN ('completed', 'failed', 'cancelled')
        AND completed_at > (SELECT mark FROM done) AND completed_at <= (SELECT edge.at FROM edge)
    ON CONFLICT (job_id) DO UPDATE SET document = excluded.document
    RETURNING job_id
),

noted AS (
    UPDATE ai_job_duty SET mark = (SELECT edge.at FROM edge) WHERE name = 'index_history'
)

SELECT (SELECT count(*) FROM written)::int, (SELECT more FROM edge)
