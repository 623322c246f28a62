-- Lets jobs probe or go that wait for a provider; see the function, in the migration.
SELECT tend_provider_circuits()
