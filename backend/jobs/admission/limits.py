"""Limits on how many jobs run at the same time: who sets them, and what they are called."""

from __future__ import annotations

from backend.config import Settings
from backend.config_rules import MAX_KEY, MAX_SLOTS, LimitRule
from backend.db import AnyConnection, raw_connection
from backend.errors import Unprocessable
from backend.jobs.admission import limit_store
from backend.jobs.admission.limit_models import SCOPES
from backend.jobs.admission.limit_store import LimitRow
from backend.jobs.registry import all_tasks
from backend.jobs.store import Connection


def set_limit(target: AnyConnection, scope: str, key: str, slots: int) -> None:
    """Let at most ``slots`` jobs of a queue, user, type or key run at the same time, over all workers; in the caller's
    transaction, for workers once it has committed. ``key`` ``*``: each for itself. Raises ``Unprocessable``.

    Jobs that run already go on and count. A job that waits for the limit is let go as soon as there is room.
    """
    _check(scope, key, slots)
    limit_store.set_limit(raw_connection(target), scope, key, slots, "staff")


def remove_limit(target: AnyConnection, scope: str, key: str) -> bool:
    """Remove a limit and let go whatever waits for it; False if there is none.

    One that the settings or a task name comes back with the next start of a worker.
    """
    return limit_store.remove_limit(raw_connection(target), scope, key)


def limits_overview(target: AnyConnection) -> list[LimitRow]:
    """All limits with how much of them is taken, sorted by name."""
    return limit_store.list_limits(raw_connection(target))


def limit_slots(target: AnyConnection, scope: str, key: str) -> int | None:
    """How many a limit lets run; None if there is no such limit."""
    found = (limit.slots for limit in limits_overview(target) if (limit.scope, limit.key) == (scope, key))
    return next(found, None)


def declare_limits(connection: Connection, settings: Settings) -> None:
    """Bring the limits of settings and tasks into force, when a worker starts. What staff have set stays."""
    declared = {rule.name: (rule, "task") for rule in _limits_of_tasks()}
    declared.update((rule.name, (rule, "settings")) for rule in settings.limits)
    with connection.transaction():
        for rule, source in declared.values():
            limit_store.set_limit(connection, rule.scope, rule.key, rule.slots, source)
        limit_store.keep_limits(connection, list(declared))


def _limits_of_tasks() -> list[LimitRule]:
    return [LimitRule("type", task.name, task.limit) for task in all_tasks() if task.limit is not None]


def _check(scope: str, key: str, slots: int) -> None:
    wrong: dict[str, list[str]] = {}
    if scope not in SCOPES:
        wrong["scope"] = [f"Use one of: {', '.join(SCOPES)}."]
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        wrong["key"] = [f"Must have 1 to {MAX_KEY} printable characters."]
    if not 1 <= slots <= MAX_SLOTS:
        wrong["slots"] = [f"Must be from 1 to {MAX_SLOTS}. To let none run, pause the queue."]
    if wrong:
        raise Unprocessable("Some values are missing or wrong; “errors” names each one.", errors=wrong)
