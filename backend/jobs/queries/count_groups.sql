-- Writes the progress of open groups: the mean of their children's, an ended one counting as done. Each at most once in
-- "pause" seconds, whoever looks; an event comes with a percent more, or, after "quiet" seconds, with other numbers.
WITH due AS MATERIALIZED (
    SELECT ai_job_group.job_id, ai_job_group.written_at
    FROM ai_job_group
    JOIN ai_job ON ai_job.id = ai_job_group.job_id
    WHERE ai_job_group.counted_at < clock_timestamp() - %(pause)s * interval '1 second' AND ai_job.status = 'queued'
    ORDER BY ai_job_group.counted_at LIMIT %(limit)s
    FOR NO KEY UPDATE OF ai_job SKIP LOCKED
),

tally AS MATERIALIZED (
    SELECT
        due.job_id,
        due.written_at,
        least(99, floor(avg(CASE WHEN outcome IS NULL THEN coalesce(child.progress, 0) ELSE 100 END)))::smallint AS percent,
        concat_ws(
            ', ',
            count(outcome) || ' of ' || count(*) || ' done',
            CASE WHEN count(*) FILTER (WHERE outcome = 'failed') > 0
                THEN count(*) FILTER (WHERE outcome = 'failed') || ' failed' END,
            CASE WHEN count(*) FILTER (WHERE outcome = 'cancelled') > 0
                THEN count(*) FILTER (WHERE outcome = 'cancelled') || ' cancelled' END
        ) AS message
    FROM due
    JOIN ai_job_dependency ON ai_job_dependency.job_id = due.job_id
    LEFT JOIN ai_job AS child ON child.id = ai_job_dependency.needs_id AND ai_job_dependency.outcome IS NULL
    GROUP BY due.job_id, due.written_at
),

job AS (
    UPDATE ai_job SET
        progress = greatest(progress, percent),
        progress_message = message,
        last_seq = last_seq + 1
    FROM tally
    WHERE ai_job.id = tally.job_id AND status = 'queued'
        AND (
            percent > progress
            OR (
                progress_message IS DISTINCT FROM message
                AND (progress_message IS NULL OR written_at < clock_timestamp() - %(quiet)s * interval '1 second')
            )
        )
    RETURNING ai_job.id, last_seq, progress, progress_message
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message)
    SELECT id, last_seq, 'progress', 'queued', progress, progress_message FROM job
),

counted AS (
    UPDATE ai_job_group SET
        counted_at = clock_timestamp(),
        written_at = CASE WHEN job_id = ANY (ARRAY(SELECT id FROM job)) THEN clock_timestamp() ELSE written_at END
    WHERE job_id = ANY (ARRAY(SELECT job_id FROM due))
)

SELECT
    (SELECT count(*) FROM job) AS written,
    (SELECT count(*) FROM (SELECT FROM ai_job_group LIMIT 1) AS found) AS still_open,
    (
        SELECT pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END)
        FROM job HAVING count(*) > 0
    ) AS hint
