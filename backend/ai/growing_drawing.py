"""A drawing that people watch while the model is still writing it: each complete part is on the canvas at once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from backend.ai.diagram import Diagram
from backend.ai.drafts import Draft, save_draft
from backend.ai.drawing.draw import draw_at
from backend.ai.drawing.elements import Element
from backend.ai.drawing.previewing import previewed
from backend.ai.drawing.redraw import changes_to
from backend.ai.drawing.themes import Theme
from backend.ai.drawing_job import MOST_AT_ONCE, begin, in_batches, read_elements, write_elements
from backend.jobs import JobContext

REST = 1  # times as long as the last part took to lay out and write, nothing is drawn: reading the model comes first
SHORTEST_REST = 0.1  # seconds


class GrowingDrawing:
    """The drawing of one job. ``draft`` is what an earlier run has saved of it."""

    def __init__(self, ctx: JobContext, theme: Theme, draft: Draft | None, *, preview: bool) -> None:
        self._ctx = ctx
        self._theme = theme
        self._preview = preview
        self._draft = draft if draft is not None else Draft({}, [])
        self._next = 0.0

    def show(self, diagram: Diagram) -> None:
        """Put on the canvas what is new in ``diagram``; what was drawn of it before makes room."""
        began = time.monotonic()
        if began < self._next:
            return
        changes, draft = self._compose(diagram, read_elements(self._ctx))
        for start in range(0, len(changes), MOST_AT_ONCE):
            draft = self._write(changes[start : start + MOST_AT_ONCE], draft)
        self._draft = draft
        self._next = time.monotonic() + max(SHORTEST_REST, REST * (time.monotonic() - began))

    def finish(self, diagram: Diagram, result: dict[str, Any], theme: Theme | None = None) -> Draft:
        """The draft of the whole drawing, in another theme if one is given, with its first batch on the canvas."""
        self._theme = theme or self._theme

        def compose(elements: list[Element]) -> list[list[Element]]:
            changes, self._draft = self._compose(diagram, elements)
            return in_batches(changes, {element["id"] for element in elements})

        return begin(self._ctx, result, compose, self._draft)

    def _compose(self, diagram: Diagram, elements: list[Element]) -> tuple[list[Element], Draft]:
        wanted, origin = draw_at(diagram, self._draft.origin, elements, job_id=self._ctx.job.id, theme=self._theme)
        if self._preview:
            wanted = [previewed(element) for element in wanted]
        return changes_to(wanted, elements, self._draft.drawn), replace(self._draft, origin=origin)

    def _write(self, changes: list[Element], draft: Draft) -> Draft:
        """One transaction: the elements, which of them are the job's own, and the event that tells of them."""
        with self._ctx.transaction() as connection:
            merge = write_elements(self._ctx, connection, changes)
            drawn = {**draft.drawn, **{element["id"]: element["version"] for element in merge.accepted}}
            draft = replace(draft, drawn=drawn)
            save_draft(connection, self._ctx.job.id, draft)
            data = {"element_ids": [element["id"] for element in merge.accepted], "canvas_version": merge.version}
            self._ctx.partial(connection, data)
        return draft
