-- Removes a limit; the jobs that wait for it are let go by the next look at limits, which the hint brings on.
WITH rule AS (
    DELETE FROM job_limit WHERE scope = %(scope)s AND key = %(key)s RETURNING scope
)

SELECT pg_notify('job_later', '*'), pg_notify('job_ready', '*') FROM rule
