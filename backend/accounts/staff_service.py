"""What staff do with people: find them, give them a role, suspend them. Nothing here commits."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, or_, select, text

from backend.accounts.connections import withdrawn
from backend.accounts.models import User
from backend.audit.service import record
from backend.db import AnySession
from backend.errors import Conflict, NotFound
from backend.identity import Actor

STAFF_LOCK = 0x0CC0_0003  # pg_advisory_xact_lock: of two who give up the role at once only one may


def list_people(
    session: AnySession, *, q: str | None, role: str | None, guests: bool, limit: int, before: uuid.UUID | None
) -> Sequence[User]:
    """Up to ``limit`` people, the newest first, older than ``before``."""
    query = select(User)
    if q is not None:
        matches = [User.name.icontains(q, autoescape=True), User.email.icontains(q, autoescape=True)]
        with contextlib.suppress(ValueError):  # not an id
            matches.append(User.id == uuid.UUID(q))
        query = query.where(or_(*matches))
    if role is not None:
        query = query.where(User.role == role)
    if not guests:
        query = query.where(~User.is_guest)
    if before is not None:
        query = query.where(User.id < before)
    return session.scalars(query.order_by(User.id.desc()).limit(limit)).all()


def change_person(
    session: AnySession, actor: Actor, user_id: uuid.UUID, *, role: str | None = None, suspended: bool | None = None
) -> User:
    """Give somebody a role, or keep somebody out. Raises NotFound, and Conflict where nobody would be left to undo it."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": STAFF_LOCK})
    user = session.get(User, user_id, populate_existing=True)
    if user is None:
        raise NotFound("There is nobody with this id.")
    if role is not None and role != user.role:
        if user.is_guest:
            raise Conflict("A guest has no password; somebody who signed up can get a role.", code="guest")
        _check_not_last(session, user, leaves=role != "staff")
        record(session, actor, "account.role", "account", [user.id], email=user.email, before=user.role, after=role)
        user.role = role
        withdrawn(session)  # connections stand in the rooms of the role with which they began
    if suspended is not None and suspended != (user.suspended_at is not None):
        _check_not_last(session, user, leaves=suspended)
        record(
            session,
            actor,
            "account.suspend" if suspended else "account.restore",
            "account",
            [user.id],
            email=user.email,
        )
        user.suspended_at = datetime.now(UTC) if suspended else None
        withdrawn(session)
    session.flush()
    return user


def _check_not_last(session: AnySession, user: User, *, leaves: bool) -> None:
    if not leaves or user.role != "staff":
        return
    others = select(func.count()).where(User.role == "staff", User.id != user.id, User.suspended_at.is_(None))
    if not session.scalar(others):
        raise Conflict("This is the last member of the staff; make somebody else staff first.", code="last_staff")
