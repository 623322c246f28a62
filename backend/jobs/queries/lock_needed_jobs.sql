-- Locks jobs that somebody will depend on: their end, if it is just being written, comes either before this or after the
-- dependent's commit.
SELECT id, user_id FROM ai_job WHERE id = ANY (%(ids)s) ORDER BY id FOR NO KEY UPDATE
