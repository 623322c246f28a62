"""Versions of canvases over HTTP."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from flask import url_for
from flask_smorest import Blueprint

from backend.canvases.service import load_elements
from backend.canvases.versions import service
from backend.canvases.versions.comparing import difference
from backend.canvases.versions.models import CanvasVersion
from backend.canvases.versions.schemas import (
    CanvasVersionContentsSchema,
    CanvasVersionListSchema,
    CanvasVersionQuerySchema,
    CanvasVersionSchema,
    NewCanvasVersionSchema,
    RestoredVersionSchema,
)
from backend.db import db, driver_connection
from backend.identity import require_actor
from backend.openapi import refuses
from backend.paging import cursor_after, position_of

NOT_THERE = "There is no such canvas, or it is not yours, or it has no such version."
LOOK_ONLY = "This token may only read."

blueprint = Blueprint(
    "canvas_versions",
    __name__,
    url_prefix="/api/canvases/<uuid:canvas_id>/versions",
    description="What canvases were like.",
)


@blueprint.route("")
@blueprint.arguments(CanvasVersionQuerySchema, location="query")
@blueprint.response(200, CanvasVersionListSchema)
@refuses(blueprint, _404=NOT_THERE)
def list_versions(query: dict[str, Any], canvas_id: uuid.UUID) -> dict[str, Any]:
    """What a canvas was like, the newest version first."""
    limit = query["limit"]
    after = position_of(query["cursor"]) if query["cursor"] is not None else None
    rows = service.list_versions(db.session, require_actor(), canvas_id, limit=limit + 1, after=after)
    items = [_body(version, author) for version, author in rows[:limit]]
    more = len(rows) > limit
    return {"items": items, "next_cursor": cursor_after(items[-1]["created_at"], items[-1]["id"]) if more else None}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(NewCanvasVersionSchema)
@blueprint.response(201, CanvasVersionSchema)
@refuses(
    blueprint, _403=LOOK_ONLY, _404=NOT_THERE, _409="Nothing is drawn or has changed, or there are too many already."
)
def keep_version(fields: dict[str, str], canvas_id: uuid.UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Keep a canvas as it is now, under a name."""
    version, author = service.keep_by_hand(db.session, require_actor(), canvas_id, fields["name"].strip())
    body = _body(version, author)
    db.session.commit()
    where = url_for("canvas_versions.read_version", canvas_id=canvas_id, version_id=body["id"])
    return body, 201, {"Location": where}


@blueprint.route("/<uuid:version_id>")
@blueprint.response(200, CanvasVersionContentsSchema)
@refuses(blueprint, _404=NOT_THERE)
def read_version(canvas_id: uuid.UUID, version_id: uuid.UUID) -> dict[str, Any]:
    """A version with its elements, and what is different on the canvas now."""
    version, author = service.get_version(db.session, require_actor(), canvas_id, version_id)
    elements = service.elements_of(db.session, version)
    now = load_elements(driver_connection(db.session), canvas_id)
    return {**_body(version, author), "elements": elements, "difference": asdict(difference(elements, now))}


@blueprint.route("/<uuid:version_id>", methods=["PATCH"])
@blueprint.arguments(NewCanvasVersionSchema)
@blueprint.response(200, CanvasVersionSchema)
@refuses(blueprint, _403=LOOK_ONLY, _404=NOT_THERE, _409="There are too many versions with a name already.")
def rename_version(fields: dict[str, str], canvas_id: uuid.UUID, version_id: uuid.UUID) -> dict[str, Any]:
    """Give a version a name: it stays from then on."""
    version, author = service.rename(db.session, require_actor(), canvas_id, version_id, fields["name"].strip())
    body = _body(version, author)
    db.session.commit()
    return body


@blueprint.route("/<uuid:version_id>", methods=["DELETE"])
@blueprint.response(204)
@refuses(blueprint, _403=LOOK_ONLY, _404=NOT_THERE)
def delete_version(canvas_id: uuid.UUID, version_id: uuid.UUID) -> None:
    """Remove a version; the canvas stays as it is."""
    service.delete(db.session, require_actor(), canvas_id, version_id)
    db.session.commit()


@blueprint.route("/<uuid:version_id>/restore", methods=["POST"])
@blueprint.response(200, RestoredVersionSchema)
@refuses(blueprint, _403=LOOK_ONLY, _404=NOT_THERE)
def restore_version(canvas_id: uuid.UUID, version_id: uuid.UUID) -> dict[str, Any]:
    """Bring a version back, live for everybody; what was there is kept as a version and can be restored in turn."""
    done = service.restore(db.session, require_actor(), canvas_id, version_id)
    db.session.commit()
    return {"version": done.canvas_version, "written": done.written, "before": done.before}


def _body(version: CanvasVersion, author: str | None) -> dict[str, Any]:
    plain = (
        "id",
        "canvas_id",
        "canvas_version",
        "cause",
        "name",
        "about",
        "job_id",
        "element_count",
        "size",
        "preview",
    )
    times = ("created_at", "expires_at")
    return {name: getattr(version, name) for name in (*plain, *times)} | {"author": author}
