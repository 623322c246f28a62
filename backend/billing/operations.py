"""The ledger of model calls: one row for each, written before the call and completed after it, however it ends."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import psycopg

from backend.billing import budgets
from backend.billing.alerts import tell_of_budgets
from backend.config import Settings
from backend.db import uuid7
from backend.jobs.upkeep.retention import sweep

Connection = psycopg.Connection[Any]

STOPPED = "stopped"  # the work was cancelled, lost or out of time while the model wrote
LOST = "lost"  # the worker died while the model wrote
KEEP_DAYS = 400  # a year to compare with, and a month to look at it
LOST_AFTER = 3600.0  # seconds: no call takes so long

BEGIN = """
INSERT INTO ai_operation (id, user_id, job_id, operation, module, provider, model, tokens_in, estimated)
VALUES (%(id)s, %(user_id)s, %(job_id)s, %(operation)s, %(module)s, %(provider)s, %(model)s, %(tokens_in)s, true)
"""
# The row may be closed already: a job that found it called it lost.
END = """
UPDATE ai_operation SET
    module = %(module)s, model = %(model)s, tokens_in = %(tokens_in)s, tokens_out = %(tokens_out)s,
    estimated = %(estimated)s, cost = %(cost)s, saved = %(saved)s, latency_ms = %(latency_ms)s, cached = %(cached)s,
    billable = %(billable)s, success = %(success)s, error_code = %(error_code)s
WHERE id = %(id)s AND (success IS NULL OR error_code = 'lost')
"""
CALL_LOST = """
UPDATE ai_operation SET success = false, error_code = 'lost', latency_ms = NULL
WHERE success IS NULL AND id = ANY (ARRAY(
    SELECT id FROM ai_operation WHERE success IS NULL AND at < now() - %(age)s * interval '1 second' LIMIT %(limit)s
))
"""
FORGET = """
DELETE FROM ai_operation WHERE id = ANY (ARRAY(
    SELECT id FROM ai_operation WHERE at < now() - %(days)s * interval '1 day' ORDER BY at LIMIT %(limit)s
))
"""


@dataclass(frozen=True)
class Asking:
    """A call that is about to be made. ``tokens_in`` is a guess by the length of the prompt and a usual answer."""

    operation: str
    module: str
    provider: str
    model: str
    user_id: uuid.UUID | None
    job_id: uuid.UUID | None
    tokens_in: int = 0


@dataclass(frozen=True)
class Use:
    """What a call came to. Costs are micro-dollars; ``saved`` is what a cached answer would have cost."""

    module: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: int
    latency_ms: int
    success: bool
    estimated: bool = False
    cached: bool = False
    saved: int = 0
    error_code: str | None = None

    @property
    def payable(self) -> bool:
        """Whether the person pays for the tokens: answers that were used, and what had come when the person cancelled."""
        return not self.cached and (self.success or self.error_code == STOPPED)


def begin(connection: Connection, asking: Asking) -> uuid.UUID:
    """Note that a call is made; the id of its row."""
    operation_id = uuid7()
    connection.execute(BEGIN, {**vars(asking), "id": operation_id})
    return operation_id


def end(
    connection: Connection, settings: Settings, operation_id: uuid.UUID, user_id: uuid.UUID | None, use: Use
) -> None:
    """Complete the row of a call, and count its cost against the budgets, in one transaction."""
    billable = settings.billing and user_id is not None and use.payable
    with connection.transaction():
        written = connection.execute(END, {**vars(use), "id": operation_id, "billable": billable}).rowcount
        if written and use.cost:
            tell_of_budgets(connection, budgets.spend(connection, settings, user_id, use.cost))


def record(connection: Connection, settings: Settings, asking: Asking, use: Use) -> uuid.UUID:
    """Both at once, for what takes no time: an answer from a cache."""
    with connection.transaction():
        operation_id = begin(connection, asking)
        end(connection, settings, operation_id, asking.user_id, use)
    return operation_id


@sweep("calls of models")
def forget_operations(connection: Connection, limit: int) -> int:
    """Calls whose worker died are lost, and old ones forgotten."""
    connection.execute(CALL_LOST, {"age": LOST_AFTER, "limit": limit})
    return connection.execute(FORGET, {"days": KEEP_DAYS, "limit": limit}).rowcount
