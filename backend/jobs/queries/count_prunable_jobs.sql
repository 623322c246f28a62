-- How many finished jobs are older than their retention; counts at most "bound".
SELECT count(*) FROM (
    SELECT FROM ai_job
    WHERE status IN ('completed', 'failed', 'cancelled')
        AND completed_at < now() - %(days)s * interval '1 day'
        AND (status <> 'failed' OR completed_at < now() - %(failed_days)s * interval '1 day')
    LIMIT %(bound)s
) AS old
