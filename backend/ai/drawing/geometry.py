"""What is wrong with a drawing: shapes on each other, text that hangs out, arrows that hold on to nothing.

For tests and for the browser's test of a whole job; the product draws so that there is nothing to find.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.ai.drawing.measure import inner_size
from backend.ai.drawing.ordering import is_valid_key
from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.shapes import Rect, distance_to_border, middle, path_bounds

Elements = Mapping[str, Mapping[str, Any]]

CONTAINERS = ("rectangle", "ellipse", "diamond")
SLACK = 1.0  # pixels: rounding, and borders that are shared
END_DISTANCE = 12.0  # pixels from a border at which an arrow still touches its shape
KERNING = 0.05  # share by which kerning may widen a line of equal letters
OFF_CENTER = 2.0  # pixels by which a label may miss the middle of its arrow


def check_geometry(elements: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every problem as a sentence; none for a good drawing. Deleted elements do not count."""
    living = {element["id"]: element for element in elements if not element.get("isDeleted")}
    return [
        *_order(elements),
        *_overlaps(living),
        *_texts(living),
        *_arrows(living),
        *_bindings(living),
    ]


def _order(elements: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    ids = Counter(element["id"] for element in elements)
    yield from (f"The id {name} is there {count} times" for name, count in ids.items() if count > 1)
    indices = Counter(element.get("index") for element in elements)
    for index, count in indices.items():
        if not is_valid_key(index):
            yield f"The index {index!r} is not valid"
        elif count > 1:
            yield f"The index {index} is there {count} times"


def _overlaps(living: Elements) -> Iterator[str]:
    """Boxes that share room without one being inside the other, and texts or labels on what is not theirs."""
    boxes = [(element, element_rect(element)) for element in living.values() if element["type"] in CONTAINERS]
    for (one, first), (other, second) in _close_pairs(boxes):
        if first.overlaps(second, SLACK) and not first.contains(second, SLACK) and not second.contains(first, SLACK):
            yield f"{_name(one, living)} and {_name(other, living)} overlap"
    texts = [(element, element_rect(element)) for element in living.values() if element["type"] == "text"]
    for text, room in texts:
        own = text.get("containerId")
        inside = {own, *_around(own, living)}
        for shape, rect in boxes:
            if shape["id"] not in inside and room.overlaps(rect, SLACK):
                yield f"{_name(text, living)} is on {_name(shape, living)}"
    for (one, first), (other, second) in _close_pairs(texts):
        if first.overlaps(second, SLACK):
            yield f"{_name(one, living)} and {_name(other, living)} are on each other"


def _close_pairs(
    boxes: list[tuple[Mapping[str, Any], Rect]],
) -> Iterator[tuple[tuple[Mapping[str, Any], Rect], tuple[Mapping[str, Any], Rect]]]:
    """Pairs that overlap from left to right, so that large drawings are checked in reasonable time."""
    open_boxes: list[tuple[Mapping[str, Any], Rect]] = []
    for box in sorted(boxes, key=lambda box: box[1].x):
        open_boxes = [other for other in open_boxes if other[1].right > box[1].x]
        yield from ((other, box) for other in open_boxes)
        open_boxes.append(box)


def _around(element_id: str | None, living: Elements) -> set[str]:
    """The shapes that a shape stands in, such as the column of a card; for a label, those around its whole arrow."""
    element = living.get(element_id or "")
    if element is None:
        return set()
    rect = element_rect(element)
    return {
        other["id"]
        for other in living.values()
        if other["type"] in CONTAINERS and other["id"] != element_id and element_rect(other).contains(rect, SLACK)
    }


def _texts(living: Elements) -> Iterator[str]:
    for text in living.values():
        container = living.get(text.get("containerId") or "") if text["type"] == "text" else None
        if text["type"] != "text" or text.get("containerId") is None:
            continue
        if container is None:
            yield f"{_name(text, living)} is bound to nothing"
            continue
        if all(each["id"] != text["id"] for each in container.get("boundElements") or []):
            yield f"{_name(container, living)} does not know its text"
        if container["type"] == "arrow":
            yield from _label(text, container, living)
        else:
            yield from _inside(text, container, living)


def _inside(text: Mapping[str, Any], container: Mapping[str, Any], living: Elements) -> Iterator[str]:
    width, height = inner_size(container["type"], container["width"], container["height"])
    # The editor breaks a word that is too long for a line by the sum of its characters, and then draws it with kerning.
    is_broken_word = text["width"] > width and " " not in text["originalText"].strip()
    slack = SLACK + (KERNING * text["width"] if is_broken_word else 0)
    if not element_rect(container).contains(element_rect(text), slack):
        yield f"{_name(text, living)} hangs out of its shape"
    elif text["width"] > width + slack or text["height"] > height + SLACK:
        yield f"{_name(text, living)} is too large for its shape: the editor would make it grow"


def _label(text: Mapping[str, Any], arrow: Mapping[str, Any], living: Elements) -> Iterator[str]:
    x, y = middle([(arrow["x"] + px, arrow["y"] + py) for px, py in arrow["points"]], bool(arrow.get("roundness")))
    center = element_rect(text).center
    if abs(center[0] - x) > OFF_CENTER or abs(center[1] - y) > OFF_CENTER:
        yield f"{_name(text, living)} is not in the middle of its arrow"


def _arrows(living: Elements) -> Iterator[str]:
    for arrow in living.values():
        if arrow["type"] != "arrow":
            continue
        points = [(arrow["x"] + px, arrow["y"] + py) for px, py in arrow["points"]]
        if path_bounds(points).width + path_bounds(points).height < SLACK:
            yield f"{_name(arrow, living)} has no length"
        for end, point in (("start", points[0]), ("end", points[-1])):
            binding = arrow.get(f"{end}Binding")
            shape = living.get(binding["elementId"]) if binding else None
            if shape is None:
                yield f"The {end} of {_name(arrow, living)} is not bound"
                continue
            if all(each["id"] != arrow["id"] for each in shape.get("boundElements") or []):
                yield f"{_name(shape, living)} does not know {_name(arrow, living)}"
            if distance_to_border(shape["type"], element_rect(shape), point) > END_DISTANCE:
                yield f"The {end} of {_name(arrow, living)} is far from {_name(shape, living)}"


def _bindings(living: Elements) -> Iterator[str]:
    """What a shape says is bound to it must be there and say the same."""
    bound: dict[str, list[str]] = defaultdict(list)
    for element in living.values():
        for each in element.get("boundElements") or []:
            bound[element["id"]].append(each["id"])
    for owner, names in bound.items():
        for name in names:
            other = living.get(name)
            bindings = [other.get("startBinding"), other.get("endBinding")] if other else []
            held = {binding["elementId"] for binding in bindings if binding}
            if other is None or (owner not in held and other.get("containerId") != owner):
                yield f"{_name(living[owner], living)} holds {name}, which is not bound to it"
        if len(names) != len(set(names)):
            yield f"{_name(living[owner], living)} holds something twice"


def _name(element: Mapping[str, Any], living: Elements) -> str:
    label = element.get("text") or next(
        (each["text"] for each in living.values() if each.get("containerId") == element["id"]), ""
    )
    return f"the {element['type']} “{' '.join(label.split())[:40]}” ({element['id'][:8]})"
