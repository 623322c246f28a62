-- Removes stored results, and keeps what runs now from being stored: it began before the reason for this.
-- "user_id" NULL: everybody's. Those that all share belong to nobody.
WITH entry AS (
    DELETE FROM ai_result_cache
    WHERE (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s)
        AND (%(key)s::text IS NULL OR key = %(key)s)
        AND (%(job_type)s::text IS NULL OR job_type = %(job_type)s)
        AND (%(canvas_id)s::uuid IS NULL OR canvas_id = %(canvas_id)s)
    RETURNING key
),

flight AS (
    UPDATE ai_job SET cache_key = NULL
    WHERE hidden AND followed AND cache_key IS NOT NULL
        AND (%(user_id)s::uuid IS NULL OR (user_id = %(user_id)s AND NOT job_type = ANY (%(shared_types)s::text[])))
        AND (%(key)s::text IS NULL OR cache_key = %(key)s)
        AND (%(job_type)s::text IS NULL OR job_type = %(job_type)s)
        AND (%(canvas_id)s::uuid IS NULL OR canvas_id = %(canvas_id)s)
)

SELECT count(*) FROM entry
