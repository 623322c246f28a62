"""Mind maps: the title in the centre, branches to the right and left in colours of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.ai.diagram import Item, Outline
from backend.ai.drawing.measure import Font
from backend.ai.drawing.shapes import Point, Rect
from backend.ai.drawing.sizing import shape_size
from backend.ai.drawing.sketch import Box, Link, Part, Sketch
from backend.ai.drawing.themes import WHITE, Paint, Theme
from backend.ai.drawing.tokens import clean

LEVEL_GAP = 72
CENTRE_GAP = 120
ROW_GAP = 16
BRANCH_GAP = 32
# Shares of the way at which a line bends. A bend in the last sixth would make the curve overshoot its end.
ARC = ((0.5, 0.8),)
S_CURVE = ((0.39, 0.26), (0.61, 0.74))
SIZES = (20, 17, 15)  # centre, branches, everything deeper


@dataclass(slots=True)
class _Twig:
    """An item with the room that it and everything below it need."""

    key: str
    text: str
    font: Font
    size: tuple[float, float]
    branch: int
    level: int
    height: float = 0.0
    children: list[_Twig] = field(default_factory=list)


def sketch_mind_map(outline: Outline, theme: Theme) -> Sketch:
    """The centre first, then branch after branch, each from the inside out."""
    title, items = _centre(outline)
    font = Font(theme.family, SIZES[0])
    width, height = shape_size(title, "ellipse", font)
    centre = Box("centre", Rect.around((0, 0), width, height), title, theme.scheme.terminal, font, "ellipse")
    twigs = [_twig(item, f"{number}", number, 1, theme) for number, item in enumerate(items)]
    right, left = _sides(twigs)
    parts: list[Part] = [centre]
    for side, branches in ((1, right), (-1, left)):
        y = -_total(branches, BRANCH_GAP) / 2
        for twig in branches:
            _grow(twig, centre, (side * width / 2, y), side, theme, parts)
            y += twig.height + BRANCH_GAP
    return Sketch(tuple(parts))


def _centre(outline: Outline) -> tuple[str, tuple[Item, ...]]:
    """The title; without one, the only item of the first level."""
    title = clean(outline.title)
    if not title and len(outline.items) == 1:
        return clean(outline.items[0].label), outline.items[0].children
    return title, outline.items


def _twig(item: Item, key: str, branch: int, level: int, theme: Theme) -> _Twig:
    text, font = clean(item.label), Font(theme.family, SIZES[min(level, 2)])
    twig = _Twig(f"item {key}", text, font, shape_size(text, "rectangle", font), branch, level)
    twig.children = [
        _twig(child, f"{key}.{number}", branch, level + 1, theme) for number, child in enumerate(item.children)
    ]
    twig.height = max(twig.size[1], _total(twig.children, ROW_GAP))
    return twig


def _sides(twigs: list[_Twig]) -> tuple[list[_Twig], list[_Twig]]:
    """The first branches to the right until half of the height is there, the others to the left."""
    if len(twigs) < 3:
        return twigs[:1], twigs[1:]
    half, reached = _total(twigs, BRANCH_GAP) / 2, 0.0
    for number, twig in enumerate(twigs):
        if reached + twig.height / 2 > half:
            return twigs[:number], twigs[number:]
        reached += twig.height + BRANCH_GAP
    return twigs[:-1], twigs[-1:]


def _grow(twig: _Twig, parent: Box, at: Point, side: int, theme: Theme, parts: list[Part]) -> None:
    """Add the twig in its band, which begins at ``at`` beside its parent, then what is below it."""
    width, height = twig.size
    x = at[0] + side * (CENTRE_GAP if twig.level == 1 else LEVEL_GAP)
    rect = Rect(x if side > 0 else x - width, at[1] + (twig.height - height) / 2, width, height)
    box = Box(twig.key, rect, twig.text, _paint(twig, theme), twig.font, thin=twig.level > 1)
    color = theme.branch(twig.branch).stroke
    parts += [
        box,
        Link(f"branch {twig.key}", parent.key, box.key, color, twig.font, _bends(parent, box, side), head=False),
    ]
    y = at[1] + (twig.height - _total(twig.children, ROW_GAP)) / 2
    for child in twig.children:
        _grow(child, box, (x + side * width, y), side, theme, parts)
        y += child.height + ROW_GAP


def _bends(parent: Box, box: Box, side: int) -> tuple[Point, ...]:
    """From the centre in an arc that arrives sideways; further out in an S that leaves sideways as well."""
    start = (parent.rect.right if side > 0 else parent.rect.x, parent.rect.center[1])
    end = (box.rect.x if side > 0 else box.rect.right, box.rect.center[1])
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dy) < 1:
        return ()
    shares = ARC if parent.shape == "ellipse" else S_CURVE
    return tuple((start[0] + dx * along, start[1] + dy * rise) for along, rise in shares)


def _total(twigs: Sequence[_Twig], gap: float) -> float:
    return sum(twig.height for twig in twigs) + gap * max(len(twigs) - 1, 0)


def _paint(twig: _Twig, theme: Theme) -> Paint:
    paint = theme.branch(twig.branch)
    return paint if twig.level == 1 else Paint(paint.stroke, WHITE.fill)
