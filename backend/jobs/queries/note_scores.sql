-- Notes what came of forecasts.
UPDATE ai_job_forecast SET score = given.score, scored_at = clock_timestamp()
FROM unnest(%(ids)s::uuid[], %(scores)s::float8[]) AS given (job_id, score)
WHERE ai_job_forecast.job_id = given.job_id
