"""Keep, undo and do again what a job did to a canvas."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Row, Select, literal, select, tuple_

from backend.accounts.models import User
from backend.ai.changes import store
from backend.ai.changes.inverse import Changed, Inverse, inverse
from backend.ai.changes.models import AiChange
from backend.ai.drawing.elements import Element
from backend.ai.drawing.previewing import kept
from backend.ai.drawing.redraw import next_version
from backend.canvases import service as canvases
from backend.db import AnySession, driver_connection
from backend.errors import Conflict, NotFound
from backend.identity import Actor
from backend.jobs.models import AiJob

STILL_DRAWING = "The job is still drawing. Wait until it has ended, or cancel it first."
MOST_NAMED = 3


def list_changes(
    session: AnySession, actor: Actor, canvas_id: uuid.UUID, *, limit: int, after: tuple[datetime, uuid.UUID] | None
) -> list[Row[AiChange, str | None, str]]:
    """What jobs did to a canvas, the newest first, with the title of the job and the name of who asked for it."""
    canvases.accessible_canvas(session, actor, canvas_id)
    query = _described().where(AiChange.canvas_id == canvas_id)
    if after is not None:
        query = query.where(tuple_(AiChange.created_at, AiChange.job_id) < tuple_(literal(after[0]), literal(after[1])))
    return list(session.execute(query.order_by(AiChange.created_at.desc(), AiChange.job_id.desc()).limit(limit)))


def keep(session: AnySession, actor: Actor, canvas_id: uuid.UUID, job_id: uuid.UUID) -> AiChange:
    """Accept what a job did; previews become what they preview. Asked again, it changes nothing."""

    def elements(change: AiChange, canvas: list[Element]) -> Inverse | None:
        if change.status == "undone":
            raise Conflict("This change is undone. Do it again first.")
        own = {record.element_id for record in store.records(driver_connection(session), job_id)}
        found = [(each, kept(each)) for each in canvas if each["id"] in own and not each.get("isDeleted")]
        return Inverse([next_version(plain, old["version"]) for old, plain in found if plain is not None], [])

    return _decide(session, actor, canvas_id, job_id, "kept", elements)


def undo(session: AnySession, actor: Actor, canvas_id: uuid.UUID, job_id: uuid.UUID, *, spare: bool) -> AiChange:
    """Take back what a job did, but for what people changed since, unless ``spare`` is false."""

    def elements(change: AiChange, canvas: list[Element]) -> Inverse | None:
        if change.status == "undone" and (spare or not change.spared):
            return None
        found = store.records(driver_connection(session), job_id)
        return inverse([Changed(each.element_id, each.before, each.version) for each in found], canvas, spare=spare)

    return _decide(session, actor, canvas_id, job_id, "undone", elements)


def redo(session: AnySession, actor: Actor, canvas_id: uuid.UUID, job_id: uuid.UUID) -> AiChange:
    """Do again what was undone."""

    def elements(change: AiChange, canvas: list[Element]) -> Inverse | None:
        if change.status != "undone":
            return None
        found = [each for each in store.records(driver_connection(session), job_id) if each.after is not None]
        return inverse([Changed(each.element_id, each.after, each.version) for each in found], canvas, spare=True)

    return _decide(session, actor, canvas_id, job_id, "open", elements)


def sentence(change: AiChange, labels: list[str]) -> str:
    """What the decision means."""
    if change.status == "kept":
        return "Kept."
    if change.status == "open":
        return "Nothing is decided yet."
    if not change.spared:
        return "Undone."
    named = ", ".join(f"“{label}”" for label in labels[:MOST_NAMED])
    count = len(change.spared)
    what = "One element was" if count == 1 else f"{count} elements were"
    return f"Undone. {what} changed by somebody since and left as {'it is' if count == 1 else 'they are'}" + (
        f": {named}." if named else "."
    )


def labels_of(session: AnySession, change: AiChange) -> list[str]:
    """The texts of the elements that were spared."""
    elements = canvases.load_elements(driver_connection(session), change.canvas_id) if change.spared else []
    texts = (each.get("text") for each in elements if each["id"] in change.spared)
    return [" ".join(text.split()) for text in texts if isinstance(text, str) and text.strip()]


def describe(session: AnySession, change: AiChange) -> Row[AiChange, str | None, str]:
    """The change with the title of its job and the name of who asked for it."""
    return session.execute(_described().where(AiChange.job_id == change.job_id)).one()


def _described() -> Select[AiChange, str | None, str]:
    query = select(AiChange, AiJob.summary, User.name).join(AiJob, AiJob.id == AiChange.job_id)
    return query.join(User, User.id == AiJob.user_id)


def _decide(
    session: AnySession,
    actor: Actor,
    canvas_id: uuid.UUID,
    job_id: uuid.UUID,
    status: str,
    elements: Callable[[AiChange, list[Element]], Inverse | None],
) -> AiChange:
    """One decision in the caller's transaction, with the canvas locked: two people who decide at once do so in turn."""
    canvases.accessible_canvas(session, actor, canvas_id, write=True)
    connection = driver_connection(session)
    canvases.lock_elements(connection, canvas_id, [])
    change = session.scalar(
        select(AiChange).where(AiChange.job_id == job_id, AiChange.canvas_id == canvas_id).with_for_update()
    )
    if change is None:
        raise NotFound("That job has changed nothing on this canvas.")
    if session.scalar(select(AiJob.status).where(AiJob.id == job_id)) in ("queued", "processing"):
        raise Conflict(STILL_DRAWING)
    canvas = canvases.load_elements(connection, canvas_id)
    found = elements(change, canvas)
    if found is None:
        return change
    _write(session, change, found, {element["id"]: element for element in canvas}, undone=status == "undone")
    store.decide(connection, job_id, status, found.spared)
    canvases.tell(connection, canvas_id, f"change {job_id} {status}")
    session.refresh(change)
    return change


def _write(session: AnySession, change: AiChange, found: Inverse, before: dict[str, Element], *, undone: bool) -> None:
    connection = driver_connection(session)
    canvases.merge_many(connection, change.canvas_id, found.elements, job_id=change.job_id)
    written = {each["id"]: (each["version"], before.get(each["id"]) if undone else None) for each in found.elements}
    if written:
        store.note(connection, change.job_id, written)
