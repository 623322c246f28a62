"""Complete Excalidraw 0.18 elements from a sketch: nothing is left for the browser to measure, bind or order.

Ids, seeds and nonces follow from the job and the key of the part, so that a second run of the same job writes the
very same elements and the merge finds nothing new in them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.ai.drawing.measure import Font, arrow_label_width, inner_offset, inner_size, wrap
from backend.ai.drawing.shapes import Point, Rect, border_point, middle
from backend.ai.drawing.sketch import ADAPTIVE, Align, Box, Link, Sketch, VerticalAlign
from backend.ai.drawing.themes import TEXT_COLOR, Theme

Element = dict[str, Any]

GAP = 4  # between an arrow's end and the shape it is bound to
ADAPTIVE_RADIUS, PROPORTIONAL_RADIUS = {"type": 3}, {"type": 2}
BITS_31 = 0x7FFF_FFFF
LONGEST_KEY = 200  # characters in customData


class Writer:
    """Makes the elements of one job. Indices are given out later. ``prefix`` tells several drawings of a job apart."""

    def __init__(self, job_id: UUID, theme: Theme, prefix: str = "") -> None:
        self._job_id = job_id
        self._theme = theme
        self._prefix = prefix

    def element_id(self, key: str) -> str:
        """The id of the element for this key: the same in every run of the job."""
        return hashlib.blake2b(f"{self._job_id}/{self._prefix}{key}".encode(), digest_size=12).hexdigest()

    def shape(self, box: Box, bound: Sequence[Mapping[str, str]]) -> list[Element]:
        """A shape and its text, if there is any. ``bound`` are the arrows at it."""
        shape = self._element(
            box.key,
            box.shape,
            box.rect,
            strokeColor=box.paint.stroke,
            backgroundColor=box.paint.fill,
            strokeWidth=1 if box.thin else self._theme.stroke_width,
            roundness=_roundness(box),
            boundElements=[dict(each) for each in bound],
            groupIds=[self.element_id(f"group {box.group}")] if box.group else [],
        )
        if not box.text:
            return [shape]
        text = self.text(
            f"{box.key} text",
            box.text,
            box.font,
            box.paint.text,
            container=shape,
            align=box.align,
            vertical=box.vertical,
        )
        shape["boundElements"].insert(0, {"type": "text", "id": text["id"]})
        return [shape, text]

    def arrow(self, link: Link, source: Box, target: Box) -> list[Element]:
        """An arrow with its ends on the borders of its shapes, and its label."""
        path = arrow_path((source.shape, source.rect), (target.shape, target.rect), link.bends)
        arrow = self._element(
            link.key,
            "arrow",
            Rect(*path[0], 0, 0),
            strokeColor=link.color,
            strokeStyle="dashed" if link.dashed else "solid",
            strokeWidth=self._theme.stroke_width,
            roundness=dict(PROPORTIONAL_RADIUS) if link.curved else None,
            startBinding=_binding(self.element_id(source.key)),
            endBinding=_binding(self.element_id(target.key)),
            startArrowhead=None,
            endArrowhead="arrow" if link.head else None,
            lastCommittedPoint=None,
            elbowed=False,
        )
        set_path(arrow, path)
        if not link.label:
            return [arrow]
        text = self.text(f"{link.key} text", link.label, link.font, TEXT_COLOR, container=arrow)
        arrow["boundElements"].append({"type": "text", "id": text["id"]})
        return [arrow, text]

    def text(
        self,
        key: str,
        text: str,
        font: Font,
        color: str,
        *,
        container: Element | None = None,
        at: Point = (0, 0),
        align: Align = "center",
        vertical: VerticalAlign = "middle",
    ) -> Element:
        """A text, bound to its container and placed in it; without one, it stands at its place with its own line breaks."""
        element = self._element(
            key,
            "text",
            Rect(*at, 0, 0),
            strokeColor=color,
            strokeWidth=1,
            groupIds=list(container["groupIds"]) if container else [],
            fontSize=font.size,
            fontFamily=font.family,
            textAlign=align,
            verticalAlign=vertical,
            containerId=container["id"] if container else None,
            originalText=text,
            autoResize=True,
            lineHeight=font.line_height,
        )
        if container is None:
            element["text"] = text
            element["width"], element["height"] = font.extent(text)
        else:
            fit_text(element, container)
        return element

    def _element(self, key: str, kind: str, rect: Rect, **own: Any) -> Element:
        seed = hashlib.blake2b(f"{self._job_id}/{self._prefix}{key}/seed".encode(), digest_size=8).digest()
        return {
            "id": self.element_id(key),
            "type": kind,
            "x": round(rect.x, 2),
            "y": round(rect.y, 2),
            "width": round(rect.width, 2),
            "height": round(rect.height, 2),
            "angle": 0,
            "backgroundColor": "transparent",
            "fillStyle": "solid",
            "strokeStyle": "solid",
            "roughness": self._theme.roughness,
            "opacity": 100,
            "groupIds": [],
            "frameId": None,
            "index": None,
            "roundness": None,
            "seed": int.from_bytes(seed[:4]) & BITS_31,
            "version": 1,
            "versionNonce": int.from_bytes(seed[4:]) & BITS_31,
            "isDeleted": False,
            "boundElements": [],
            "updated": job_milliseconds(self._job_id),
            "link": None,
            "locked": False,
            "customData": {"job": str(self._job_id), "key": _shortened(self._prefix + key)},
            **own,
        }


def write(sketch: Sketch, writer: Writer) -> list[list[Element]]:
    """The elements of a sketch, one batch for each part, without indices."""
    boxes = {part.key: part for part in sketch.parts if isinstance(part, Box)}
    bound: dict[str, dict[str, None]] = defaultdict(dict)
    for part in sketch.parts:
        if isinstance(part, Link):
            bound[part.source][writer.element_id(part.key)] = None
            bound[part.target][writer.element_id(part.key)] = None
    batches = []
    for part in sketch.parts:
        if isinstance(part, Box):
            batches.append(writer.shape(part, [{"type": "arrow", "id": arrow} for arrow in bound[part.key]]))
        else:
            batches.append(writer.arrow(part, boxes[part.source], boxes[part.target]))
    return batches


def arrow_path(source: tuple[str, Rect], target: tuple[str, Rect], bends: Iterable[Point]) -> list[Point]:
    """The points of an arrow from border to border. Its ends point at the centres, as the editor's focus 0 does."""
    between = list(bends)
    start = border_point(*source, between[0] if between else target[1].center, GAP)
    end = border_point(*target, between[-1] if between else source[1].center, GAP)
    return [start, *between, end]


def set_path(arrow: Element, path: Sequence[Point]) -> None:
    """Give an arrow its points, which are kept relative to the first."""
    x, y = round(path[0][0], 2), round(path[0][1], 2)
    arrow["x"], arrow["y"] = x, y
    arrow["points"] = [[round(px - x, 2), round(py - y, 2)] for px, py in path]
    arrow["points"][0] = [0, 0]
    xs, ys = [point[0] for point in arrow["points"]], [point[1] for point in arrow["points"]]
    arrow["width"], arrow["height"] = round(max(xs) - min(xs), 2), round(max(ys) - min(ys), 2)


def path_of(arrow: Element) -> list[Point]:
    """The points of an arrow on the canvas."""
    return [(arrow["x"] + px, arrow["y"] + py) for px, py in arrow["points"]]


def fit_text(text: Element, container: Element) -> None:
    """Wrap a bound text to its container and put it in its place, as the editor would."""
    font = Font(text["fontFamily"], text["fontSize"])
    if container["type"] == "arrow":
        text["text"] = wrap(text["originalText"], font, arrow_label_width(font))
        width, height = font.extent(text["text"])
        x, y = middle(path_of(container), container["roundness"] is not None)
        x, y = x - width / 2, y - height / 2
    else:
        room = inner_size(container["type"], container["width"], container["height"])
        text["text"] = wrap(text["originalText"], font, room[0])
        width, height = font.extent(text["text"])
        x, y = inner_offset(container["type"], container["width"], container["height"])
        x += (
            container["x"] + {"left": 0.0, "center": (room[0] - width) / 2, "right": room[0] - width}[text["textAlign"]]
        )
        y += (
            container["y"]
            + {"top": 0.0, "middle": (room[1] - height) / 2, "bottom": room[1] - height}[text["verticalAlign"]]
        )
    text.update(x=round(x, 2), y=round(y, 2), width=width, height=height)


def job_milliseconds(job_id: UUID) -> int:
    """When the job was made: a UUIDv7 begins with it, and a second run must not write another time."""
    return job_id.int >> 80


def _shortened(key: str) -> str:
    """A key as it is kept with the element; the whole of a very long one is in the id."""
    return key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}…"


def _binding(element_id: str) -> Element:
    return {"elementId": element_id, "focus": 0, "gap": GAP}


def _roundness(box: Box) -> Element | None:
    if box.radius is None or box.shape == "ellipse":
        return None
    if box.shape == "diamond":
        return dict(PROPORTIONAL_RADIUS)
    return dict(ADAPTIVE_RADIUS) if box.radius == ADAPTIVE else {**ADAPTIVE_RADIUS, "value": box.radius}
