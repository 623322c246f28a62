"""People, for staff: find them, give them a role, keep them out."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint

from backend.accounts import staff_service
from backend.accounts.models import User
from backend.accounts.staff_schemas import PeopleQuerySchema, PeopleSchema, PersonChangeSchema, PersonSchema
from backend.db import db
from backend.identity import require_staff
from backend.openapi import refuses
from backend.paging import cursor_after, position_of

FOR_STAFF = "For staff; read-only staff may look and not act."

blueprint = Blueprint("people", __name__, url_prefix="/api/staff/users", description="People, for staff.")


@blueprint.route("")
@blueprint.arguments(PeopleQuerySchema, location="query")
@blueprint.response(200, PeopleSchema)
@refuses(blueprint, _403=FOR_STAFF)
def list_users(query: dict[str, Any]) -> dict[str, Any]:
    """People, the newest first."""
    require_staff()
    cursor, limit = query.pop("cursor"), query.pop("limit")
    before = position_of(cursor)[1] if cursor is not None else None
    found = staff_service.list_people(db.session, **query, limit=limit + 1, before=before)
    page = found[:limit]
    return {
        "items": page,
        "next_cursor": cursor_after(page[-1].created_at, page[-1].id) if len(found) > limit else None,
    }


@blueprint.route("/<uuid:user_id>", methods=["PATCH"])
@blueprint.arguments(PersonChangeSchema)
@blueprint.response(200, PersonSchema)
@refuses(
    blueprint,
    _403=FOR_STAFF,
    _404="There is nobody with this id.",
    _409="A guest, or the last member of the staff.",
)
def change_user(fields: dict[str, Any], user_id: uuid.UUID) -> User:
    """Give somebody a role (user, staff_readonly, staff), suspend somebody, or let somebody back in."""
    user = staff_service.change_person(db.session, require_staff(acting=True), user_id, **fields)
    db.session.commit()
    return user
