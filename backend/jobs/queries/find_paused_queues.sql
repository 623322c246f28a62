-- The queues that are paused.
SELECT name FROM job_queue WHERE paused_at IS NOT NULL ORDER BY name
