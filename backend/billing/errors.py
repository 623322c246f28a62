"""Why an AI job is not run for reasons of money. Each ends the job with a code; nothing was asked or charged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.jobs import FinalError


class Refusal(FinalError):
    """Trying again helps only when somebody has done something. ``facts`` are for programs."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(code, message)
        self.facts = facts


class InsufficientTokens(Refusal):
    """Not enough credit. Both are tokens."""

    code = "insufficient_tokens"

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(
            self.code,
            f"This needs about {needed:,} tokens and {available:,} are there. Ask the operator for more; structured "
            "instructions such as “A -> B” cost none.",
            needed=needed,
            available=available,
        )


class SubscriptionExpired(Refusal):
    """The plan has ended."""

    code = "subscription_expired"

    def __init__(self, name: str, ended_at: datetime) -> None:
        super().__init__(
            self.code,
            f"Your plan “{name}” ended on {ended_at:%Y-%m-%d}. Renew it to use AI models again; what you have drawn stays.",
            ended_at=ended_at.isoformat(),
        )


class BudgetExceeded(Refusal):
    """The budget of a day or a month is used up. ``whose`` begins the sentence: “Your budget”."""

    code = "budget_exceeded"

    def __init__(self, whose: str, period: str, resets_at: datetime) -> None:
        when = "today" if period == "day" else "this month"
        super().__init__(
            self.code,
            f"{whose} for AI models is used up for {when}. It starts anew on {resets_at:%Y-%m-%d} at {resets_at:%H:%M} UTC; "
            "structured instructions such as “A -> B” work meanwhile.",
            period=period,
            resets_at=resets_at.isoformat(),
        )
