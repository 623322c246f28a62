"""How a job puts its elements on the canvas: in batches that people can watch, each exactly once, whatever is killed."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Any

import psycopg

from backend.ai.changes import store as change_store
from backend.ai.changes.inverse import Changed, inverse
from backend.ai.drafts import Connection, Draft, forget_draft, load_draft, note_written, save_draft
from backend.ai.drawing.elements import Element
from backend.canvases import service as canvases
from backend.canvases.service import Merge
from backend.canvases.versions.keeping import Reason, keep, keep_at_next_edit
from backend.errors import NotFound
from backend.jobs import Cancel, JobCancelled, JobContext

WAITING, FINALISING = 70, 90  # per cent of the job's bar

# So that people see it grow instead of appearing at once: between batches, and for the whole drawing (seconds).
PAUSE, MOST_PAUSES = 0.05, 2.5

# How often changes are worked out anew because somebody has just changed the same elements; after that, theirs stay.
TRIES = 5

MOST_BATCHES = 40  # of new elements
MOST_AT_ONCE = 500  # elements; a merge takes twice as many

Compose = Callable[[list[Element]], list[list[Element]]]


class Overtaken(Exception):
    """Somebody changed an element between our reading and our writing it."""


def resume(ctx: JobContext) -> Draft | None:
    """What an earlier run of this job has saved, None when this is the first that gets so far."""
    with ctx.transaction() as connection:
        _require_canvas(ctx, connection)
        return load_draft(connection, ctx.job.id)


def has_drawn(ctx: JobContext) -> bool:
    """Whether something of the job's drawing is on the canvas, as far as that can be known. Asked when it has failed."""
    draft = None
    with suppress(psycopg.Error), ctx.accounts() as connection:
        draft = load_draft(connection, ctx.job.id)
    return draft is not None and bool(draft.drawn or draft.written)


def read_elements(ctx: JobContext) -> list[Element]:
    """All elements of the job's canvas, deleted ones too. Raises NotFound when the canvas is gone."""
    with ctx.transaction() as connection:
        return canvases.load_elements(connection, _require_canvas(ctx, connection))


def begin(ctx: JobContext, result: dict[str, Any], compose: Compose, growing: Draft | None = None) -> Draft:
    """Save what ``compose`` makes of the canvas's elements as the job's draft, with its first batch on the canvas.

    Both in one transaction. ``compose`` is called again with fresh elements when somebody was faster.
    """
    for last in (*(False,) * (TRIES - 1), True):
        batches = compose(read_elements(ctx))
        draft = Draft({**result, "elements": sum(map(len, batches))}, batches)
        if growing is not None:
            draft = replace(draft, origin=growing.origin, drawn=growing.drawn)
            draft.result["elements"] += len(growing.drawn.keys() - _names(batches))
        with suppress(Overtaken), ctx.transaction() as connection:
            if not batches:  # all of it was drawn while it grew
                draft.result["canvas_version"] = _version(ctx, connection)
                if draft.drawn:
                    keep_at_next_edit(connection, _canvas_of(ctx))
            save_draft(connection, ctx.job.id, draft)
            return _write_next(ctx, connection, draft, insist=last) if batches else draft
    raise AssertionError("the last try insists")


def finish(ctx: JobContext, draft: Draft) -> dict[str, Any]:
    """Write the batches that are missing and return the job's result. What is drawn stays when the job is cancelled."""
    pause = min(PAUSE, MOST_PAUSES / max(1, len(draft.batches)))
    try:
        while draft.written < len(draft.batches):
            ctx.sleep(pause)
            with ctx.transaction() as connection:
                draft = _write_next(ctx, connection, draft, insist=True)
        ctx.progress(FINALISING, "Finalising")
    except JobCancelled as cancelled:
        raise Cancel(
            f"Cancelled. {draft.elements_written} of {draft.result['elements']} elements were drawn and stay on the canvas."
        ) from cancelled
    return draft.result


def inverse_of_all(ctx: JobContext) -> list[Element]:
    """What takes back everything that the job has done to the canvas, but for what people have changed since."""
    with ctx.transaction() as connection:
        found = change_store.records(connection, ctx.job.id)
    changes = [Changed(each.element_id, each.before, each.version) for each in found]
    return inverse(changes, read_elements(ctx), spare=True).elements


def take_back(ctx: JobContext) -> None:
    """As if the job had done nothing: what it drew came from an answer without sense."""
    elements = inverse_of_all(ctx)
    for start in range(0, len(elements), MOST_AT_ONCE):
        with ctx.transaction() as connection:
            merge = write_elements(ctx, connection, elements[start : start + MOST_AT_ONCE])
            ids = [element["id"] for element in merge.accepted]
            ctx.partial(connection, {"element_ids": ids, "canvas_version": merge.version})
    with ctx.transaction() as connection:
        change_store.forget(connection, ctx.job.id)
        forget_draft(connection, ctx.job.id)


def in_batches(changed: Sequence[Element], there: Collection[str]) -> list[list[Element]]:
    """Changes of elements that are ``there`` first and together, then the new ones, each with its text."""
    changes = [element for element in changed if element["id"] in there]
    new: list[list[Element]] = []
    for element in changed:
        if element["id"] in there:
            continue
        if new and element.get("containerId") in {other["id"] for other in new[-1]}:
            new[-1].append(element)
        else:
            new.append([element])
    together = [changes[start : start + MOST_AT_ONCE] for start in range(0, len(changes), MOST_AT_ONCE)]
    size = max(1, math.ceil(len(new) / MOST_BATCHES))
    return together + [list(chain(*new[start : start + size])) for start in range(0, len(new), size)]


def _write_next(ctx: JobContext, connection: Connection, draft: Draft, *, insist: bool) -> Draft:
    """The draft after its next batch. Unless we ``insist``, raises Overtaken if somebody's change is newer.

    Raises NotFound when the canvas is gone.
    """
    merge = write_elements(ctx, connection, draft.batches[draft.written])
    if merge.stale and not insist:
        raise Overtaken
    draft = replace(draft, written=draft.written + 1, result={**draft.result, "canvas_version": merge.version})
    note_written(connection, ctx.job.id, draft)
    if draft.written == len(draft.batches):
        keep_at_next_edit(connection, _canvas_of(ctx))
    reached = min(max(WAITING, ctx.furthest), FINALISING)  # while it grew, more than half may be done
    ctx.partial(
        connection,
        {"element_ids": [element["id"] for element in merge.accepted], "canvas_version": merge.version},
        progress=reached + (FINALISING - reached) / (len(draft.batches) - draft.written + 1),
        message=f"Drawing: {draft.elements_written} of {sum(map(len, draft.batches))} elements",
    )
    return draft


def write_elements(ctx: JobContext, connection: Connection, elements: list[Element]) -> Merge:
    """Merge elements into the job's canvas, remembering what was there before: all that a job does can be undone."""
    canvas_id, job = _canvas_of(ctx), ctx.job
    if not change_store.has_changed(connection, job.id):
        keep(connection, canvas_id, Reason("job", job.user_id, about=job.summary, job_id=job.id))
    before = canvases.lock_elements(connection, canvas_id, [element["id"] for element in elements])
    merge = canvases.merge_elements(connection, canvas_id, elements, job_id=ctx.job.id)
    change_store.record(connection, ctx.job.id, canvas_id, merge.accepted, before)
    return merge


def _names(batches: list[list[Element]]) -> set[str]:
    return {element["id"] for batch in batches for element in batch}


def _require_canvas(ctx: JobContext, connection: Connection) -> uuid.UUID:
    """The job's canvas, if it is there: looked up before the work, so that none is done in vain. The merge looks again."""
    canvas_id = _canvas_of(ctx)
    there = connection.execute("SELECT FROM canvas WHERE id = %s AND deleted_at IS NULL", (canvas_id,))
    if there.rowcount == 0:
        raise NotFound("The canvas of this job is in the trash.")
    return canvas_id


def _version(ctx: JobContext, connection: Connection) -> int:
    """The version of the job's canvas now."""
    found = connection.execute("SELECT version FROM canvas WHERE id = %s", (_canvas_of(ctx),)).fetchone()
    if found is None:
        raise NotFound("The canvas of this job was removed.")
    return int(found[0])


def _canvas_of(ctx: JobContext) -> uuid.UUID:
    if ctx.job.canvas_id is None:
        raise NotFound("The canvas of this job was removed.")
    return ctx.job.canvas_id
