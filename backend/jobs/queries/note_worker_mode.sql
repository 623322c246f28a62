-- How a worker learns of new jobs: by notifications, or by polling where they do not arrive.
UPDATE ai_worker SET mode = %(mode)s WHERE id = %(worker_id)s
