"""What people do with the versions of a canvas. Nothing here commits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, literal, select, tuple_

from backend.accounts.models import User
from backend.audit.service import record
from backend.canvases import service as canvases
from backend.canvases.elements import Element
from backend.canvases.versions.comparing import restored
from backend.canvases.versions.keeping import Reason, keep, unpacked
from backend.canvases.versions.models import CanvasVersion
from backend.db import AnySession, driver_connection
from backend.errors import Conflict, NotFound
from backend.identity import Actor

MOST_NAMED = 100  # on one canvas
NOTHING_DRAWN = "Nothing has been drawn on this canvas yet. Draw something, then keep a version."

Described = tuple[CanvasVersion, str | None]


@dataclass(frozen=True)
class Restored:
    """What a restore did: the canvas's version now, how many elements it wrote, and the version of what was before."""

    canvas_version: int
    written: int
    before: uuid.UUID | None


def list_versions(
    session: AnySession, actor: Actor, canvas_id: uuid.UUID, *, limit: int, after: tuple[datetime, uuid.UUID] | None
) -> list[Described]:
    """Versions of a canvas with the names of their authors, the newest first."""
    canvases.accessible_canvas(session, actor, canvas_id)
    query = _described().where(CanvasVersion.canvas_id == canvas_id)
    if after is not None:
        place = tuple_(CanvasVersion.created_at, CanvasVersion.id)
        query = query.where(place < tuple_(literal(after[0]), literal(after[1])))
    rows = session.execute(query.order_by(CanvasVersion.created_at.desc(), CanvasVersion.id.desc()).limit(limit))
    return [(version, author) for version, author in rows]


def get_version(session: AnySession, actor: Actor, canvas_id: uuid.UUID, version_id: uuid.UUID) -> Described:
    """One version. Raises NotFound for one of another canvas too."""
    canvases.accessible_canvas(session, actor, canvas_id)
    return _find(session, canvas_id, version_id)


def elements_of(session: AnySession, version: CanvasVersion) -> list[Element]:
    """What was on the canvas."""
    stored = session.scalar(select(CanvasVersion.elements).where(CanvasVersion.id == version.id))
    return unpacked(stored) if stored is not None else []


def keep_by_hand(session: AnySession, actor: Actor, canvas_id: uuid.UUID, name: str) -> Described:
    """Keep the canvas as it is under a name. What is kept already without one gets the name."""
    canvases.accessible_canvas(session, actor, canvas_id, write=True)
    connection = driver_connection(session)
    canvases.lock_elements(connection, canvas_id, [])
    _check_room(session, canvas_id)
    kept = keep(connection, canvas_id, Reason("hand", actor.user_id, name=name))
    if kept is None:
        raise Conflict(NOTHING_DRAWN)
    version, author = _find(session, canvas_id, kept)
    if version.name is None:
        version.cause, version.author_id, author = "hand", actor.user_id, actor.name
        version.about, version.job_id = None, None
        version.created_at = session.scalar(select(func.now())) or version.created_at
        _call(session, version, name)
    elif version.name != name:
        raise Conflict(f"Nothing has changed since “{version.name}”. Rename that version, or change something first.")
    return version, author


def rename(session: AnySession, actor: Actor, canvas_id: uuid.UUID, version_id: uuid.UUID, name: str) -> Described:
    """Give a version a name: it stays from now on."""
    canvases.accessible_canvas(session, actor, canvas_id, write=True)
    canvases.lock_elements(driver_connection(session), canvas_id, [])
    version, author = _find(session, canvas_id, version_id)
    if version.name is None:
        _check_room(session, canvas_id)
    _call(session, version, name)
    return version, author


def delete(session: AnySession, actor: Actor, canvas_id: uuid.UUID, version_id: uuid.UUID) -> None:
    """Remove a version; the canvas stays as it is."""
    canvases.accessible_canvas(session, actor, canvas_id, write=True)
    version, _ = _find(session, canvas_id, version_id)
    record(session, actor, "canvas.delete_version", "canvas", [canvas_id], version=version.id, name=version.name)
    session.delete(version)
    canvases.tell(driver_connection(session), canvas_id, "versions")


def restore(session: AnySession, actor: Actor, canvas_id: uuid.UUID, version_id: uuid.UUID) -> Restored:
    """Bring a version back, as one step and through the merge; what is there now is kept as a version before."""
    canvases.accessible_canvas(session, actor, canvas_id, write=True)
    connection = driver_connection(session)
    canvases.lock_elements(connection, canvas_id, [])
    version, _ = _find(session, canvas_id, version_id)
    about = version.name or version.created_at.isoformat()
    before = keep(connection, canvas_id, Reason("restore", actor.user_id, about=about))
    elements = restored(elements_of(session, version), canvases.load_elements(connection, canvas_id))
    reached = canvases.merge_many(connection, canvas_id, elements)
    if elements:
        record(session, actor, "canvas.restore_version", "canvas", [canvas_id], version=version.id, name=version.name)
    return Restored(reached, len(elements), before)


def _call(session: AnySession, version: CanvasVersion, name: str) -> None:
    version.name, version.expires_at = name, None
    canvases.tell(driver_connection(session), version.canvas_id, "versions")


def _check_room(session: AnySession, canvas_id: uuid.UUID) -> None:
    named = select(func.count()).where(CanvasVersion.canvas_id == canvas_id, CanvasVersion.name.is_not(None))
    if (session.scalar(named) or 0) >= MOST_NAMED:
        raise Conflict(f"A canvas keeps at most {MOST_NAMED} versions with a name. Delete one first.")


def _find(session: AnySession, canvas_id: uuid.UUID, version_id: uuid.UUID) -> Described:
    query = _described().where(CanvasVersion.canvas_id == canvas_id, CanvasVersion.id == version_id)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("This canvas has no such version. It may have been thinned out, or deleted.")
    version, author = found
    return version, author


def _described() -> Select[CanvasVersion, str | None]:
    return select(CanvasVersion, User.name).outerjoin(User, User.id == CanvasVersion.author_id)
