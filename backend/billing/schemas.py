"""Shapes of usage, credits, plans and budgets. Money is US dollars, credit is tokens, days and months are UTC."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.billing.models import ENTRY_KINDS, PERIODS, RENEWALS

MAX_DAYS = 400
MAX_PAGE = 100


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
    share = fields.Float(
        required=True, allow_none=True, metadata={"description": "Of the amount that is spent: 1 is all of it."}
    )
    set_by_staff = fields.Boolean(required=True, metadata={"description": "false: it is what the settings say."})
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
