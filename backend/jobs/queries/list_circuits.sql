-- Every provider that was ever refused or out, the least well first, and how many jobs wait for it (counted to a thousand).
-- A probe whose claim is gone is none.
SELECT
    provider,
    state,
    CASE WHEN state = 'open' THEN open_until END AS open_until,
    failures,
    reason,
    CASE
        WHEN state = 'half_open' THEN (
            SELECT id FROM ai_job WHERE id = probe_job AND claim_token = probe_token
        )
    END AS probe_job,
    budget,
    extract(epoch FROM window_longest)::float8 AS window_seconds,
    (
        SELECT count(*) FROM (
            SELECT FROM ai_job WHERE status = 'queued' AND blocked_on = 'provider:' || provider LIMIT 1000
        ) AS job
    ) AS waiting,
    updated_at
FROM provider_circuit
ORDER BY state = 'closed', provider
