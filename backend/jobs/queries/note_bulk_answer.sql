-- Keeps the answer to a request for many jobs for whoever sends it again.
INSERT INTO ai_job_bulk (user_id, idempotency_key, idempotency_hash, answer)
VALUES (%(user_id)s, %(idempotency_key)s, %(idempotency_hash)s, %(answer)s)
