"""From what a job did to what undoes it, or does it again: inverse versions, without touching what people changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.ai.drawing.elements import Element
from backend.ai.drawing.redraw import next_version, same_content


@dataclass(frozen=True)
class Changed:
    """An element that a job changed: ``target`` is what it is to become (None: deleted), ``version`` what the job left."""

    id: str
    target: Element | None
    version: int


@dataclass(frozen=True)
class Inverse:
    """The elements to write, and the ids of those that people changed since and that stay."""

    elements: list[Element]
    spared: list[str]


def inverse(changes: Sequence[Changed], canvas: Sequence[Element], *, spare: bool) -> Inverse:
    """What brings the changed elements to their targets. A shape and its text are one: both are spared, or neither.

    What holds on to a shape that goes, such as an arrow that somebody drew to it, lets go.
    """
    now = {element["id"]: element for element in canvas}
    spared = _spared(changes, now) if spare else set()
    written: dict[str, Element] = {}
    for change in changes:
        current = now.get(change.id)
        if current is None or change.id in spared:
            continue
        if current.get("isDeleted") if change.target is None else same_content(current, change.target):
            continue
        target = {**current, "isDeleted": True} if change.target is None else change.target
        written[change.id] = {**next_version(target, current["version"]), "index": current.get("index")}
    gone = {element["id"] for element in {**now, **written}.values() if element.get("isDeleted")}
    for element in {**now, **written}.values():
        loosened = None if element.get("isDeleted") else _without(element, gone)
        if loosened is not None:
            own = element["id"] in written
            written[element["id"]] = loosened if own else next_version(loosened, element["version"])
    return Inverse(list(written.values()), sorted(spared))


def _spared(changes: Sequence[Changed], now: Mapping[str, Element]) -> set[str]:
    touched = {
        change.id
        for change in changes
        if (current := now.get(change.id)) is not None
        and current["version"] != change.version
        and not (change.target is None and current.get("isDeleted"))
    }
    names = {change.id for change in changes}
    for name in names:
        container = (now.get(name) or {}).get("containerId")
        if container in names and (name in touched or container in touched):
            touched |= {name, container}
    return touched


def _without(element: Element, gone: set[str]) -> Element | None:
    """The element without what is gone; None when it holds nothing of it."""
    bound = element.get("boundElements") or []
    kept = [each for each in bound if not (isinstance(each, dict) and each.get("id") in gone)]
    found: Element = {} if len(kept) == len(bound) else {"boundElements": kept}
    for end in ("startBinding", "endBinding"):
        binding = element.get(end)
        if isinstance(binding, dict) and binding.get("elementId") in gone:
            found[end] = None
    return {**element, **found} if found else None
