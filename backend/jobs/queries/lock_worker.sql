-- Takes the worker's advisory lock on this session. While it is held, the worker lives.
SELECT pg_try_advisory_lock(%(lock_class)s, %(worker_id)s)
