-- Puts jobs aside that found no slot, until one is freed; see the function, in the migration.
SELECT park_limited_jobs(%(ids)s::uuid[], %(lacking)s::text[], %(others)s::text[])
