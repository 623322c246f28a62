-- As much of jobs as their maker is told.
SELECT id, job_type, canvas_id, status FROM ai_job WHERE id = ANY (%(ids)s::uuid[])
