-- Up to when ended jobs have been counted; NULL before the first count.
SELECT CASE WHEN isfinite(mark) THEN mark END AS mark FROM ai_job_duty WHERE name = 'roll_up'
