"""What a restore writes, and what is told as different."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.canvases.elements import MAX_VERSION, clean_elements, wins
from backend.canvases.versions.comparing import difference, restored
from tests.canvases.shapes import rectangle

Element = dict[str, Any]
FIXED = {"x": 0, "index": "a1"}

looks = st.fixed_dictionaries(
    {
        "x": st.integers(0, 3),
        "index": st.sampled_from(["a1", "a2"]),
        "version": st.integers(1, 5),
        "isDeleted": st.booleans(),
    }
)
canvases = st.dictionaries(st.sampled_from("abcdef"), looks).map(
    lambda found: [rectangle(name, **fields) for name, fields in found.items()]
)


def merged(canvas: list[Element], written: list[Element]) -> dict[str, Element]:
    """As the canvas is after a merge."""
    after = {element["id"]: element for element in canvas}
    for element in clean_elements(written):
        if element["id"] not in after or wins(element, after[element["id"]]):
            after[element["id"]] = element
    return after


def shown(elements: Any) -> dict[str, tuple[int, str]]:
    """What is seen of the living."""
    return {each["id"]: (each["x"], each["index"]) for each in elements if not each["isDeleted"]}


@given(canvases, canvases)
def test_after_a_restore_the_canvas_shows_the_version_and_a_second_one_writes_nothing(
    then: list[Element], now: list[Element]
) -> None:
    version = [element for element in then if not element["isDeleted"]]
    after = merged(now, restored(version, now))
    assert shown(after.values()) == shown(version)
    assert restored(version, list(after.values())) == []
    told = difference(version, list(after.values()))
    assert (told.added, told.changed, told.removed) == ([], [], [])


@given(canvases, canvases)
def test_a_change_that_was_on_its_way_during_a_restore_wins(then: list[Element], now: list[Element]) -> None:
    version = [element for element in then if not element["isDeleted"]]
    for element in restored(version, now):
        there = next((each for each in now if each["id"] == element["id"]), None)
        if there is not None:
            theirs = {**there, "version": there["version"] + 1, "versionNonce": 2**31 - 2}
            assert wins(theirs, element)


def test_what_differs_is_told_by_shapes_not_by_their_texts_or_bookkeeping() -> None:
    box, text = (
        rectangle("box", **FIXED),
        rectangle("text", type="text", text="A", fontSize=20, containerId="box", **FIXED),
    )
    still, gone, come = rectangle("still"), rectangle("gone"), rectangle("come")
    renamed = {**text, "text": "B", "version": 9}
    bumped = {**still, "version": 7, "versionNonce": 3, "updated": 5, "index": "z", "boundElements": [{"id": "arrow"}]}
    told = difference([box, text, still, gone], [box, renamed, bumped, come, {**gone, "isDeleted": True}])
    assert (told.added, told.changed, told.removed) == (["come"], ["box"], ["gone"])


def test_a_label_that_came_or_went_is_a_change_of_its_shape() -> None:
    box, text = rectangle("box"), rectangle("text", type="text", text="A", fontSize=20, containerId="box")
    assert difference([box], [box, text]).changed == ["box"]
    assert difference([box, text], [box]).changed == ["box"]
    assert difference([], [box, text]).added == ["box"]


def test_an_element_that_can_have_no_further_version_does_not_stand_in_the_way() -> None:
    last = rectangle("last", version=MAX_VERSION)
    assert [each["id"] for each in restored([rectangle("a")], [last])] == ["a"]
