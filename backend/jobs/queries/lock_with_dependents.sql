-- Locks jobs that are about to be queued again and all that depend on them, in the order of their ids: by what state the
-- dependents are in it is decided whether they wait again.
SELECT id FROM ai_job
WHERE id = ANY (%(ids)s::uuid[])
    OR id = ANY (ARRAY(SELECT job_id FROM ai_job_dependency WHERE needs_id = ANY (%(ids)s::uuid[])))
ORDER BY id
FOR NO KEY UPDATE
