"""The elements of a canvas while operations change them: copies are made of what is touched, the rest stays as it is."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.ai.drawing.completing import complete
from backend.ai.drawing.elements import BITS_31, Element, job_milliseconds
from backend.ai.drawing.ordering import keys_after
from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.shapes import Rect

SHAPES = frozenset({"rectangle", "ellipse", "diamond"})


class Scene:
    """Elements by id, in the order given. What is deleted is not seen any more, but its index stays taken."""

    def __init__(self, elements: Sequence[Mapping[str, Any]], job_id: UUID) -> None:
        self._job_id = job_id
        self._before = {element["id"]: complete(element) for element in elements}
        self._now: dict[str, Element] = dict(self._before)
        self._touched: dict[str, None] = {}

    def living(self) -> list[Element]:
        """All elements that are not deleted. To be read only."""
        return [element for element in self._now.values() if not element["isDeleted"]]

    def everything(self) -> list[Element]:
        """Deleted elements too. To be read only."""
        return list(self._now.values())

    def get(self, element_id: str | None) -> Element | None:
        """The living element of this id. To be read only."""
        element = self._now.get(element_id) if element_id else None
        return None if element is None or element["isDeleted"] else element

    def need(self, element_id: str | None) -> Element:
        """The living element of an id that was found on the canvas before. To be read only."""
        element = self.get(element_id)
        if element is None:
            raise LookupError(f"Element {element_id} is gone from the scene")
        return element

    def edit(self, element_id: str) -> Element:
        """The element, to be changed in place."""
        if element_id not in self._touched:
            self._touched[element_id] = None
            self._now[element_id] = copy.deepcopy(self._now[element_id])
        return self._now[element_id]

    def add(self, elements: Sequence[Element]) -> None:
        """New elements, in front of all others."""
        taken = [element.get("index") for element in self._now.values()]
        for element, key in zip(elements, keys_after(taken, len(elements)), strict=True):
            element["index"] = key
            self._now[element["id"]] = element
            self._touched[element["id"]] = None

    def delete(self, element_id: str) -> None:
        """Mark an element deleted; one that was new goes without a trace."""
        if element_id in self._before:
            self.edit(element_id)["isDeleted"] = True
        else:
            del self._now[element_id], self._touched[element_id]

    def text_in(self, element_id: str) -> Element | None:
        """The text bound to a shape or an arrow."""
        return next(
            (each for each in self.living() if each["type"] == "text" and each.get("containerId") == element_id), None
        )

    def text_of(self, element_id: str) -> Element:
        """The text bound to a node: nodes have one."""
        text = self.text_in(element_id)
        if text is None:
            raise LookupError(f"Element {element_id} has no text")
        return text

    def arrows_at(self, element_id: str) -> list[Element]:
        """The arrows with an end at this element."""
        return [each for each in self.living() if each["type"] == "arrow" and element_id in ends(each)]

    def bind(self, element_id: str, arrow_id: str) -> None:
        """Note at a shape that an arrow is bound to it."""
        bound = self.edit(element_id)["boundElements"]
        if all(each["id"] != arrow_id for each in bound):
            self.edit(element_id)["boundElements"] = [*bound, {"type": "arrow", "id": arrow_id}]

    def unbind(self, element_id: str | None, arrow_id: str) -> None:
        """Forget it again."""
        element = self.get(element_id)
        if element is not None and any(each["id"] == arrow_id for each in element["boundElements"]):
            kept = [each for each in element["boundElements"] if each["id"] != arrow_id]
            self.edit(element["id"])["boundElements"] = kept

    def result(self) -> list[Element]:
        """The changed elements, one version on, and the new ones. Those changed back to what they were are left out."""
        found = []
        for element_id in self._touched:
            element, before = self._now[element_id], self._before.get(element_id)
            if before is not None:
                if element == before:
                    continue
                self._bump(element, before)
            found.append(element)
        return found

    def _bump(self, element: Element, before: Element) -> None:
        element["version"] = before["version"] + 1
        seed = hashlib.blake2b(f"{self._job_id}/{element['id']}/{element['version']}".encode(), digest_size=4)
        element["versionNonce"] = int.from_bytes(seed.digest()) & BITS_31
        element["updated"] = max(before.get("updated") or 0, job_milliseconds(self._job_id))


def ends(arrow: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The ids of the elements that an arrow starts and ends at."""
    start, end = arrow.get("startBinding"), arrow.get("endBinding")
    return start["elementId"] if start else None, end["elementId"] if end else None


def obstacles(scene: Scene, besides: Sequence[str | None] = ()) -> list[Rect]:
    """The boxes of everything that nothing may be drawn over, arrows and frames left aside."""
    return [
        element_rect(element)
        for element in scene.living()
        if element["type"] not in ("arrow", "line", "frame", "magicframe")
        and element["id"] not in besides
        and (element.get("containerId") is None or _is_arrow(scene.get(element["containerId"])))
    ]


def _is_arrow(element: Element | None) -> bool:
    return element is not None and element["type"] == "arrow"
