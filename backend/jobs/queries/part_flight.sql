-- What runs now serves those who wait for it, and nobody who comes later: its result is not stored.
UPDATE ai_job SET cache_key = NULL
WHERE hidden AND followed AND cancel_requested_at IS NULL AND status IN ('processing', 'completed') AND cache_key = %(key)s
