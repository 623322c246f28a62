-- Ends groups whose children have all ended: completed, or by policy failed (cancelled if no child failed).
WITH over AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE id = ANY (%(ids)s) AND status = 'queued' AND blocked_on = 'jobs'
        AND EXISTS (SELECT FROM ai_job_group WHERE job_id = ai_job.id)
        AND NOT EXISTS (SELECT FROM ai_job_dependency WHERE job_id = ai_job.id AND outcome IS NULL)
),

tally AS MATERIALIZED (
    SELECT
        over.id,
        count(needs_id) AS total,
        count(*) FILTER (WHERE outcome = 'completed') AS completed,
        count(*) FILTER (WHERE outcome = 'failed') AS failed,
        count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
        coalesce(bool_or(outcome <> 'completed' AND on_failure = 'cancel'), false) AS broken,
        coalesce((array_agg(needs_id ORDER BY position) FILTER (WHERE needs_id IS NOT NULL))[:%(listed)s], '{}') AS listed
    FROM over
    LEFT JOIN ai_job_dependency ON job_id = over.id
    GROUP BY over.id
),

told AS MATERIALIZED (
    SELECT
        *,
        CASE WHEN NOT broken THEN 'completed' WHEN failed > 0 THEN 'failed' ELSE 'cancelled' END AS final,
        concat_ws(
            ', ',
            total || ' of ' || total || ' done',
            CASE WHEN failed > 0 THEN failed || ' failed' END,
            CASE WHEN cancelled > 0 THEN cancelled || ' cancelled' END
        ) AS message
    FROM tally
),

job AS (
    UPDATE ai_job SET
        status = final,
        runnable = true,
        blocked_on = NULL,
        result_data = jsonb_build_object(
            'completed', completed, 'failed', failed, 'cancelled', cancelled, 'jobs', to_jsonb(listed)
        ),
        progress = CASE WHEN final = 'completed' THEN 100 ELSE progress END,
        progress_message = message,
        error_code = CASE WHEN final = 'failed' THEN 'group_failed' END,
        error_message = CASE WHEN final = 'failed' THEN 'Not all jobs of the group have completed: ' || message || '.' END,
        last_seq = last_seq + 1,
        started_at = (SELECT min(child.started_at) FROM ai_job AS child WHERE child.parent_id = told.id),
        completed_at = clock_timestamp()
    FROM told
    WHERE ai_job.id = told.id AND ai_job.status = 'queued' AND ai_job.blocked_on = 'jobs'
    RETURNING ai_job.id, ai_job.status, last_seq, ai_job.progress, progress_message, ai_job.error_code, ai_job.error_message
),

closed AS (
    DELETE FROM ai_job_group WHERE job_id = ANY (ARRAY(SELECT id FROM job))
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT
        id, last_seq, status, status, progress, progress_message,
        CASE status
            WHEN 'failed' THEN jsonb_build_object('error', jsonb_build_object('code', error_code, 'message', error_message))
            WHEN 'cancelled' THEN jsonb_build_object('reason', progress_message)
        END
    FROM job
)

SELECT pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END)
FROM job HAVING count(*) > 0
