"""The ledger of model calls: one row for each, written before the call and completed after it, however it ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from backend.billing import budgets
from backend.billing.alerts import tell_of_budgets
from backend.config import Settings
from backend.db import uuid7
from backend.jobs.engine_settings import current_settings
from backend.jobs.upkeep.retention import sweep

Connection = psycopg.Connection[Any]

STOPPED = "stopped"  # the work was cancelled, lost or out of time while the model wrote
LOST = "lost"  # the worker died while the model wrote
KEEP_DAYS = 400  # a year to compare with, and a month to look at it
LOST_AFTER = 3600.0  # seconds: no call takes so long
LOST_WITHOUT_RUN = 60.0  # seconds, when nobody runs its job any more

BEGIN = """
INSERT INTO ai_operation (id, user_id, job_id, operation, module, provider, model, tokens_in, estimated)
VALUES (%(id)s, %(user_id)s, %(job_id)s, %(operation)s, %(module)s, %(provider)s, %(model)s, %(tokens_in)s, true)
"""
# What the answer has come to so far: should its worker die, that is what the call has cost.
GROW = """
UPDATE ai_operation SET
    module = %(module)s, model = %(model)s, tokens_in = %(tokens_in)s, tokens_out = %(tokens_out)s, cost = %(cost)s
WHERE id = %(id)s AND success IS NULL
"""
# The row may be closed already, and its cost counted: a job that found it called it lost.
END = """
WITH before AS MATERIALIZED (
    SELECT id, CASE WHEN success IS NULL THEN 0 ELSE cost END AS counted FROM ai_operation
    WHERE id = %(id)s AND (success IS NULL OR error_code = 'lost') FOR NO KEY UPDATE
)
UPDATE ai_operation SET
    module = %(module)s, model = %(model)s, tokens_in = %(tokens_in)s, tokens_out = %(tokens_out)s,
    estimated = %(estimated)s, cost = %(cost)s, saved = %(saved)s, latency_ms = %(latency_ms)s, cached = %(cached)s,
    billable = %(billable)s, success = %(success)s, error_code = %(error_code)s
FROM before WHERE ai_operation.id = before.id
RETURNING counted
"""
# A call that was not answered with a word has cost nothing.
LOSE = """
UPDATE ai_operation SET
    success = false, error_code = 'lost', latency_ms = NULL, tokens_in = CASE WHEN tokens_out > 0 THEN tokens_in ELSE 0 END
WHERE success IS NULL AND id = ANY (ARRAY({}))
RETURNING user_id, cost
"""
LOSE_OF_JOB = LOSE.format("SELECT id FROM ai_operation WHERE success IS NULL AND job_id = %(job_id)s FOR NO KEY UPDATE")
LOSE_OLD = LOSE.format("""
    SELECT id FROM ai_operation AS call WHERE success IS NULL AND at < now() - make_interval(secs => CASE
        WHEN job_id IS NULL OR EXISTS (SELECT FROM ai_job WHERE id = job_id AND status = 'processing') THEN %(age)s
        ELSE %(age_without_run)s
    END) LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
""")
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


def grow(connection: Connection, operation_id: uuid.UUID, use: Use) -> None:
    """Note what a call has come to so far, while it is answered."""
    connection.execute(GROW, {**vars(use), "id": operation_id})


def lose(connection: Connection, settings: Settings, job_id: uuid.UUID) -> int:
    """The calls that earlier runs of a job left open are lost, at the cost that they had come to; returns how many."""
    with connection.transaction():
        return _count_lost(connection, settings, connection.execute(LOSE_OF_JOB, {"job_id": job_id}).fetchall())


def end(
    connection: Connection, settings: Settings, operation_id: uuid.UUID, user_id: uuid.UUID | None, use: Use
) -> None:
    """Complete the row of a call, and count against the budgets what of its cost is not counted yet, in one transaction."""
    billable = settings.billing and user_id is not None and use.payable
    with connection.transaction():
        ended = connection.execute(END, {**vars(use), "id": operation_id, "billable": billable}).fetchone()
        if ended is not None:
            tell_of_budgets(connection, budgets.spend(connection, settings, user_id, use.cost - ended[0]))


def record(connection: Connection, settings: Settings, asking: Asking, use: Use) -> uuid.UUID:
    """Both at once, for what takes no time: an answer from a cache."""
    with connection.transaction():
        operation_id = begin(connection, asking)
        end(connection, settings, operation_id, asking.user_id, use)
    return operation_id


@sweep("calls of models")
def forget_operations(connection: Connection, limit: int) -> int:
    """Calls whose worker died are lost, and old ones forgotten."""
    ages = {"age": LOST_AFTER, "age_without_run": LOST_WITHOUT_RUN, "limit": limit}
    with connection.transaction():
        _count_lost(connection, current_settings(), connection.execute(LOSE_OLD, ages).fetchall())
    return connection.execute(FORGET, {"days": KEEP_DAYS, "limit": limit}).rowcount


def _count_lost(connection: Connection, settings: Settings, lost: Sequence[Any]) -> int:
    """What was lost has been paid for: it counts against the budgets. Nobody is charged for it."""
    for user_id, cost in lost:
        tell_of_budgets(connection, budgets.spend(connection, settings, user_id, cost))
    return len(lost)
