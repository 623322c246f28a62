"""Shapes of usage, credits, plans and budgets. Money is US dollars, credit is tokens, days and months are UTC."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.billing.models import ENTRY_KINDS, PERIODS, RENEWALS
from backend.config import MAX_DOLLARS, MAX_TOKENS
from backend.jobs.http.request_schemas import short_text

MAX_DAYS = 400
MAX_PAGE = 100
FIRST_YEAR, LAST_YEAR = 2000, 3000


class UsageQuerySchema(Schema):
    """How far to look back."""

    days = fields.Integer(load_default=30, validate=validate.Range(1, MAX_DAYS))


class PageQuerySchema(Schema):
    """Which page."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class SumsSchema(Schema):
    """Calls of models, summed up."""

    calls = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    cached = fields.Integer(required=True)
    tokens_in = fields.Integer(required=True)
    tokens_out = fields.Integer(required=True)
    usd = fields.Float(required=True)
    saved_usd = fields.Float(required=True)


class DaySchema(SumsSchema):
    """A day."""

    day = fields.Date(required=True)


class TypeSchema(SumsSchema):
    """What it was used for."""

    operation = fields.String(required=True)


class PersonSumsSchema(SumsSchema):
    """Who used it; nobody: accounts that are gone."""

    user_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


class PlanSchema(Schema):
    """Until when somebody may use models."""

    name = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True, allow_none=True)
    renewal = fields.String(required=True, validate=validate.OneOf(RENEWALS))
    expired = fields.Boolean(required=True)


class BudgetSchema(Schema):
    """What may be spent in a day or month, and what was."""

    period = fields.String(required=True, validate=validate.OneOf(PERIODS))
    amount = fields.Float(required=True, allow_none=True, metadata={"description": "null: no limit."})
    spent = fields.Float(required=True)
    resets_at = fields.AwareDateTime(required=True)


class AccountSchema(Schema):
    """Somebody's credit, plan and budgets."""

    billing = fields.Boolean(required=True, metadata={"description": "false: everything is free here."})
    balance = fields.Integer(required=True, allow_none=True, metadata={"description": "Tokens; null while free."})
    reserved = fields.Integer(required=True, metadata={"description": "Tokens held for jobs that run."})
    plan = fields.Nested(PlanSchema, required=True, allow_none=True)
    budgets = fields.List(fields.Nested(BudgetSchema), required=True)


class UsageSchema(AccountSchema):
    """What I have used, and what I may."""

    days = fields.Integer(required=True)
    total = fields.Nested(SumsSchema, required=True)
    by_day = fields.List(fields.Nested(DaySchema), required=True)
    by_type = fields.List(fields.Nested(TypeSchema), required=True)


class StaffUsageSchema(Schema):
    """What the installation has used, and what it may."""

    days = fields.Integer(required=True)
    budgets = fields.List(fields.Nested(BudgetSchema), required=True)
    total = fields.Nested(SumsSchema, required=True)
    by_day = fields.List(fields.Nested(DaySchema), required=True)
    by_type = fields.List(fields.Nested(TypeSchema), required=True)
    by_person = fields.List(fields.Nested(PersonSumsSchema), required=True)


class CallSchema(Schema):
    """One call of a model. ``success`` null: it still runs."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    job_id = fields.UUID(required=True, allow_none=True)
    operation = fields.String(required=True)
    module = fields.String(required=True)
    provider = fields.String(required=True)
    model = fields.String(required=True)
    tokens_in = fields.Integer(required=True)
    tokens_out = fields.Integer(required=True)
    estimated = fields.Boolean(required=True, metadata={"description": "The provider did not count."})
    usd = fields.Float(required=True)
    saved_usd = fields.Float(required=True)
    latency_ms = fields.Integer(required=True, allow_none=True)
    cached = fields.Boolean(required=True)
    success = fields.Boolean(required=True, allow_none=True)
    error_code = fields.String(required=True, allow_none=True)


class CallListSchema(Schema):
    """A page of calls."""

    items = fields.List(fields.Nested(CallSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class EntrySchema(Schema):
    """What changed a balance."""

    id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(ENTRY_KINDS))
    amount = fields.Integer(required=True)
    job_id = fields.UUID(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class EntryListSchema(Schema):
    """A page of entries."""

    items = fields.List(fields.Nested(EntrySchema), required=True)
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
