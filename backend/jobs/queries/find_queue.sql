-- Whether there is a trace of a queue: it was paused once, or jobs of it are ready.
SELECT EXISTS (SELECT FROM job_queue WHERE name = %(name)s)
    OR EXISTS (SELECT FROM ai_job WHERE queue = %(name)s AND status = 'queued' AND runnable)
