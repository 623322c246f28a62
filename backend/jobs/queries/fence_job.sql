-- Locks a job for a handler's transaction, if the claim still holds. No row: the claim is lost.
SELECT cancel_requested_at IS NOT NULL FROM ai_job
WHERE id = %(id)s AND status = 'processing' AND claim_token = %(token)s
FOR NO KEY UPDATE
