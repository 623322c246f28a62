-- What came of the last forecasts of each queue: those since the "most"-th last that has come true. Of those that have not yet come
-- true it is told what they said and how many seconds ago.
SELECT
    known.queue, forecast.score, low, middle, high, extract(epoch FROM clock_timestamp() - made_at)::float8 AS seconds
FROM unnest(%(queues)s::text[]) AS known (queue)
CROSS JOIN LATERAL (
    SELECT coalesce((
        SELECT made_at FROM ai_job_forecast
        WHERE queue = known.queue AND scored_at IS NOT NULL ORDER BY scored_at DESC OFFSET %(most)s - 1 LIMIT 1
    ), '-infinity') AS at
) AS since
JOIN ai_job_forecast AS forecast ON forecast.queue = known.queue AND made_at >= since.at
ORDER BY made_at DESC LIMIT 5000
