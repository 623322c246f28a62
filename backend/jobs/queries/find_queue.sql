-- Whether there is a trace of a queue: it is paused, a worker serves it by name, or jobs of it are ready.
SELECT EXISTS (SELECT FROM job_queue WHERE name = %(name)s AND paused_at IS NOT NULL)
    OR EXISTS (SELECT FROM ai_worker WHERE stopped_at IS NULL AND %(name)s = ANY (queues))
    OR EXISTS (SELECT FROM ai_job WHERE queue = %(name)s AND status = 'queued' AND runnable)
