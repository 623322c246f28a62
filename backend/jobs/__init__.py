"""The job engine: a small library that enqueues, claims, runs, retries and records jobs on Postgres. It knows no feature."""
