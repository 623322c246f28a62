"""Credit, plans and budgets, for staff. Who only reads may look."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint

from backend.billing import staff_service, usage
from backend.billing.accounts import account_of, budgets_of, find_person
from backend.billing.budgets import body_of
from backend.billing.people import PeopleFilter
from backend.billing.schemas import AccountSchema, PageQuerySchema, UsageQuerySchema
from backend.billing.staff_schemas import (
    BudgetListSchema,
    GrantedSchema,
    GrantSchema,
    NewBudgetsSchema,
    NewPlanSchema,
    PayerAccountSchema,
    PayerListSchema,
    PayersQuerySchema,
    StaffEntryListSchema,
    StaffUsageSchema,
)
from backend.db import db, driver_connection
from backend.identity import require_staff
from backend.jobs.engine_settings import current_settings
from backend.jobs.http.refusals import FOR_STAFF
from backend.jobs.http.request_schemas import IdempotencySchema
from backend.openapi import refuses
from backend.paging import cursor_after, position_of

NOBODY = "There is nobody with this id."
MOST_PEOPLE = 50

blueprint = Blueprint(
    "staff_billing", __name__, url_prefix="/api/staff", description="Credit, plans and budgets, for staff."
)


@blueprint.route("/usage")
@blueprint.arguments(UsageQuerySchema, location="query")
@blueprint.response(200, StaffUsageSchema)
@refuses(blueprint, _403=FOR_STAFF)
def read_usage(query: dict[str, int]) -> dict[str, Any]:
    """What the installation has used, by day, by type, and who has used most."""
    require_staff()
    connection, days = driver_connection(db.session), query["days"]
    return {
        "billing": current_settings().billing,
        "days": days,
        "budgets": _budgets(None),
        "total": usage.total(connection, None, days),
        "by_day": usage.by_day(connection, None, days),
        "by_type": usage.by_type(connection, None, days),
        "by_person": usage.by_person(connection, days, MOST_PEOPLE),
    }


@blueprint.route("/credits")
@blueprint.arguments(PayersQuerySchema, location="query")
@blueprint.response(200, PayerListSchema)
@refuses(blueprint, _403=FOR_STAFF)
def list_accounts(query: dict[str, Any]) -> dict[str, Any]:
    """People with their credit, plan, budgets and what they have used this month, the newest first."""
    require_staff()
    limit, cursor = query["limit"], query["cursor"]
    before = position_of(cursor)[1] if cursor is not None else None
    wanted = PeopleFilter(query["q"], query["needs"])
    found = staff_service.list_people(db.session, wanted, limit=limit + 1, before=before)
    page, more = found[:limit], len(found) > limit
    return {"items": page, "next_cursor": cursor_after(page[-1]["created_at"], page[-1]["user_id"]) if more else None}


@blueprint.route("/credits", methods=["POST"])
@blueprint.arguments(GrantSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(201, GrantedSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY, _409="The Idempotency-Key was used for another grant.")
def grant_credit(fields: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    """Give somebody tokens. With an Idempotency-Key it happens once."""
    balance, created = staff_service.grant(db.session, require_staff(acting=True), **fields, key=headers["key"])
    db.session.commit()
    return {"balance": balance, "created": created}


@blueprint.route("/credits/<uuid:user_id>")
@blueprint.response(200, PayerAccountSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def read_account(user_id: uuid.UUID) -> dict[str, Any]:
    """Somebody's credit, plan and budgets, and what they have used this month."""
    require_staff()
    body = staff_service.person_account(db.session, user_id)
    db.session.commit()
    return body


@blueprint.route("/credits/<uuid:user_id>/entries")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, StaffEntryListSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def list_account_entries(query: dict[str, Any], user_id: uuid.UUID) -> dict[str, Any]:
    """What changed somebody's balance, with what it came to and who granted it, the newest first."""
    require_staff()
    connection = driver_connection(db.session)
    find_person(connection, user_id)
    return usage.entry_page(connection, user_id, **query)


@blueprint.route("/plans/<uuid:user_id>", methods=["PUT"])
@blueprint.arguments(NewPlanSchema)
@blueprint.response(200, AccountSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def give_plan(fields: dict[str, Any], user_id: uuid.UUID) -> dict[str, Any]:
    """Give somebody a plan, instead of the one before."""
    staff_service.give_plan(db.session, require_staff(acting=True), user_id, fields)
    body = account_of(db.session, user_id)
    db.session.commit()
    return body


@blueprint.route("/plans/<uuid:user_id>", methods=["DELETE"])
@blueprint.response(204)
@refuses(blueprint, _403=FOR_STAFF, _404=staff_service.NO_PLAN)
def remove_plan(user_id: uuid.UUID) -> None:
    """Take somebody's plan away: the credits alone decide."""
    staff_service.remove_plan(db.session, require_staff(acting=True), user_id)
    db.session.commit()


@blueprint.route("/budgets")
@blueprint.response(200, BudgetListSchema)
@refuses(blueprint, _403=FOR_STAFF)
def read_budgets() -> dict[str, Any]:
    """The budgets of the installation."""
    require_staff()
    return {"budgets": _budgets(None)}


@blueprint.route("/budgets", methods=["PUT"])
@blueprint.arguments(NewBudgetsSchema)
@blueprint.response(200, BudgetListSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def change_budgets(fields: dict[str, Any]) -> dict[str, Any]:
    """Set budgets of the installation, or of a person."""
    actor, user_id = require_staff(acting=True), fields.pop("user_id")
    staff_service.change_budgets(db.session, actor, user_id, fields)
    body = {"budgets": _budgets(user_id)}
    db.session.commit()
    return body


def _budgets(user_id: uuid.UUID | None) -> list[dict[str, Any]]:
    return [body_of(state) for state in budgets_of(db.session, user_id)]
