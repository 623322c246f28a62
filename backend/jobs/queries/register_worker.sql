-- A worker process starts.
INSERT INTO ai_worker (name, queues, concurrency) VALUES (%(name)s, %(queues)s, %(concurrency)s) RETURNING id
