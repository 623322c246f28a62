-- Ends the session whose transaction holds the row of a job that was taken from its handler: nobody will commit it,
-- and until it ends the job's end cannot be written. The row's xmax is the transaction that has locked it.
SELECT count(pg_terminate_backend(pg_stat_activity.pid))
FROM ai_job
JOIN pg_locks ON pg_locks.locktype = 'transactionid' AND pg_locks.granted AND pg_locks.transactionid = ai_job.xmax
JOIN pg_stat_activity ON pg_stat_activity.pid = pg_locks.pid AND pg_stat_activity.usename = current_user
WHERE ai_job.id = %(id)s
    AND ai_job.claim_token = %(token)s
    AND pg_stat_activity.application_name = %(application_name)s
