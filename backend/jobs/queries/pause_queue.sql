-- Workers claim nothing from the queue until it is resumed.
INSERT INTO job_queue AS known (name, paused_at, paused_by, reason) VALUES (%(name)s, now(), %(by)s, %(reason)s)
ON CONFLICT (name) DO UPDATE SET
    paused_at = coalesce(known.paused_at, excluded.paused_at), paused_by = excluded.paused_by, reason = excluded.reason
