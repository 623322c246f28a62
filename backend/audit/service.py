"""Recording what people do. Nothing here commits: an entry stands exactly if the action does."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backend.audit.models import AuditEntry
from backend.db import AnySession
from backend.identity import OPERATOR, Actor

MAX_DETAIL = 500  # characters of a text


@dataclass(frozen=True)
class AuditFilter:
    """Which entries to list; empty fields do not restrict. ``action`` may be a subject alone: ``job`` finds ``job.cancel``."""

    actor_id: uuid.UUID | None = None
    action: str | None = None
    target_type: str | None = None
    target: str | None = None
    via: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def record(
    session: AnySession,
    actor: Actor,
    action: str,
    target_type: str,
    targets: Iterable[object],
    **details: Any,
) -> None:
    """Note that ``actor`` did ``action`` to ``targets``, in the session's transaction. Nothing done leaves no entry."""
    named = [str(target) for target in targets]
    if not named:
        return
    session.add(
        AuditEntry(
            actor_id=None if actor.user_id == OPERATOR.user_id else actor.user_id,
            actor_name=actor.name,
            actor_role=actor.role,
            via=actor.via,
            action=action,
            target_type=target_type,
            targets=named,
            details=_plain(details),
        )
    )
    session.flush()


def list_entries(
    session: AnySession, wanted: AuditFilter, *, limit: int, before: uuid.UUID | None
) -> Sequence[AuditEntry]:
    """Up to ``limit`` entries, the newest first, older than ``before``."""
    query = select(AuditEntry)
    for column, value in (
        (AuditEntry.actor_id, wanted.actor_id),
        (AuditEntry.target_type, wanted.target_type),
        (AuditEntry.via, wanted.via),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.action is not None:
        exact = "." in wanted.action
        query = query.where(
            AuditEntry.action == wanted.action
            if exact
            else AuditEntry.action.startswith(f"{wanted.action}.", autoescape=True)
        )
    if wanted.target is not None:
        query = query.where(AuditEntry.targets.contains([wanted.target]))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON can have it: what is not given is left out, long texts are cut."""
    plain: dict[str, Any] = {}
    for name, value in details.items():
        if value is None:
            continue
        known = isinstance(value, bool | int | float | list | dict)
        plain[name] = value if known else str(value)[:MAX_DETAIL]
    return plain
