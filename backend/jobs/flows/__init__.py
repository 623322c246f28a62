"""Jobs that wait for jobs: chains, groups, fan-in, failure policy."""
