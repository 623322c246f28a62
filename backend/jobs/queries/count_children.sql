-- How the children of groups stand: a row for each.
SELECT
    job_id, count(*) AS total,
    count(*) FILTER (WHERE coalesce(outcome, status) = 'completed') AS completed,
    count(*) FILTER (WHERE coalesce(outcome, status) = 'failed') AS failed,
    count(*) FILTER (WHERE coalesce(outcome, status) = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE outcome IS NULL AND status = 'processing') AS running
FROM ai_job_dependency
LEFT JOIN ai_job ON ai_job.id = needs_id AND outcome IS NULL
WHERE job_id = ANY (%(ids)s::uuid[])
GROUP BY job_id
