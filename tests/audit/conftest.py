"""The audit is tested on the engine's fixtures: most of what it records is done to jobs."""

from __future__ import annotations

from tests.jobs.conftest import app, engine, engine_environ, flask_jobs, guest, staff, web

__all__ = ["app", "engine", "engine_environ", "flask_jobs", "guest", "staff", "web"]
