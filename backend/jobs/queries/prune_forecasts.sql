-- Keeps the last scores of each queue.
DELETE FROM ai_job_forecast AS old
WHERE scored_at < (
    SELECT scored_at FROM ai_job_forecast
    WHERE queue = old.queue AND scored_at IS NOT NULL ORDER BY scored_at DESC OFFSET %(kept)s LIMIT 1
)
