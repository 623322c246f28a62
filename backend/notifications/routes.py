"""Notices over HTTP: everybody's own, and nobody else's."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.db import db
from backend.identity import require_actor
from backend.notifications import service
from backend.notifications.models import KINDS
from backend.notifications.schemas import (
    NoticeListSchema,
    NoticeQuerySchema,
    NoticeSettingsSchema,
    NoticesReadSchema,
    UnreadSchema,
)
from backend.notifications.service import Wanted
from backend.paging import cursor_after, position_of

blueprint = Blueprint("notices", __name__, url_prefix="/api/notices", description="What I was told.")


@blueprint.route("")
@blueprint.arguments(NoticeQuerySchema, location="query")
@blueprint.response(200, NoticeListSchema)
def list_notices(query: dict[str, Any]) -> dict[str, Any]:
    """My notices, the newest first."""
    user_id, limit = require_actor().user_id, query["limit"]
    after = position_of(query["cursor"]) if query["cursor"] is not None else None
    found = service.list_notices(db.session, user_id, unread=query["unread"], limit=limit + 1, after=after)
    page, more = found[:limit], len(found) > limit
    return {
        "items": page,
        "next_cursor": cursor_after(page[-1].created_at, page[-1].id) if more else None,
        "unread": service.count_unread(db.session, user_id),
    }


@blueprint.route("/read", methods=["POST"])
@blueprint.arguments(NoticesReadSchema)
@blueprint.response(200, UnreadSchema)
def read_notices(fields: dict[str, Any]) -> dict[str, int]:
    """I have read some of my notices, or all. My other pages learn of it."""
    user_id = require_actor().user_id
    service.mark_read(db.session, user_id, ids=fields.get("ids"), until=fields.get("until"))
    unread = service.count_unread(db.session, user_id)
    db.session.commit()
    return {"unread": unread}


@blueprint.route("/settings")
@blueprint.response(200, NoticeSettingsSchema)
def read_settings() -> dict[str, Any]:
    """What I want to be told, and how."""
    return _body(service.settings_of(db.session, require_actor().user_id))


@blueprint.route("/settings", methods=["PUT"])
@blueprint.arguments(NoticeSettingsSchema)
@blueprint.response(200, NoticeSettingsSchema)
def change_settings(fields: dict[str, Any]) -> dict[str, Any]:
    """Say what I want to be told, and how: all of it."""
    quiet = fields["quiet_hours"] or {}
    wanted = Wanted(
        muted=[kind for kind in KINDS if not fields["events"][kind]],
        **fields["ways"],
        quiet_from=quiet.get("start"),
        quiet_to=quiet.get("end"),
    )
    service.change_settings(db.session, require_actor().user_id, wanted)
    db.session.commit()
    return _body(wanted)


def _body(wanted: Wanted) -> dict[str, Any]:
    quiet = {"start": wanted.quiet_from, "end": wanted.quiet_to}
    return {
        "events": {kind: kind not in wanted.muted for kind in KINDS},
        "ways": {"toast": wanted.toast, "browser": wanted.browser, "sound": wanted.sound},
        "quiet_hours": None if wanted.quiet_from is None else quiet,
    }
