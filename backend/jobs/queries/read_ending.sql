-- For tests: what has become of a job.
SELECT status, result_data, error_code FROM ai_job WHERE id = %(id)s
