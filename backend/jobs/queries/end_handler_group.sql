-- The same where several transactions of one session have locked the row: the job's own and a savepoint in it. Then xmax names
-- their group. Whether it does cannot be read: it does if the row is locked and no transaction of that number runs.
WITH free AS MATERIALIZED (
    SELECT id FROM ai_job WHERE id = %(id)s FOR NO KEY UPDATE SKIP LOCKED
),

job AS MATERIALIZED (
    SELECT xmax FROM ai_job
    WHERE id = %(id)s
        AND claim_token = %(token)s
        AND NOT EXISTS (SELECT FROM free)
        AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND granted AND transactionid = ai_job.xmax)
)

SELECT count(pg_terminate_backend(session.pid))
FROM (
    SELECT DISTINCT pg_stat_activity.pid
    FROM job
    CROSS JOIN LATERAL pg_get_multixact_members(job.xmax) AS member
    JOIN pg_locks ON pg_locks.locktype = 'transactionid' AND pg_locks.granted AND pg_locks.transactionid = member.xid
    JOIN pg_stat_activity ON pg_stat_activity.pid = pg_locks.pid AND pg_stat_activity.usename = current_user
    WHERE pg_stat_activity.application_name = %(application_name)s
) AS session
