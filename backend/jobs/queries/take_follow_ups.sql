-- Takes the ends of followed jobs off the list; what follows from them must be done in the same transaction.
WITH noted AS MATERIALIZED (
    SELECT job_id FROM ai_job_follow_up
    WHERE noted_at <= clock_timestamp() -- later: put off
    ORDER BY noted_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
),

taken AS (
    DELETE FROM ai_job_follow_up WHERE job_id = ANY (ARRAY(SELECT job_id FROM noted)) RETURNING job_id
)

SELECT id, status, parent_id FROM taken JOIN ai_job ON id = job_id ORDER BY id
