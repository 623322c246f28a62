-- Whether there are limits at all.
SELECT EXISTS (SELECT FROM job_limit)
