-- Keeps what runs now from being stored. First of the two statements that forget results: it waits for runs that land at
-- this moment, so that the next one sees what they have stored, and it takes the locks in their order, run before result.
-- "user_id" NULL: everybody's. Those that all share belong to nobody.
WITH flight AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE hidden AND followed AND cache_key IS NOT NULL
        AND (%(user_id)s::uuid IS NULL OR (user_id = %(user_id)s AND NOT job_type = ANY (%(shared_types)s::text[])))
        AND (%(key)s::text IS NULL OR cache_key = %(key)s)
        AND (%(job_type)s::text IS NULL OR job_type = %(job_type)s)
        AND (%(canvas_id)s::uuid IS NULL OR canvas_id = %(canvas_id)s)
    ORDER BY id
    FOR NO KEY UPDATE
)

UPDATE ai_job SET cache_key = NULL WHERE id = ANY (ARRAY(SELECT id FROM flight)) AND followed
