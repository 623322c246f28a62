"""The history of jobs: what each is found by, kept beside the jobs so that running them costs nothing more, and the search."""
