-- An operator knows that a provider answers again: all may ask it, and what was learned of its room is forgotten.
-- No row: nobody was ever refused by it. The state before comes back.
WITH before AS MATERIALIZED (
    SELECT provider, state FROM provider_circuit WHERE provider = %(provider)s FOR UPDATE
),

calls AS (
    DELETE FROM provider_call WHERE provider = (SELECT provider FROM before)
)

UPDATE provider_circuit SET
    state = 'closed', open_until = NULL, failures = 0, reason = NULL, probe_job = NULL, probe_token = NULL,
    budget = NULL, window_longest = NULL, window_shortest = NULL, forget_at = NULL, updated_at = clock_timestamp()
FROM before
WHERE provider_circuit.provider = before.provider
RETURNING before.state
