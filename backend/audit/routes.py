"""The audit over HTTP, for staff."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.audit import service
from backend.audit.models import AuditEntry
from backend.audit.schemas import AuditListSchema, AuditQuerySchema
from backend.db import db
from backend.identity import require_staff
from backend.openapi import refuses
from backend.paging import cursor_after, position_of

SHOWN_TARGETS = 20

blueprint = Blueprint("audit", __name__, url_prefix="/api/staff/audit", description="Who did what, for staff.")


@blueprint.route("")
@blueprint.arguments(AuditQuerySchema, location="query")
@blueprint.response(200, AuditListSchema)
@refuses(blueprint, _403="Only for staff; read-only staff may look too.")
def list_audit(query: dict[str, Any]) -> dict[str, Any]:
    """Who did what to which job, canvas, key or setting, the newest first."""
    require_staff()
    limit = query["limit"]
    before = position_of(query["cursor"])[1] if query["cursor"] is not None else None
    wanted = service.AuditFilter(
        actor_id=query["actor"],
        **{name: query[name] for name in ("action", "target_type", "target", "via", "since", "until")},
    )
    found = service.list_entries(db.session, wanted, limit=limit + 1, before=before)
    page = found[:limit]
    return {
        "items": [_body(entry) for entry in page],
        "next_cursor": cursor_after(page[-1].at, page[-1].id) if len(found) > limit else None,
    }


def _body(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "actor_role": entry.actor_role,
        "via": entry.via,
        "action": entry.action,
        "target_type": entry.target_type,
        "targets": entry.targets[:SHOWN_TARGETS],
        "target_count": len(entry.targets),
        "details": entry.details,
    }
