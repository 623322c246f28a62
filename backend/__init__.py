"""CollabCanvas: a collaborative canvas on which AI work runs as durable jobs.

Importing this package starts nothing. ``flask --app backend`` finds the factory below.
"""

from __future__ import annotations

import secrets
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Build the web application from the environment, for ``flask --app backend``.

    Commands sign nothing: where there is no SECRET_KEY they get one that is thrown away. Where there is no DATABASE_URL
    they work on the embedded Postgres of the start.py that runs.
    """
    # An operator who looks at a queue need not read nine lines about a library, with every command.
    warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated")
    # Imported here because worker.py imports this package too and must not load the web server.
    from backend.app import create_app as build
    from backend.config import Settings
    from backend.embedded import running_server_url

    settings = Settings.from_env()
    if settings.database_url is None:
        settings = replace(settings, database_url=running_server_url(settings.data_dir))
    return build(replace(settings, secret_key=settings.secret_key or secrets.token_urlsafe(48)))
