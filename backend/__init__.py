"""CollabCanvas: a collaborative canvas on which AI work runs as durable jobs.

Importing this package starts nothing. ``flask --app backend`` finds the factory below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Build the web application from the environment, for ``flask --app backend``."""
    # Imported here because worker.py imports this package too and must not load the web server.
    from backend.app import create_app as build
    from backend.config import Settings

    return build(Settings.from_env())
