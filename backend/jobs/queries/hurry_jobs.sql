-- For tests: jobs that wait for a time need not wait any longer.
UPDATE ai_job SET run_at = clock_timestamp()
WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at > clock_timestamp()
