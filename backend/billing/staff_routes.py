"""Credit, plans and budgets, for staff. Who only reads may look."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint

from backend.audit.service import record
from backend.billing import accounts, usage
from backend.billing.budgets import ALL
from backend.billing.schemas import (
    AccountSchema,
    BudgetListSchema,
    GrantedSchema,
    GrantSchema,
    NewBudgetsSchema,
    NewPlanSchema,
    StaffUsageSchema,
    UsageQuerySchema,
)
from backend.db import db, driver_connection
from backend.identity import require_staff
from backend.jobs.http.refusals import FOR_STAFF
from backend.jobs.http.request_schemas import IdempotencySchema
from backend.openapi import refuses

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
        "days": days,
        "budgets": accounts.budgets_of(db.session, None),
        "total": usage.total(connection, None, days),
        "by_day": usage.by_day(connection, None, days),
        "by_type": usage.by_type(connection, None, days),
        "by_person": usage.by_person(connection, days, MOST_PEOPLE),
    }


@blueprint.route("/credits", methods=["POST"])
@blueprint.arguments(GrantSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(201, GrantedSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def grant_credit(fields: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    """Give somebody tokens. With an Idempotency-Key it happens once."""
    staff, user_id, tokens = require_staff(acting=True), fields["user_id"], fields["tokens"]
    balance, created = accounts.grant(
        db.session, user_id, tokens, staff_id=staff.user_id, key=headers["key"], note=fields["note"]
    )
    if created:
        record(db.session, staff, "user.grant_credit", "user", [user_id], tokens=tokens, note=fields["note"])
    db.session.commit()
    return {"balance": balance, "created": created}


@blueprint.route("/credits/<uuid:user_id>")
@blueprint.response(200, AccountSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def read_account(user_id: uuid.UUID) -> dict[str, Any]:
    """Somebody's credit, plan and budgets."""
    require_staff()
    body = accounts.account_of(db.session, user_id)
    db.session.commit()
    return body


@blueprint.route("/plans/<uuid:user_id>", methods=["PUT"])
@blueprint.arguments(NewPlanSchema)
@blueprint.response(200, AccountSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def give_plan(fields: dict[str, Any], user_id: uuid.UUID) -> dict[str, Any]:
    """Give somebody a plan, instead of the one before."""
    staff = require_staff(acting=True)
    accounts.give_plan(db.session, user_id, fields)
    record(db.session, staff, "user.give_plan", "user", [user_id], plan=fields["name"], renewal=fields["renewal"])
    body = accounts.account_of(db.session, user_id)
    db.session.commit()
    return body


@blueprint.route("/plans/<uuid:user_id>", methods=["DELETE"])
@blueprint.response(204)
@refuses(blueprint, _403=FOR_STAFF, _404="This person has no plan.")
def remove_plan(user_id: uuid.UUID) -> None:
    """Take somebody's plan away: the credits alone decide."""
    staff = require_staff(acting=True)
    accounts.remove_plan(db.session, user_id)
    record(db.session, staff, "user.remove_plan", "user", [user_id])
    db.session.commit()


@blueprint.route("/budgets")
@blueprint.response(200, BudgetListSchema)
@refuses(blueprint, _403=FOR_STAFF)
def read_budgets() -> dict[str, Any]:
    """The budgets of the installation."""
    require_staff()
    return {"budgets": accounts.budgets_of(db.session, None)}


@blueprint.route("/budgets", methods=["PUT"])
@blueprint.arguments(NewBudgetsSchema)
@blueprint.response(200, BudgetListSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NOBODY)
def change_budgets(fields: dict[str, Any]) -> dict[str, Any]:
    """Set budgets of the installation, or of a person."""
    staff, user_id = require_staff(acting=True), fields.pop("user_id")
    accounts.change_budgets(db.session, user_id, fields)
    record(db.session, staff, "budget.change", "budget", [user_id or ALL], **_said(fields))
    body = {"budgets": accounts.budgets_of(db.session, user_id)}
    db.session.commit()
    return body


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    """The change for the audit, which leaves out what is null."""
    return {name: "no limit" if value is None else value for name, value in fields.items()}
