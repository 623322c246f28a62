"""Listing and reading notices, and each person's settings. Nothing here commits."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from backend.db import AnySession
from backend.notifications.models import KINDS, Notice, NoticeSetting
from backend.notifications.schemas import COUNT_BOUND

CHANNEL = "notice"  # payload: the person's id. The trigger of the database says the same name.


class Wanted(NamedTuple):
    """A person's settings; what is not said is the default."""

    muted: Collection[str] = ()
    toast: bool = True
    browser: bool = True
    sound: bool = False
    quiet_from: time | None = None
    quiet_to: time | None = None


def list_notices(
    session: AnySession,
    user_id: uuid.UUID,
    *,
    unread: bool,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None,
) -> Sequence[Notice]:
    """Up to ``limit`` notices of a person, the newest first, after a position in that order."""
    query = select(Notice).where(Notice.user_id == user_id)
    if unread:
        query = query.where(Notice.read_at.is_(None))
    if after is not None:
        query = query.where(tuple_(Notice.created_at, Notice.id) < after)
    return session.scalars(query.order_by(Notice.created_at.desc(), Notice.id.desc()).limit(limit)).all()


def count_unread(session: AnySession, user_id: uuid.UUID) -> int:
    """How many a person has not read, up to ``COUNT_BOUND``."""
    some = select(Notice.id).where(Notice.user_id == user_id, Notice.read_at.is_(None)).limit(COUNT_BOUND)
    return session.scalars(select(func.count()).select_from(some.subquery())).one()


def mark_read(
    session: AnySession, user_id: uuid.UUID, *, ids: Collection[uuid.UUID] | None, until: datetime | None
) -> None:
    """A person has read some notices, or (``ids`` None) all up to a moment. Those of others are passed over in silence."""
    change = update(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None))
    if ids is not None:
        change = change.where(Notice.id.in_(ids))
    elif until is not None:
        change = change.where(Notice.created_at <= until)
    read = session.execute(change.values(read_at=func.clock_timestamp()).returning(Notice.id)).all()
    if read:
        _note_change(session, user_id, {})


def settings_of(session: AnySession, user_id: uuid.UUID) -> Wanted:
    """What a person wants."""
    found = session.get(NoticeSetting, user_id, populate_existing=True)
    return Wanted() if found is None else Wanted(*(getattr(found, name) for name in Wanted._fields))


def change_settings(session: AnySession, user_id: uuid.UUID, wanted: Wanted) -> None:
    """Replace what a person wants."""
    _note_change(session, user_id, {**wanted._asdict(), "muted": [kind for kind in KINDS if kind in wanted.muted]})


def _note_change(session: AnySession, user_id: uuid.UUID, values: dict[str, Any]) -> None:
    """Store the values, and let all pages of the person know."""
    changed = {**values, "changed_at": func.clock_timestamp()}
    row = insert(NoticeSetting).values(user_id=user_id, **changed)
    session.execute(row.on_conflict_do_update(index_elements=[NoticeSetting.user_id], set_=changed))
    session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": str(user_id)})
