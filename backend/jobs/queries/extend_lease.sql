-- Renews the lease at the end of a long handler's transaction: while it was open the heartbeat could not.
UPDATE ai_job SET lease_until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE id = %(id)s AND status = 'processing' AND claim_token = %(token)s
