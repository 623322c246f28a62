-- Writes how needed jobs ended to those that depend on them. Returns the dependents.
UPDATE ai_job_dependency SET outcome = ai_job.status
FROM ai_job
WHERE ai_job_dependency.needs_id = ANY (%(ids)s)
    AND ai_job_dependency.outcome IS NULL
    AND ai_job.id = ai_job_dependency.needs_id
    AND ai_job.completed_at IS NOT NULL
RETURNING ai_job_dependency.job_id
