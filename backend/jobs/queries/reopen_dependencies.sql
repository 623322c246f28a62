-- Jobs that did not complete will be queued again: what waits still, and what has failed or was cancelled itself, so that it
-- can be queued again too, waits for them once more. What has run or runs keeps what it saw. Returns the needed jobs.
UPDATE ai_job_dependency SET outcome = NULL
FROM ai_job AS needed, ai_job AS dependent
WHERE needs_id = ANY (%(ids)s::uuid[])
    AND outcome IS NOT NULL
    AND needed.id = needs_id AND needed.status IN ('failed', 'cancelled')
    AND dependent.id = ai_job_dependency.job_id
    AND (dependent.status IN ('failed', 'cancelled') OR (dependent.status = 'queued' AND dependent.blocked_on = 'jobs'))
RETURNING needs_id
