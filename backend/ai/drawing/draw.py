"""From a diagram to elements in batches, in a free place of the canvas."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, cast
from uuid import UUID

from backend.ai.diagram import Board, Diagram, Flowchart, Table, Timeline
from backend.ai.drawing.board import sketch_board
from backend.ai.drawing.elements import Element, Writer, write
from backend.ai.drawing.flowchart import sketch_flowchart
from backend.ai.drawing.measure import Font, wrap
from backend.ai.drawing.mind_map import sketch_mind_map
from backend.ai.drawing.ordering import keys_after
from backend.ai.drawing.outline import sketch_outline
from backend.ai.drawing.placement import element_rect, free_origin
from backend.ai.drawing.shapes import Point, union
from backend.ai.drawing.sketch import Sketch
from backend.ai.drawing.table import sketch_table
from backend.ai.drawing.themes import TEXT_COLOR, Theme, theme_of
from backend.ai.drawing.timeline import sketch_timeline
from backend.ai.drawing.tokens import clean

MOST_BATCHES = 40
TITLE_SIZE = 28
TITLE_GAP = 28
NARROWEST_TITLE = 520  # before it is broken into lines, however narrow the drawing

Origin = Point | Sequence[Mapping[str, Any]]


def draw_diagram(
    diagram: Diagram,
    *,
    job_id: UUID,
    scheme: str = "default",
    style: str = "clean",
    origin: Origin = (0.0, 0.0),
    prefix: str = "",
) -> list[list[Element]]:
    """Complete elements in batches, in the order in which a person would draw them.

    ``origin`` is the top left corner, or all elements of the canvas, deleted ones too: then the drawing goes into free
    space beside them, behind them in order. Elements of an earlier run of the same job among them are found again: the
    drawing goes to the same place, and has the same ids. ``prefix`` tells several drawings of one job apart.
    Raises ``DrawingError`` for an unknown scheme or style.
    """
    return draw_in_theme(diagram, job_id=job_id, theme=theme_of(scheme, style), origin=origin, prefix=prefix)


def draw_in_theme(
    diagram: Diagram, *, job_id: UUID, theme: Theme, origin: Origin, prefix: str = ""
) -> list[list[Element]]:
    """``draw_diagram`` for those who have the theme already."""
    if _is_point(origin):
        batches, _ = _drawn(diagram, Writer(job_id, theme, prefix), theme, (), cast(Point, origin))
    else:
        batches, _ = _drawn(
            diagram, Writer(job_id, theme, prefix), theme, cast(Sequence[Mapping[str, Any]], origin), None
        )
    return _joined(batches)


def draw_at(
    diagram: Diagram, origin: Point | None, existing: Sequence[Mapping[str, Any]], *, job_id: UUID, theme: Theme
) -> tuple[list[Element], Point]:
    """The elements of a drawing that may be on the canvas in part, and its place: as given, or free space."""
    batches, place = _drawn(diagram, Writer(job_id, theme), theme, existing, origin)
    return [element for batch in batches for element in batch], place


def _drawn(
    diagram: Diagram, writer: Writer, theme: Theme, existing: Sequence[Mapping[str, Any]], origin: Point | None
) -> tuple[list[list[Element]], Point]:
    batches = _titled(diagram, theme, writer)
    elements = [element for batch in batches for element in batch]
    place = _beside(elements, existing) if origin is None else origin
    _move(elements, place)
    number(elements, existing)
    return batches, place


def number(elements: Sequence[Element], existing: Sequence[Mapping[str, Any]]) -> None:
    """Give new elements their places in the order, behind all others; those that are there already keep theirs."""
    there = {element["id"]: element.get("index") for element in existing}
    new = [element for element in elements if not there.get(element["id"])]
    for element, key in zip(new, keys_after(there.values(), len(new)), strict=True):
        element["index"] = key
    for element in elements:
        element["index"] = there.get(element["id"]) or element["index"]


def _sketch(diagram: Diagram, theme: Theme) -> Sketch:
    if isinstance(diagram, Flowchart):
        return sketch_flowchart(diagram, theme)
    if isinstance(diagram, Board):
        return sketch_board(diagram, theme)
    if isinstance(diagram, Table):
        return sketch_table(diagram, theme)
    if isinstance(diagram, Timeline):
        return sketch_timeline(diagram, theme)
    return sketch_mind_map(diagram, theme) if diagram.form == "mind_map" else sketch_outline(diagram, theme)


def _titled(diagram: Diagram, theme: Theme, writer: Writer) -> list[list[Element]]:
    """The drawing with its top left corner at the origin, under its title; a mind map has its title in the centre."""
    batches = write(_sketch(diagram, theme), writer)
    bounds = union(element_rect(element) for batch in batches for element in batch)
    text, below = clean(diagram.title), 0.0
    title: list[list[Element]] = []
    if text and diagram.kind != "mind_map":
        font = Font(theme.family, TITLE_SIZE)
        lines = wrap(text, font, max(bounds.width, NARROWEST_TITLE))
        title = [[writer.text("title", lines, font, TEXT_COLOR, align="left", vertical="top")]]
        below = font.extent(lines)[1] + TITLE_GAP
    _move((element for batch in batches for element in batch), (-bounds.x, below - bounds.y))
    return title + batches


def _move(elements: Iterable[Element], by: Point) -> None:
    for element in elements:
        element["x"], element["y"] = round(element["x"] + by[0], 2), round(element["y"] + by[1], 2)


def _beside(elements: Sequence[Element], existing: Sequence[Mapping[str, Any]]) -> Point:
    """Where to draw. An earlier run of this job may have drawn a part, of which people may have moved some."""
    own = {element["id"]: element for element in elements}
    for earlier in existing:
        element = own.get(earlier["id"])
        if element is not None and earlier["version"] == 1:
            return earlier["x"] - element["x"], earlier["y"] - element["y"]
    return free_origin(union(map(element_rect, elements)), existing)


def _joined(batches: list[list[Element]]) -> list[list[Element]]:
    """At most ``MOST_BATCHES``, each a few neighbours: every batch is a transaction of its own."""
    size = max(1, math.ceil(len(batches) / MOST_BATCHES))
    return [list(chain(*batches[start : start + size])) for start in range(0, len(batches), size)]


def _is_point(origin: Origin) -> bool:
    return isinstance(origin, tuple) and len(origin) == 2 and all(isinstance(value, int | float) for value in origin)
