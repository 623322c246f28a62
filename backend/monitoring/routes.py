"""``/health`` and ``/ready``, for platforms and load balancers. Public, and as cheap as can be."""

from __future__ import annotations

from typing import Any

from flask import Flask

from backend.monitoring.service import UP, readiness


def register_health(app: Flask) -> None:
    """Add the two routes. They are plain Flask routes: a probe needs no schema."""
    app.add_url_rule("/health", view_func=health, methods=["GET"])
    app.add_url_rule("/ready", view_func=ready, methods=["GET"])


def health() -> dict[str, str]:
    """Alive: the process answers. Asks nobody else, so that a database in trouble gets no process killed."""
    return {"status": "ok"}


def ready() -> tuple[dict[str, Any], int]:
    """Ready: the database answers, the migrations are current, and the live feed listens; 503 otherwise."""
    parts = readiness()
    fine = all(state == UP for state in parts.values())
    return {"status": "ready" if fine else "not ready", **parts}, 200 if fine else 503
