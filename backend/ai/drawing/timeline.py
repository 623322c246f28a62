"""Timelines: dates in the order of time along one line, with what happened below them; long ones run down the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from backend.ai.diagram import Timeline
from backend.ai.drawing.measure import Font
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import shape_height, shape_size, text_width, wrapped_width
from backend.ai.drawing.sketch import Box, Link, Part, Sketch
from backend.ai.drawing.themes import WHITE, Paint, Theme
from backend.ai.drawing.tokens import clean

MOST_ACROSS = 8  # periods beside each other
PERIOD_GAP = 56
EVENT_GAP = 12
BELOW_DATE, BESIDE_DATE = 28, 48
EVENT_WIDTH, LONG_EVENT_WIDTH = 200, 380
AIR = 20  # around the text of an event, both sides together
WHEN_SIZE, EVENT_SIZE = 17, 15
RADIUS = 8

Row = tuple[str, list[str]]


def sketch_timeline(timeline: Timeline, theme: Theme) -> Sketch:
    """One arrow leads from each date to the next."""
    rows = [(clean(period.when), [clean(event) for event in period.events]) for period in timeline.periods]
    parts = _across(rows, theme) if len(rows) <= MOST_ACROSS else _down(rows, theme)
    return Sketch(tuple(parts))


def _across(rows: Sequence[Row], theme: Theme) -> list[Part]:
    """Dates from left to right, each above its events."""
    width = max(_when_width(rows, theme), _event_width(rows, theme, EVENT_WIDTH))
    height = max(_when_height(when, width, theme) for when, _ in rows)
    groups: list[list[Box]] = []
    for number, (when, events) in enumerate(rows):
        x = number * (width + PERIOD_GAP)
        boxes = [_date(number, when, Rect(x, 0, width, height), theme)]
        groups.append(boxes + _events(number, events, Rect(x, height + BELOW_DATE, width, 0), theme))
    return _linked(groups, theme)


def _down(rows: Sequence[Row], theme: Theme) -> list[Part]:
    """Dates from top to bottom, each beside its events."""
    width, room = _when_width(rows, theme), _event_width(rows, theme, LONG_EVENT_WIDTH)
    groups: list[list[Box]] = []
    y = 0.0
    for number, (when, events) in enumerate(rows):
        date = _date(number, when, Rect(0, y, width, _when_height(when, width, theme)), theme)
        boxes = [date, *_events(number, events, Rect(width + BESIDE_DATE, y, room, 0), theme)]
        groups.append(boxes)
        y = max(box.rect.bottom for box in boxes) + PERIOD_GAP
    return _linked(groups, theme)


def _linked(groups: Sequence[Sequence[Box]], theme: Theme) -> list[Part]:
    """Each period after the arrow that leads to it."""
    parts: list[Part] = [*groups[0]]
    for number, (before, after) in enumerate(pairwise(groups)):
        font = Font(theme.family, EVENT_SIZE)
        link = Link(f"next {number}", before[0].key, after[0].key, theme.scheme.arrow, font, curved=False)
        parts += [after[0], link, *after[1:]]
    return parts


def _date(number: int, when: str, rect: Rect, theme: Theme) -> Box:
    return Box(f"period {number}", rect, when, theme.branch(number), Font(theme.family, WHEN_SIZE))


def _events(number: int, events: Sequence[str], below: Rect, theme: Theme) -> list[Box]:
    font = Font(theme.family, EVENT_SIZE)
    paint = Paint(theme.branch(number).stroke, WHITE.fill)
    boxes, y = [], below.y
    for position, event in enumerate(events):
        rect = Rect(below.x, y, below.width, shape_height(event, "rectangle", font, below.width))
        key = f"period {number} event {position}"
        boxes.append(Box(key, rect, event, paint, font, align="left", radius=RADIUS, thin=True))
        y = rect.bottom + EVENT_GAP
    return boxes


def _when_width(rows: Sequence[Row], theme: Theme) -> float:
    font = Font(theme.family, WHEN_SIZE)
    return max(shape_size(when, "rectangle", font)[0] for when, _ in rows)


def _when_height(when: str, width: float, theme: Theme) -> float:
    return shape_height(when, "rectangle", Font(theme.family, WHEN_SIZE), width)


def _event_width(rows: Sequence[Row], theme: Theme, preferred: float) -> float:
    font = Font(theme.family, EVENT_SIZE)
    texts = [event for _, events in rows for event in events]
    widths = (wrapped_width(text, font, text_width(text, font, preferred - AIR)) for text in texts)
    return round(max(preferred, *(width + AIR for width in widths))) if texts else 0
