-- Which of the jobs are runs that have ended and are still open for those who come now, and of which type.
SELECT id, job_type FROM ai_job
WHERE id = ANY (%(ids)s::uuid[]) AND hidden AND followed AND status IN ('completed', 'failed', 'cancelled')
