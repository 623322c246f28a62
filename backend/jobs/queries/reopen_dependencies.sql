-- Among jobs that will be queued again, what needs another of them waits for it again.
UPDATE ai_job_dependency SET outcome = NULL WHERE job_id = ANY (%(ids)s) AND needs_id = ANY (%(ids)s)
