-- Every limit with how many of its slots are held and how many jobs wait for it (at most a thousand are counted). That for
-- each ('*') has those of all its gates, but for the ones with a rule of their own.
SELECT
    job_limit.scope, job_limit.key, job_limit.slots, job_limit.source, job_limit.updated_at,
    (
        SELECT count(*) FROM job_slot
        WHERE job_id IS NOT NULL AND (
            name = job_limit.scope || ':' || job_limit.key
            OR (job_limit.key = '*' AND split_part(name, ':', 1) = job_limit.scope AND NOT EXISTS (
                SELECT FROM job_limit AS own
                WHERE own.scope = job_limit.scope AND own.key = substr(name, strpos(name, ':') + 1)
            ))
        )
    ) AS held,
    CASE WHEN job_limit.key <> '*' THEN (
        SELECT count(*) FROM (
            SELECT FROM ai_job
            WHERE status = 'queued' AND blocked_on = 'limit:' || job_limit.scope || ':' || job_limit.key LIMIT 1000
        ) AS waiting
    )
    ELSE (
        SELECT count(*) FROM (
            SELECT FROM ai_job
            WHERE status = 'queued'
                AND blocked_on >= 'limit:' || job_limit.scope || ':' AND blocked_on < 'limit:' || job_limit.scope || ';'
                AND NOT EXISTS (
                    SELECT FROM job_limit AS own
                    WHERE own.scope = job_limit.scope AND blocked_on = 'limit:' || own.scope || ':' || own.key
                )
            LIMIT 1000
        ) AS waiting
    ) END AS waiting
FROM job_limit
ORDER BY job_limit.scope, job_limit.key
