"""Jobs that tell people about money: that little credit is left, that a budget is nearly used up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from backend.billing import credits
from backend.config import MAX_TOKENS
from backend.jobs import JobContext, task


class LowCreditSchema(Schema):
    """Below how many tokens to tell."""

    threshold = fields.Integer(required=True, validate=validate.Range(0, MAX_TOKENS))


class BudgetAlertSchema(Schema):
    """Which budget, and how far it is used up (US dollars)."""

    whose = fields.String(required=True, validate=validate.OneOf(("installation", "own")))
    period = fields.String(required=True, validate=validate.OneOf(("day", "month")))
    spent = fields.Float(required=True)
    amount = fields.Float(required=True)
    resets_at = fields.AwareDateTime(required=True)


@task(
    "send_low_credit_alert",
    schema=LowCreditSchema,
    queue="billing",
    summary=lambda request: f"Credit below {request['threshold']:,} tokens?",
)
def send_low_credit_alert(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Tell the job's owner how much credit is left, if that is less than the threshold."""
    with ctx.transaction() as connection:
        balance = credits.open_account(connection, ctx.job.user_id)
    low = balance < request["threshold"]
    told = (
        f"You have {balance:,} tokens left. What needs a model stops when they are used up; ask the operator for more."
        if low
        else f"There is enough: you have {balance:,} tokens."
    )
    ctx.progress(100, told)
    return {"low": low, "balance": balance, "threshold": request["threshold"]}


@task(
    "send_budget_alert",
    schema=BudgetAlertSchema,
    queue="billing",
    access="internal",
    summary=lambda _request: "A budget for AI models is nearly used up",
)
def send_budget_alert(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Tell the job's owner that most of a budget is gone."""
    whose = "The budget of this installation" if request["whose"] == "installation" else "Your budget"
    when = "today" if request["period"] == "day" else "this month"
    resets_at: datetime = request["resets_at"]
    ctx.progress(
        100,
        f"{whose} for AI models {when} is {request['amount']:.2f} US dollars, and {request['spent']:.2f} are spent. At the "
        f"limit, models that cost something are not asked until {resets_at:%Y-%m-%d %H:%M} UTC.",
    )
    return {"spent": request["spent"], "amount": request["amount"]}
