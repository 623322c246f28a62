"""A drawing that grows while it is on the canvas: laid out anew with each part, in the same place, changing only its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from backend.ai.drawing.elements import BITS_31, Element

# What a change of an element is not about: these follow from it, or belong to the canvas.
BOOKKEEPING = frozenset({"version", "versionNonce", "updated", "index"})


def changes_to(
    wanted: Sequence[Element], existing: Sequence[Mapping[str, Any]], drawn: Mapping[str, int]
) -> list[Element]:
    """What turns the elements on the canvas into those that are wanted.

    ``drawn`` are the versions in which the job has written its elements so far: one that has another version by now was
    changed by somebody, and stays as it is. One that is not wanted any more is deleted.
    """
    there = {element["id"]: element for element in existing}
    changes = [
        change for element in wanted if (change := _change(element, there.get(element["id"]), drawn)) is not None
    ]
    names = {element["id"] for element in wanted}
    for element_id, version in drawn.items():
        old = there.get(element_id)
        if element_id not in names and old is not None and old["version"] == version and not old["isDeleted"]:
            changes.append(next_version({**old, "isDeleted": True}, version))
    return changes


def next_version(element: Mapping[str, Any], version: int) -> Element:
    """The element one version after ``version``."""
    seed = hashlib.blake2b(f"{element['id']}/{version + 1}".encode(), digest_size=4)
    return {**element, "version": version + 1, "versionNonce": int.from_bytes(seed.digest()) & BITS_31}


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two versions of an element show the same."""
    return _content(one) == _content(other)


def _change(element: Element, old: Mapping[str, Any] | None, drawn: Mapping[str, int]) -> Element | None:
    if old is None:
        return element
    if old["version"] != drawn.get(element["id"]) or same_content(element, old):
        return None
    return {**next_version(element, old["version"]), "index": old.get("index") or element["index"]}


def _content(element: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in element.items() if name not in BOOKKEEPING}
