-- A run that waits has the best place of those who wait for it.
WITH best AS MATERIALIZED (
    SELECT DISTINCT ON (follower.blocked_on) flight.id, follower.priority, follower.sort_key
    FROM ai_job AS chosen
    JOIN ai_job AS follower ON follower.blocked_on = chosen.blocked_on AND follower.flight_seq IS NOT NULL
    JOIN ai_job AS flight ON flight.id = substr(chosen.blocked_on, 8)::uuid
    WHERE chosen.id = ANY (%(ids)s::uuid[]) AND chosen.flight_seq IS NOT NULL AND chosen.status = 'queued'
        AND follower.status = 'queued' AND flight.status = 'queued'
    ORDER BY follower.blocked_on, follower.sort_key
),

locked AS MATERIALIZED (
    SELECT id FROM ai_job WHERE id = ANY (ARRAY(SELECT id FROM best)) AND status = 'queued' ORDER BY id FOR NO KEY UPDATE
)

UPDATE ai_job SET priority = best.priority, sort_key = best.sort_key
FROM best
JOIN locked USING (id)
WHERE ai_job.id = best.id AND ai_job.status = 'queued' AND ai_job.sort_key <> best.sort_key
