"""Providers over HTTP, for staff."""

from __future__ import annotations

import uuid
from typing import Any

from flask import current_app
from flask_smorest import Blueprint

from backend.ai.providers import service, views
from backend.ai.providers.schemas import (
    NewProviderSchema,
    OrderSchema,
    ProviderChangeSchema,
    ProviderListSchema,
    ProviderSchema,
    TestSchema,
    TestStartedSchema,
)
from backend.config import Settings
from backend.db import db
from backend.identity import require_staff
from backend.jobs import service as jobs
from backend.jobs.http.refusals import FOR_STAFF
from backend.openapi import refuses

NAME_TAKEN = "There is a provider of this name already, or as many as there may be."

blueprint = Blueprint(
    "providers", __name__, url_prefix="/api/staff/providers", description="Model providers, for staff."
)


@blueprint.route("")
@blueprint.response(200, ProviderListSchema)
@refuses(blueprint, _403=FOR_STAFF)
def list_providers() -> dict[str, Any]:
    """Every provider in the order in which they are asked: those of AI_PROVIDERS first, then those that staff have added."""
    require_staff()
    return views.list_body(db.session, _settings())


@blueprint.route("", methods=["POST"])
@blueprint.arguments(NewProviderSchema)
@blueprint.response(201, ProviderSchema)
@refuses(blueprint, _403=FOR_STAFF, _409=NAME_TAKEN)
def add_provider(fields: dict[str, Any]) -> dict[str, Any]:
    """Add a provider. Workers ask it within seconds, after all others."""
    actor = require_staff(acting=True)
    row = service.add(db.session, actor, _settings(), fields)
    db.session.commit()
    return views.row_body(row, _settings(), {})


@blueprint.route("/<uuid:provider_id>", methods=["PATCH"])
@blueprint.arguments(ProviderChangeSchema)
@blueprint.response(200, ProviderSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=service.NO_PROVIDER, _409=NAME_TAKEN)
def change_provider(fields: dict[str, Any], provider_id: uuid.UUID) -> dict[str, Any]:
    """Change what is named. A key that is not named stays; an address on another host needs it anew."""
    actor = require_staff(acting=True)
    row = service.change(db.session, actor, _settings(), provider_id, fields)
    db.session.commit()
    return views.row_body(row, _settings(), {})


@blueprint.route("/<uuid:provider_id>", methods=["DELETE"])
@blueprint.response(204)
@refuses(blueprint, _403=FOR_STAFF, _404=service.NO_PROVIDER)
def remove_provider(provider_id: uuid.UUID) -> None:
    """Remove a provider with its key. What it was asked for stays accounted for."""
    service.remove(db.session, require_staff(acting=True), provider_id)
    db.session.commit()


@blueprint.route("/order", methods=["PUT"])
@blueprint.arguments(OrderSchema)
@blueprint.response(200, ProviderListSchema)
@refuses(blueprint, _403=FOR_STAFF, _409="The list is not that of the providers there are.")
def order_providers(fields: dict[str, Any]) -> dict[str, Any]:
    """Ask the providers of staff in this order."""
    service.reorder(db.session, require_staff(acting=True), fields["ids"])
    db.session.commit()
    return views.list_body(db.session, _settings())


@blueprint.route("/test", methods=["POST"])
@blueprint.arguments(TestSchema)
@blueprint.response(202, TestStartedSchema)
@refuses(blueprint, _403=FOR_STAFF, _404="There is no provider of this name.")
def try_provider(fields: dict[str, Any]) -> dict[str, Any]:
    """Have a worker ask it one short question, as a job whose result says in words what came back."""
    actor = require_staff(acting=True)
    queued = jobs.submit(db.session, actor, "test_provider", fields, priority="high")
    db.session.commit()
    url = f"/api/jobs/{queued.job.id}"
    return {"job_id": queued.job.id, "status_url": url, "result_url": f"{url}/result"}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["collabcanvas.settings"]
    return settings
