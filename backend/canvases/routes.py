"""Canvases and their elements over HTTP."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Response, url_for
from flask_smorest import Blueprint

from backend.audit.service import record
from backend.canvases import service
from backend.canvases.editing import edit_elements
from backend.canvases.models import Canvas
from backend.canvases.schemas import (
    CanvasChangeSchema,
    CanvasListSchema,
    CanvasQuerySchema,
    CanvasSchema,
    ElementsQuerySchema,
    ElementsSchema,
    MergedSchema,
    NewCanvasSchema,
    UpdateSchema,
)
from backend.db import db, driver_connection
from backend.identity import require_actor
from backend.paging import cursor_after, position_of

blueprint = Blueprint("canvases", __name__, url_prefix="/api/canvases", description="Canvases and their elements.")


@blueprint.route("")
@blueprint.arguments(CanvasQuerySchema, location="query")
@blueprint.response(200, CanvasListSchema)
def list_canvases(query: dict[str, Any]) -> dict[str, Any]:
    """My canvases, the last changed first."""
    actor, limit = require_actor(), query["limit"]
    after = position_of(query["cursor"]) if query["cursor"] is not None else None
    rows = service.list_canvases(db.session, actor, q=query["q"], trash=query["trash"], limit=limit + 1, after=after)
    items = [_body(canvas, count) for canvas, count in rows[:limit]]
    more = len(rows) > limit
    return {"items": items, "next_cursor": cursor_after(items[-1]["updated_at"], items[-1]["id"]) if more else None}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(NewCanvasSchema)
@blueprint.response(201, CanvasSchema)
def create_canvas(fields: dict[str, str]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make an empty canvas."""
    canvas = service.create_canvas(db.session, require_actor().user_id, fields["name"])
    db.session.commit()
    return _body(canvas, 0), 201, {"Location": url_for("canvases.read_canvas", canvas_id=canvas.id)}


@blueprint.route("/<uuid:canvas_id>")
@blueprint.response(200, CanvasSchema)
def read_canvas(canvas_id: uuid.UUID) -> dict[str, Any]:
    """One canvas, deleted ones included."""
    canvas = service.accessible_canvas(db.session, require_actor(), canvas_id, deleted=True)
    return _body(canvas, service.count_elements(db.session, canvas_id))


@blueprint.route("/<uuid:canvas_id>", methods=["PATCH"])
@blueprint.arguments(CanvasChangeSchema)
@blueprint.response(200, CanvasSchema)
def rename_canvas(fields: dict[str, str], canvas_id: uuid.UUID) -> dict[str, Any]:
    """Rename a canvas."""
    canvas = service.accessible_canvas(db.session, require_actor(), canvas_id, write=True)
    canvas.name = fields["name"].strip()
    canvas.updated_at = datetime.now(UTC)
    db.session.commit()
    return _body(canvas, service.count_elements(db.session, canvas_id))


@blueprint.route("/<uuid:canvas_id>", methods=["DELETE"])
@blueprint.response(204)
def delete_canvas(canvas_id: uuid.UUID) -> None:
    """Put a canvas into the trash. It can be restored."""
    actor = require_actor()
    canvas = service.accessible_canvas(db.session, actor, canvas_id, write=True)
    canvas.deleted_at = datetime.now(UTC)
    record(db.session, actor, "canvas.delete", "canvas", [canvas_id])
    service.close_canvas(driver_connection(db.session), canvas_id)
    db.session.commit()


@blueprint.route("/<uuid:canvas_id>/restore", methods=["POST"])
@blueprint.response(200, CanvasSchema)
def restore_canvas(canvas_id: uuid.UUID) -> dict[str, Any]:
    """Take a canvas out of the trash; one that is not in it stays as it is."""
    actor = require_actor()
    canvas = service.accessible_canvas(db.session, actor, canvas_id, write=True, deleted=True)
    if canvas.deleted_at is not None:
        record(db.session, actor, "canvas.restore", "canvas", [canvas_id])
    canvas.deleted_at = None
    db.session.commit()
    return _body(canvas, service.count_elements(db.session, canvas_id))


@blueprint.route("/<uuid:canvas_id>/elements")
@blueprint.arguments(ElementsQuerySchema, location="query")
@blueprint.response(200, ElementsSchema)
def read_elements(query: dict[str, int], canvas_id: uuid.UUID) -> Response:
    """The elements of a canvas, complete, deleted ones included."""
    # The version first: an element may then be newer than it says, and is read again; the other way it would be missed.
    canvas = service.accessible_canvas(db.session, require_actor(), canvas_id)
    elements = service.load_elements_json(driver_connection(db.session), canvas_id, since=query["since"])
    return Response(f'{{"elements":{elements},"version":{canvas.version}}}', content_type="application/json")


@blueprint.route("/<uuid:canvas_id>/elements", methods=["POST", "PUT"])
@blueprint.arguments(UpdateSchema)
@blueprint.response(200, MergedSchema)
def update_elements(fields: dict[str, Any], canvas_id: uuid.UUID) -> dict[str, Any]:
    """Merge elements into a canvas, as the message canvas:update does."""
    merged = edit_elements(db.session, require_actor(), canvas_id, fields["elements"])
    accepted = [element["id"] for element in merged.accepted]
    return {"version": merged.version, "accepted": accepted, "stale": merged.stale}


def _body(canvas: Canvas, element_count: int) -> dict[str, Any]:
    return {
        "id": canvas.id,
        "name": canvas.name,
        "version": canvas.version,
        "element_count": element_count,
        "owner_id": canvas.owner_id,
        "role": service.role_on(require_actor(), canvas),
        "created_at": canvas.created_at,
        "updated_at": canvas.updated_at,
        "deleted_at": canvas.deleted_at,
    }
