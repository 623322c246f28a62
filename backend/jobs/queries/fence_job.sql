-- Locks a job for a handler's transaction, if the claim still holds. No row: the claim is lost.
-- A worker that freezes inside it would keep the row, and so the job, from everybody: after "idle" without a statement the
-- server ends the session. For this transaction alone, so that it works through a pooler too.
SELECT cancel_requested_at IS NOT NULL, set_config('idle_in_transaction_session_timeout', %(idle)s, true) FROM ai_job
WHERE id = %(id)s AND status = 'processing' AND claim_token = %(token)s
FOR NO KEY UPDATE
