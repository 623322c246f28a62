-- How many jobs waited and ran by spans of "step" seconds since a time: means over the minutes that were noted.
SELECT
    date_bin(%(step)s * interval '1 second', at, 'epoch') AS at, avg(waiting)::float8 AS waiting, avg(running)::float8 AS running
FROM (
    SELECT at, sum(waiting) AS waiting, sum(running) AS running FROM ai_job_gauge
    WHERE at >= %(since)s AND (%(queue)s::text IS NULL OR queue = %(queue)s)
    GROUP BY at
) AS minute
GROUP BY 1
