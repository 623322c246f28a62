-- How many jobs each of these limits ("scope:value") lets run.
SELECT name, job_limit_slots(name) AS slots FROM unnest(%(names)s::text[]) AS name WHERE job_limit_slots(name) IS NOT NULL
