-- The person with this id or address; with neither, the first full member of staff, for whom an operator's jobs are run.
SELECT id FROM app_user
WHERE CASE WHEN %(who)s::text IS NULL THEN role = 'staff' ELSE id::text = lower(%(who)s) OR lower(email) = lower(%(who)s) END
ORDER BY created_at LIMIT 1
