-- From now on a free lock means that this worker is gone.
UPDATE ai_worker SET holds_lock = true, heartbeat_at = clock_timestamp() WHERE id = %(worker_id)s
