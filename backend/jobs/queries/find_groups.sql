-- Which of these jobs are groups.
SELECT id FROM ai_job WHERE id = ANY (%(ids)s) AND job_type = %(group_type)s
