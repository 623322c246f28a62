-- Holds off, until this transaction ends, whoever wants to make jobs under the same idempotency key.
SELECT pg_advisory_xact_lock(hashtextextended(%(user_id)s::uuid || ' ' || %(idempotency_key)s, 0))
