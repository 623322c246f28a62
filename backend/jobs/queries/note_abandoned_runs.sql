-- How many threads of a worker hold runs that were given up because they did not stop.
UPDATE ai_worker SET abandoned = %(abandoned)s WHERE id = %(worker_id)s
