-- What a request for many jobs under this idempotency key was answered, and the hash of what was asked for then.
SELECT idempotency_hash, answer FROM ai_job_bulk WHERE user_id = %(user_id)s AND idempotency_key = %(idempotency_key)s
