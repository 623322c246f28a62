-- Whether somebody waits for a run.
SELECT EXISTS (SELECT FROM ai_job WHERE flight_seq IS NOT NULL AND status IN ('queued', 'processing'))
    OR EXISTS (SELECT FROM ai_job WHERE hidden AND status IN ('queued', 'processing'))
