"""The end of an application in a test: nothing of it stays open for the next test to trip over."""

from __future__ import annotations

from flask import Flask

from backend.db import db
from backend.jobs.session_hints import dispose_after_hints

PATIENCE = 10.0  # seconds for the hints that are still owed


def close_app(app: Flask) -> None:
    """Give the application's connections back, once nothing sends through them any more."""
    with app.app_context():
        db.session.remove()
        dispose_after_hints(db.engine, PATIENCE)
