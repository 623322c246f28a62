"""What differs between a version and the canvas as it is now, and what brings the one back onto the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.canvases.elements import MAX_VERSION, Element

# Of equal versions the lower nonce wins: whoever is changing an element at the moment of a restore keeps that change.
YIELDING_NONCE = 2**31 - 1
BOOKKEEPING = frozenset({"version", "versionNonce", "updated"})
# Follows from other elements, and is seen in those.
UNSEEN = BOOKKEEPING | {"index", "boundElements", "seed"}


@dataclass(frozen=True)
class Difference:
    """Ids of what has come, changed and gone since a version was kept. A text inside a shape is told as its shape."""

    added: list[str]
    changed: list[str]
    removed: list[str]


def difference(version: Sequence[Element], canvas: Sequence[Element]) -> Difference:
    """From ``version`` to ``canvas``, of which deleted elements are left out."""
    then = {element["id"]: element for element in version}
    now = {element["id"]: element for element in canvas if not element.get("isDeleted")}
    added, removed = _whole(now.keys() - then.keys(), now), _whole(then.keys() - now.keys(), then)
    differing = {
        name for name in then.keys() & now.keys() if _without(then[name], UNSEEN) != _without(now[name], UNSEEN)
    }
    changed = _whole(differing, now) | (added & then.keys()) | (removed & now.keys())
    return Difference(sorted(added - then.keys()), sorted(changed), sorted(removed - now.keys()))


def restored(version: Sequence[Element], canvas: Sequence[Element]) -> list[Element]:
    """The elements to merge so that the canvas shows the version again; ``canvas`` has the deleted ones too."""
    now = {element["id"]: element for element in canvas}
    wanted = {element["id"]: {**element, "isDeleted": False} for element in version}
    gone = {
        name: {**element, "isDeleted": True}
        for name, element in now.items()
        if name not in wanted and not element.get("isDeleted")
    }
    return [
        _following(target, now.get(name, target))
        for name, target in {**wanted, **gone}.items()
        if _differs(target, now.get(name)) and now.get(name, target)["version"] < MAX_VERSION
    ]


def _following(target: Element, there: Element) -> Element:
    return {**target, "version": there["version"] + 1, "versionNonce": YIELDING_NONCE}


def _differs(target: Element, there: Element | None) -> bool:
    return there is None or _without(target, BOOKKEEPING) != _without(there, BOOKKEEPING)


def _without(element: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {"isDeleted": False} | {name: value for name, value in element.items() if name not in names}


def _whole(ids: set[str], elements: Mapping[str, Element]) -> set[str]:
    """The ids, but of texts inside shapes those of the shapes."""
    return {elements[name].get("containerId") or name for name in ids}
