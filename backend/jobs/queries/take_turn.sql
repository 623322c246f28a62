-- One worker at a time does a duty for all. Nobody waits: whoever finds it taken or not yet due goes on.
WITH due AS MATERIALIZED (
    SELECT name FROM ai_job_duty
    WHERE name = %(name)s AND taken_at <= clock_timestamp() - %(interval)s * interval '1 second'
    FOR UPDATE SKIP LOCKED
)

UPDATE ai_job_duty SET taken_at = clock_timestamp() WHERE name = ANY (ARRAY(SELECT name FROM due)) RETURNING name
