-- The end of a job with which what follows from it has failed: nobody takes it before its new time.
UPDATE ai_job_follow_up SET noted_at = clock_timestamp() + %(seconds)s * interval '1 second' WHERE job_id = %(id)s
