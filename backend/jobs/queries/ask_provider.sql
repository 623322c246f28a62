-- Whether a run may ask a provider now, and if not, until when it has to wait; see the function, in the migration.
SELECT admitted, until FROM ask_provider(%(provider)s, %(job_id)s, %(token)s)
