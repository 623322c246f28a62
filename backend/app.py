"""The web application, built top to bottom: settings, extensions, who is asking, features, pages, errors."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import event
from werkzeug.middleware.proxy_fix import ProxyFix

from backend import frontend, openapi, security, tasks
from backend.accounts import guard, sessions
from backend.accounts import models as accounts_models
from backend.accounts.authenticator import AccountsAuthenticator, is_own_origin
from backend.accounts.commands import accounts_commands
from backend.accounts.connections import init_connections
from backend.accounts.routes import blueprint as accounts_blueprint
from backend.accounts.staff_routes import blueprint as people_blueprint
from backend.ai import models as ai_models
from backend.ai.changes.routes import blueprint as changes_blueprint
from backend.ai.enhancing.routes import blueprint as prompts_blueprint
from backend.ai.estimates import blueprint as estimates_blueprint
from backend.ai.providers import models as providers_models
from backend.ai.providers.routes import blueprint as providers_blueprint
from backend.ai.routes import blueprint as ai_blueprint
from backend.audit import models as audit_models
from backend.audit.routes import blueprint as audit_blueprint
from backend.audit.service import record
from backend.billing import facts as billing_facts
from backend.billing import models as billing_models
from backend.billing.routes import blueprint as usage_blueprint
from backend.billing.staff_routes import blueprint as staff_billing_blueprint
from backend.canvases import models as canvases_models
from backend.canvases.events import init_canvases
from backend.canvases.routes import blueprint as canvases_blueprint
from backend.canvases.versions import models as versions_models
from backend.canvases.versions.routes import blueprint as versions_blueprint
from backend.config import Settings, SettingsError
from backend.db import db
from backend.errors import register_errors
from backend.extensions import api, migrate, socketio
from backend.identity import EXTENSION_KEY as AUTHENTICATOR
from backend.jobs import models as jobs_models
from backend.jobs.acts import record_by
from backend.jobs.admission import limit_models
from backend.jobs.admission.queues import check_routes
from backend.jobs.caching import cache_models
from backend.jobs.cli import acting, changing, looking, steering
from backend.jobs.cli.group import jobs_commands
from backend.jobs.forecast import forecast_models
from backend.jobs.history import history_models
from backend.jobs.http.action_routes import blueprint as job_actions_blueprint
from backend.jobs.http.cache_routes import blueprint as cache_blueprint
from backend.jobs.http.dashboard_routes import blueprint as dashboard_blueprint
from backend.jobs.http.queue_routes import blueprint as queues_blueprint
from backend.jobs.http.routes import blueprint as jobs_blueprint
from backend.jobs.http.staff_routes import blueprint as staff_blueprint
from backend.jobs.http.upkeep_routes import blueprint as upkeep_blueprint
from backend.jobs.upkeep import rollup_models
from backend.live.routes import blueprint as events_blueprint
from backend.live.server import socket_server
from backend.live.startup import init_live
from backend.monitoring.logs import register_request_logging
from backend.monitoring.routes import register_health
from backend.notifications import models as notifications_models
from backend.notifications.events import init_notices
from backend.notifications.routes import blueprint as notices_blueprint
from backend.pooler import mind_pooler
from backend.socket_json import FastJson, TextPacket
from backend.socket_rooms import IndexedManager
from backend.socket_wires import write_at_once

# Every package with tables: migrations compare these with the database.
MODELS = (
    accounts_models,
    ai_models,
    providers_models,
    billing_models,
    audit_models,
    canvases_models,
    versions_models,
    jobs_models,
    cache_models,
    forecast_models,
    history_models,
    limit_models,
    rollup_models,
    notifications_models,
)

# Every module with tasks: importing them fills the registry.
TASKS = tasks.TASK_MODULES

# Every module with facts about jobs: importing them puts these on the page of a job.
FACTS = (billing_facts,)

# Every module with commands of `flask jobs`: importing them adds them to the group.
JOBS_COMMANDS = (looking, acting, changing, steering)

BLUEPRINTS = (
    accounts_blueprint,
    people_blueprint,
    ai_blueprint,
    providers_blueprint,
    prompts_blueprint,
    estimates_blueprint,
    usage_blueprint,
    staff_billing_blueprint,
    canvases_blueprint,
    versions_blueprint,
    changes_blueprint,
    jobs_blueprint,
    queues_blueprint,
    job_actions_blueprint,
    dashboard_blueprint,
    staff_blueprint,
    audit_blueprint,
    upkeep_blueprint,
    cache_blueprint,
    events_blueprint,
    notices_blueprint,
)


def create_app(settings: Settings) -> Flask:
    """Build the application. Opens no connection and starts no thread."""
    if settings.secret_key is None:
        raise SettingsError(
            "SECRET_KEY is not set: start the application with start.py, which keeps one under DATA_DIR, or give one of "
            "your own, the same for every process"
        )
    check_routes(settings)
    app = Flask("backend", static_folder=None)
    app.extensions["collabcanvas.settings"] = settings
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True},
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        **openapi.configuration(),
    )
    sessions.install(app, settings, settings.secret_key)
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", mind_pooler)  # for each connection of the pool
    migrate.init_app(app, db, compare_type=True)
    api.init_app(app)
    openapi.describe_security(app, api)
    _init_sockets(app, settings)

    init_live(app, settings)
    init_connections(app)
    init_canvases(app)
    init_notices(app)

    app.extensions[AUTHENTICATOR] = AccountsAuthenticator()
    record_by(record)
    register_request_logging(app)
    security.install(app, settings)
    guard.install(app)

    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(openapi.blueprint)
    register_health(app)
    app.cli.add_command(accounts_commands)
    app.cli.add_command(jobs_commands)
    register_errors(app)
    frontend.install(app)

    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _init_sockets(app: Flask, settings: Settings) -> None:
    socketio.init_app(
        app,
        async_mode=settings.async_mode,  # type: ignore[arg-type] # one of the choices of ASYNC_MODE
        transports=["websocket"],  # type: ignore[call-arg] # options of engineio, which the stubs don't know
        cors_allowed_origins=is_own_origin,  # type: ignore[arg-type] # likewise
        max_http_buffer_size=settings.max_body_bytes,
        client_manager=IndexedManager(),
        json=FastJson,
        serializer=TextPacket,
    )
    write_at_once(socket_server().eio)
