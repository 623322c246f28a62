-- Takes back a flight before anybody else has seen it.
DELETE FROM ai_job WHERE id = %(id)s AND hidden AND status = 'queued'
