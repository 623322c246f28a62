"""What I have used, and what I may: for everybody, about themselves."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.billing import accounts, usage
from backend.billing.schemas import CallListSchema, EntryListSchema, PageQuerySchema, UsageQuerySchema, UsageSchema
from backend.db import db, driver_connection
from backend.identity import require_actor
from backend.paging import cursor_after, position_of

blueprint = Blueprint("usage", __name__, url_prefix="/api/usage", description="Tokens, cost, credit and budgets.")


@blueprint.route("")
@blueprint.arguments(UsageQuerySchema, location="query")
@blueprint.response(200, UsageSchema)
def read_usage(query: dict[str, int]) -> dict[str, Any]:
    """My credit, plan and budgets, and what I have used by day and by type."""
    user_id, days = require_actor().user_id, query["days"]
    body = accounts.account_of(db.session, user_id)
    connection = driver_connection(db.session)
    body |= {
        "days": days,
        "total": usage.total(connection, user_id, days),
        "by_day": usage.by_day(connection, user_id, days),
        "by_type": usage.by_type(connection, user_id, days),
    }
    db.session.commit()  # an account that is looked at for the first time is opened
    return body


@blueprint.route("/operations")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, CallListSchema)
def list_calls(query: dict[str, Any]) -> dict[str, Any]:
    """My calls of models, the newest first."""
    limit = query["limit"]
    before = position_of(query["cursor"]) if query["cursor"] is not None else None
    user_id = require_actor().user_id
    found = usage.calls(driver_connection(db.session), user_id, limit=limit + 1, before=before)
    page, more = found[:limit], len(found) > limit
    return {"items": page, "next_cursor": cursor_after(page[-1]["at"], page[-1]["id"]) if more else None}


@blueprint.route("/entries")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, EntryListSchema)
def list_entries(query: dict[str, Any]) -> dict[str, Any]:
    """What changed my balance, the newest first."""
    return usage.entry_page(driver_connection(db.session), require_actor().user_id, **query)
