-- The backstop of limits; see the function, in the migration. NULL: there is nothing to tend.
SELECT CASE
    WHEN EXISTS (SELECT FROM job_limit) OR EXISTS (SELECT FROM job_slot)
        OR EXISTS (SELECT FROM ai_job WHERE status = 'queued' AND blocked_on >= 'limit:' AND blocked_on < 'limit;')
        THEN tend_job_limits()
END
