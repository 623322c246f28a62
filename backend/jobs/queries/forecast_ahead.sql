-- How many jobs of its queue come before each of these, counted up to "most".
SELECT job.id, (
    SELECT count(*) FROM (
        SELECT FROM ai_job AS other
        WHERE other.queue = job.queue AND other.status = 'queued' AND other.runnable
            AND (other.sort_key, other.id) < (job.sort_key, job.id)
        LIMIT %(most)s
    ) AS ahead
)::int AS ahead
FROM ai_job AS job WHERE job.id = ANY (%(ids)s::uuid[])
