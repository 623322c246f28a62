-- Forecasts whose jobs have started since: how many seconds that took. What will never start as it was foretold is forgotten.
WITH over AS (
    DELETE FROM ai_job_forecast AS forecast
    WHERE scored_at IS NULL AND (
        made_at < now() - interval '2 days'
        OR NOT EXISTS (
            SELECT FROM ai_job WHERE id = forecast.job_id AND (status = 'queued' OR started_at >= forecast.made_at)
        )
    )
)

SELECT job_id, forecast.queue, low, middle, high, extract(epoch FROM started_at - made_at)::float8 AS seconds
FROM ai_job_forecast AS forecast JOIN ai_job ON ai_job.id = job_id
WHERE scored_at IS NULL AND started_at >= made_at
ORDER BY started_at LIMIT 500
