-- Makes or changes a limit, unless it comes from the settings or a task and staff have said something else.
WITH rule AS (
    INSERT INTO job_limit AS known (scope, key, slots, source) VALUES (%(scope)s, %(key)s, %(slots)s, %(source)s)
    ON CONFLICT (scope, key) DO UPDATE SET slots = excluded.slots, source = excluded.source, updated_at = now()
    WHERE (excluded.source = 'staff' OR known.source <> 'staff')
        AND (known.slots <> excluded.slots OR known.source <> excluded.source)
    RETURNING scope
)

SELECT pg_notify('job_later', '*'), pg_notify('job_ready', '*') FROM rule
