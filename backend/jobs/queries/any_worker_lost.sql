-- Whether a worker that has jobs has missed its heartbeat. This looks at a few workers; rescue_jobs at the entry of every claim
-- that vacuum has not yet removed, which are tens of thousands while quick jobs are on the move.
SELECT EXISTS (
    SELECT FROM ai_worker
    WHERE heartbeat_at < clock_timestamp() - %(silence)s * interval '1 second'
        AND (SELECT true FROM ai_job WHERE worker_id = ai_worker.id AND status = 'processing' LIMIT 1)
)
