-- Jobs that would not be run, because one that they need did not complete and is not queued again; with the first such.
SELECT DISTINCT ON (job_id) job_id, needs_id
FROM ai_job_dependency
JOIN ai_job ON ai_job.id = job_id
WHERE job_id = ANY (%(ids)s::uuid[]) AND job_type <> %(group_type)s
    AND on_failure = 'cancel' AND outcome IN ('failed', 'cancelled')
ORDER BY job_id, position
