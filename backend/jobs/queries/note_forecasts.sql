-- Notes what is foretold of waiting jobs; the first word on a job stands.
INSERT INTO ai_job_forecast (job_id, queue, made_at, low, middle, high)
SELECT * FROM unnest(
    %(ids)s::uuid[], %(queues)s::text[], %(moments)s::timestamptz[], %(lows)s::float8[], %(middles)s::float8[], %(highs)s::float8[]
)
ON CONFLICT (job_id) DO NOTHING
