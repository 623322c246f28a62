"""Handlers that compute: run in child processes, which can be killed."""
