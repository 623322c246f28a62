-- Two needed jobs of one dependent may end in two transactions: by this lock the later one sees what the earlier wrote.
SELECT id FROM ai_job WHERE id = ANY (%(ids)s) AND status = 'queued' AND blocked_on = 'jobs' ORDER BY id FOR NO KEY UPDATE
