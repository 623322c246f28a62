"""Changes that people watch while the model is still writing them: each complete operation is on the canvas at once.

Operations are made in their order, each on the canvas as it is at its turn. What is made already is known by number and by
a digest of it: an answer that turns out otherwise in the end (the model was told to mend it) is taken back and made anew.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from backend.ai.drafts import Draft, save_draft
from backend.ai.drawing.elements import Element
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing_job import (
    MOST_AT_ONCE,
    TRIES,
    Overtaken,
    begin,
    in_batches,
    inverse_of_all,
    read_elements,
    write_elements,
)
from backend.ai.operations import Operation
from backend.jobs import JobContext

Apply = Callable[[Sequence[Element], Sequence[Operation], int], list[Element]]
"""The elements that operations change and add, on these elements; their keys begin with numbers from the given one."""

Arrow = tuple[str, str, str]


@dataclass(frozen=True)
class Question:
    """What the job saw on the canvas when it began: asked again with the same, a model's answer goes on where it broke off."""

    labels: list[str]
    arrows: list[Arrow]


@dataclass(frozen=True)
class Made:
    """The operations that are on the canvas: how many, which, and from which number on keys are free."""

    count: int = 0
    digest: str = ""
    next_key: int = 0

    def begins(self, operations: Sequence[Operation]) -> bool:
        """Whether these operations begin with those that are made."""
        return self.count <= len(operations) and self.digest == digest_of(operations[: self.count])


class GrowingChanges:
    """The changes of one job. ``draft`` is what an earlier run has saved of them."""

    def __init__(self, ctx: JobContext, draft: Draft | None, question: Question, apply: Apply) -> None:
        self._ctx = ctx
        self._apply = apply
        self._draft = draft if draft is not None else Draft({}, [])
        growing = self._draft.changes or {}
        self.question = Question(**growing["question"]) if growing else question
        self._made = Made(**growing["made"]) if growing else Made()
        self._stuck = False
        self._next = 0.0

    def show(self, operations: Sequence[Operation]) -> None:
        """Make what is new in ``operations``, one after the other; then read on for as long as that took."""
        began = time.monotonic()
        if began < self._next:
            return
        while not self._stuck and self._made.begins(operations) and self._made.count < len(operations):
            self._stuck = not self._make(operations)
        self._next = 2 * time.monotonic() - began

    def finish(self, operations: Sequence[Operation], result: dict[str, Any]) -> Draft:
        """The draft of all changes, with the first batch of those that were left on the canvas."""
        if not self._made.begins(operations):
            self._take_back()
        left, first = operations[self._made.count :], self._made.next_key

        def compose(elements: list[Element]) -> list[list[Element]]:
            changed = self._apply(elements, left, first) if left else []
            return in_batches(changed, {element["id"] for element in elements})

        return begin(self._ctx, result, compose, self._draft)

    def _make(self, operations: Sequence[Operation]) -> bool:
        """Make the next operation; False for one that must wait for the end: it cannot be made, or is large."""
        number, first = self._made.count, self._made.next_key
        made = Made(number + 1, digest_of(operations[: number + 1]), first + 1)
        for last in (*(False,) * (TRIES - 1), True):
            try:
                changed = self._apply(read_elements(self._ctx), [operations[number]], first)
            except DrawingError:
                return False
            if len(changed) > MOST_AT_ONCE:
                return False
            with suppress(Overtaken):
                self._write(changed, made, insist=last)
                return True
        raise AssertionError("the last try insists")

    def _take_back(self) -> None:
        """What was made of an answer that is another one now, but for what people have changed since."""
        undone = inverse_of_all(self._ctx)
        for start in range(0, len(undone), MOST_AT_ONCE):
            self._write(undone[start : start + MOST_AT_ONCE], self._made, insist=True)
        self._draft = replace(self._draft, drawn={})
        self._made = Made(next_key=self._made.next_key)  # ids of what was taken back are used up

    def _write(self, changed: list[Element], made: Made, *, insist: bool) -> None:
        """One transaction: the elements, how far the changes are, and the event that tells of them."""
        with self._ctx.transaction() as connection:
            draft = replace(self._draft, changes={"question": vars(self.question), "made": vars(made)})
            if changed:
                merge = write_elements(self._ctx, connection, changed)
                if merge.stale and not insist:
                    raise Overtaken
                ids = [element["id"] for element in merge.accepted]
                versions = {element["id"]: element["version"] for element in merge.accepted}
                draft = replace(draft, drawn={**draft.drawn, **versions})
                self._ctx.partial(connection, {"element_ids": ids, "canvas_version": merge.version})
            save_draft(connection, self._ctx.job.id, draft)
        self._draft, self._made = draft, made


def digest_of(operations: Sequence[Operation]) -> str:
    """Tells lists of operations apart."""
    return hashlib.blake2b(repr(list(operations)).encode(), digest_size=16).hexdigest() if operations else ""
