-- Lets jobs go that wait for a provider, as many as may ask it now; see the function, in the migration.
SELECT let_provider_jobs_go(%(provider)s)
