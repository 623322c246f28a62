-- Which of these jobs need which others of them.
SELECT job_id, needs_id FROM ai_job_dependency
WHERE job_id = ANY (%(ids)s::uuid[]) AND needs_id = ANY (%(ids)s::uuid[])
ORDER BY job_id, position
