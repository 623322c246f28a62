"""The web application, built top to bottom: settings, extensions, who is asking, features, errors."""

from __future__ import annotations

from flask import Flask

from backend.accounts import models as accounts_models
from backend.canvases import models as canvases_models
from backend.config import Settings
from backend.db import db
from backend.errors import register_errors
from backend.extensions import api, migrate, socketio
from backend.jobs import models as jobs_models

# Every package with tables: migrations compare these with the database.
MODELS = (accounts_models, canvases_models, jobs_models)


def create_app(settings: Settings) -> Flask:
    """Build the application. Opens no connection and starts no thread."""
    app = Flask("backend", static_folder=None)
    app.extensions["collabcanvas.settings"] = settings
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True},
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        API_TITLE="CollabCanvas",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    db.init_app(app)
    migrate.init_app(app, db, compare_type=True)
    api.init_app(app)
    socketio.init_app(app, async_mode=settings.async_mode, transports=["websocket"])
    register_errors(app)
    return app
