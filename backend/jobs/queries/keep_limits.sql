-- Removes limits that came from the settings or a task and are not named there any more.
DELETE FROM job_limit
WHERE source <> 'staff' AND scope || ':' || key <> ALL (%(names)s::text[])
