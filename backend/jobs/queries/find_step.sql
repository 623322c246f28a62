-- The stored result of a finished step.
SELECT result FROM ai_job_step WHERE job_id = %(id)s AND name = %(name)s
