-- A worker process stops in good order.
UPDATE ai_worker SET stopped_at = clock_timestamp() WHERE id = %(worker_id)s
