-- The last scores of the forecasts of each queue, the oldest first.
SELECT known.queue, last.score
FROM unnest(%(queues)s::text[]) AS known (queue)
CROSS JOIN LATERAL (
    SELECT score, scored_at FROM ai_job_forecast
    WHERE queue = known.queue AND scored_at IS NOT NULL
    ORDER BY scored_at DESC LIMIT %(most)s
) AS last
ORDER BY known.queue, last.scored_at
