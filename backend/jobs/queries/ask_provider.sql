-- Whether a run may ask a provider now, and if not, until when it has to wait, and why; see the function, in the migration.
SELECT admitted, until, why
FROM ask_rated_provider(%(provider)s, %(job_id)s, %(token)s, %(calls)s, %(tokens)s, %(need)s)
