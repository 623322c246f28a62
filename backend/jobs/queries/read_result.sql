-- The result of a completed job, unless it is too large to be shown beside other things, and how large it is as text.
SELECT CASE WHEN bytes <= %(most)s THEN result_data END, bytes
FROM ai_job CROSS JOIN LATERAL (SELECT octet_length(result_data::text) AS bytes) AS size
WHERE id = %(id)s AND status = 'completed' AND result_data IS NOT NULL
