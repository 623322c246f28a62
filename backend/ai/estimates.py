"""What a request to the AI will cost, before it is made. Nothing is asked, reserved or kept."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.ai.drawing.view import read_canvas
from backend.ai.embedded import state_store
from backend.ai.planner import PlanError, plan_changes, plan_diagram
from backend.ai.providers.roster import read_staffs
from backend.ai.schemas import EMPTY, MAX_INSTRUCTIONS_EVER
from backend.ai.service import check_length
from backend.billing import usage
from backend.billing.budgets import MICRO
from backend.canvases import service as canvases
from backend.db import db, driver_connection
from backend.identity import Actor, require_actor
from backend.jobs.engine_settings import current_settings
from backend.jobs.http.refusals import NOT_THERE
from backend.openapi import refuses

CHARACTERS_A_TOKEN = 4
ASKED, ANSWERED = 900, 600  # tokens of our own words around the instructions, and of a usual answer
EMBEDDED = "embedded"
ENGINES = ("planner", "provider", EMBEDDED)

blueprint = Blueprint("estimates", __name__, url_prefix="/api/ai-agent", description="What a request will cost.")


class EstimateRequestSchema(Schema):
    """What one is about to ask for; with a canvas: a change of it."""

    instructions = fields.String(
        required=True,
        validate=[validate.Length(min=1, error=EMPTY), validate.Length(max=MAX_INSTRUCTIONS_EVER)],
    )
    canvas_id = fields.UUID(load_default=None, allow_none=True)


class CostEstimateSchema(Schema):
    """``engine`` is null where no model is set up and the planner does not understand it: such a job would fail."""

    tokens = fields.Integer(required=True)
    usd = fields.Float(required=True)
    engine = fields.String(required=True, allow_none=True, validate=validate.OneOf(ENGINES))


@blueprint.route("/estimate", methods=["POST"])
@blueprint.arguments(EstimateRequestSchema)
@blueprint.response(200, CostEstimateSchema)
@refuses(blueprint, _404=NOT_THERE)
def read_estimate(body: dict[str, Any]) -> dict[str, Any]:
    """Who will do it, about how many tokens it takes, and what those cost."""
    actor = require_actor()
    check_length(body["instructions"], "instructions", "The instructions have")
    if _planned(actor, body["instructions"], body["canvas_id"]):
        return {"tokens": 0, "usd": 0.0, "engine": "planner"}
    connection, settings = driver_connection(db.session), current_settings()
    providers = (*settings.providers, *read_staffs(connection, settings))
    if not providers and not state_store.is_there(connection):
        return {"tokens": 0, "usd": 0.0, "engine": None}
    operation = "create_canvas" if body["canvas_id"] is None else "modify_canvas"
    usual = usage.usual_tokens(connection, operation)
    tokens_in, tokens_out = usual or (ASKED + len(body["instructions"]) // CHARACTERS_A_TOKEN, ANSWERED)
    cost = (tokens_in * providers[0].price_in + tokens_out * providers[0].price_out) / MICRO if providers else 0.0
    return {"tokens": tokens_in + tokens_out, "usd": cost, "engine": "provider" if providers else EMBEDDED}


def _planned(actor: Actor, instructions: str, canvas_id: uuid.UUID | None) -> bool:
    """Whether the planner understands it."""
    try:
        if canvas_id is None:
            return plan_diagram(instructions) is not None
        canvas = canvases.accessible_canvas(db.session, actor, canvas_id, write=True)
        view = read_canvas(canvases.load_elements(driver_connection(db.session), canvas.id))
        return plan_changes(instructions, view.labels) is not None
    except PlanError:
        return False
