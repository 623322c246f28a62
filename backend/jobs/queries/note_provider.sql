-- What came of asking a provider; until when nobody may ask it now. See the function, in the migration.
SELECT note_provider(%(provider)s, %(job_id)s, %(token)s, %(how)s, %(seconds)s, %(why)s, %(patience)s)
