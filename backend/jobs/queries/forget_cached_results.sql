-- Removes stored results. After part_flights, in the same transaction.
-- "user_id" NULL: everybody's. Those that all share belong to nobody.
WITH entry AS (
    DELETE FROM ai_result_cache
    WHERE key = ANY (ARRAY(
        SELECT key FROM ai_result_cache
        WHERE (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s)
            AND (%(key)s::text IS NULL OR key = %(key)s)
            AND (%(job_type)s::text IS NULL OR job_type = %(job_type)s)
            AND (%(canvas_id)s::uuid IS NULL OR canvas_id = %(canvas_id)s)
        ORDER BY key
        FOR UPDATE
    ))
    RETURNING key
)

SELECT count(*) FROM entry
