-- Two needed jobs of one dependent may end in two transactions: by this lock the later one sees what the earlier wrote.
-- Whatever state it is in: it may just be put back to where it waits for them.
SELECT id FROM ai_job WHERE id = ANY (%(ids)s) ORDER BY id FOR NO KEY UPDATE
