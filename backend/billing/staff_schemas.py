"""Shapes of what staff see and change of credits, plans and budgets."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.billing.models import PERIODS, RENEWALS
from backend.billing.people import NEEDS
from backend.billing.schemas import (
    AccountSchema,
    BudgetSchema,
    DaySchema,
    EntrySchema,
    PageQuerySchema,
    PlanSchema,
    SumsSchema,
    TypeSchema,
)
from backend.config import MAX_DOLLARS, MAX_TOKENS
from backend.jobs.http.request_schemas import short_text

FIRST_YEAR, LAST_YEAR = 2000, 3000


class PersonSumsSchema(SumsSchema):
    """Who used it; nobody: accounts that are gone."""

    user_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


class StaffUsageSchema(Schema):
    """What the installation has used, and what it may."""

    billing = fields.Boolean(required=True, metadata={"description": "false: BILLING=off, nobody is charged."})
    days = fields.Integer(required=True)
    budgets = fields.List(fields.Nested(BudgetSchema), required=True)
    total = fields.Nested(SumsSchema, required=True)
    by_day = fields.List(fields.Nested(DaySchema), required=True)
    by_type = fields.List(fields.Nested(TypeSchema), required=True)
    by_person = fields.List(fields.Nested(PersonSumsSchema), required=True)


class PayersQuerySchema(PageQuerySchema):
    """Which people to list."""

    q = fields.String(
        load_default=None, validate=short_text, metadata={"description": "Part of the name or address, or the id."}
    )
    needs = fields.String(
        load_default=None,
        validate=validate.OneOf(sorted(NEEDS)),
        metadata={
            "description": "Only those with little credit, an ended plan, most of a budget spent, or an own budget."
        },
    )


class PayerSchema(Schema):
    """A person with credit, plan, budgets and the use of this month."""

    user_id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    is_guest = fields.Boolean(required=True)
    suspended = fields.Boolean(required=True)
    balance = fields.Integer(required=True, allow_none=True, metadata={"description": "Tokens; null while free."})
    reserved = fields.Integer(required=True, metadata={"description": "Tokens held for jobs that run."})
    plan = fields.Nested(PlanSchema, required=True, allow_none=True)
    budgets = fields.List(fields.Nested(BudgetSchema), required=True)
    month = fields.Nested(SumsSchema, required=True, metadata={"description": "Calls of models in this month (UTC)."})


class PayerListSchema(Schema):
    """A page of people, the newest first."""

    items = fields.List(fields.Nested(PayerSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PayerAccountSchema(PayerSchema, AccountSchema):
    """Somebody's credit, plan, budgets and use."""


class StaffEntrySchema(EntrySchema):
    """What changed a balance, and what it came to."""

    balance = fields.Integer(required=True, metadata={"description": "After it."})
    actor_id = fields.UUID(required=True, allow_none=True, metadata={"description": "Who granted it."})
    actor_name = fields.String(required=True, allow_none=True)


class StaffEntryListSchema(Schema):
    """A page of entries, the newest first."""

    items = fields.List(fields.Nested(StaffEntrySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class GrantSchema(Schema):
    """Tokens for somebody."""

    user_id = fields.UUID(required=True)
    tokens = fields.Integer(required=True, strict=True, validate=validate.Range(1, MAX_TOKENS))
    note = fields.String(load_default=None, validate=short_text)


class GrantedSchema(Schema):
    """The balance after it. ``created`` false: the key was used before, nothing was granted again."""

    balance = fields.Integer(required=True)
    created = fields.Boolean(required=True)


class NewPlanSchema(Schema):
    """A plan for somebody, instead of the one before."""

    name = fields.String(required=True, validate=short_text)
    starts_at = fields.AwareDateTime(load_default=None, allow_none=True)
    ends_at = fields.AwareDateTime(load_default=None, allow_none=True)
    renewal = fields.String(load_default="none", validate=validate.OneOf(RENEWALS))

    @validates_schema
    def check_period(self, data: dict[str, Any], **_: Any) -> None:
        """It ends after it begins, and one that renews itself has an end."""
        start, end = data["starts_at"], data["ends_at"]
        for name, moment in (("starts_at", start), ("ends_at", end)):
            if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
                raise ValidationError(f"Name a year from {FIRST_YEAR} to {LAST_YEAR}.", name)
        if data["renewal"] != "none" and end is None:
            raise ValidationError("A plan that renews itself needs an end.", "ends_at")
        if end is not None and start is not None and end <= start:
            raise ValidationError("The end must come after the start.", "ends_at")


def _amount() -> fields.Float:
    return fields.Float(
        allow_none=True,
        validate=validate.Range(0, MAX_DOLLARS),
        metadata={"description": "US dollars; null: no limit. Left out: as it is."},
    )


class NewBudgetsSchema(Schema):
    """Budgets of the installation, or of a person."""

    user_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "null: the installation."})
    day = _amount()
    month = _amount()
    reset = fields.List(
        fields.String(validate=validate.OneOf(PERIODS)),
        load_default=[],
        metadata={"description": "Periods whose budget is what the settings say again."},
    )


class BudgetListSchema(Schema):
    """Budgets."""

    budgets = fields.List(fields.Nested(BudgetSchema), required=True)
