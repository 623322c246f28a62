-- For tests: a queued job becomes the next of its queue.
UPDATE ai_job SET sort_key = -4611686018427387904 WHERE id = %(id)s AND status = 'queued'
