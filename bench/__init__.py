"""The benchmarks: what the engine does in how long, beside the least that Postgres and its driver need for the same."""
