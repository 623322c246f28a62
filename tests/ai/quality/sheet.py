"""All drawings on one sheet, as SVG: to be looked at. Texts are written in whatever font the reader has."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.shapes import union

Element = dict[str, Any]
ACROSS, WIDTH, HEIGHT, MARGIN, TITLE = 4, 460, 340, 16, 24


def write_sheet(pictures: Sequence[tuple[str, Sequence[Element]]], path: Path) -> None:
    """Write the named drawings side by side, each scaled to its place."""
    parts = []
    for number, (name, elements) in enumerate(pictures):
        x, y = number % ACROSS * WIDTH, number // ACROSS * HEIGHT
        parts.append(f'<text x="{x + MARGIN}" y="{y + 18}" font-size="13" fill="#495057">{escape(name)}</text>')
        parts.append(_picture(elements, x + MARGIN, y + TITLE))
    rows = -(-len(pictures) // ACROSS)
    size = f'viewBox="0 0 {ACROSS * WIDTH} {rows * HEIGHT}"'
    style = '<rect width="100%" height="100%" fill="#fff"/>'
    body = "\n".join(parts)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" font-family="Nunito, sans-serif" {size}>{style}\n{body}</svg>\n',
        encoding="utf-8",
    )


def _picture(elements: Sequence[Element], x: float, y: float) -> str:
    area = union(map(element_rect, elements))
    scale = min((WIDTH - 2 * MARGIN) / area.width, (HEIGHT - TITLE - MARGIN) / area.height, 1)
    drawn = "".join(map(_drawn, sorted(elements, key=lambda element: str(element["index"]))))
    return f'<g transform="translate({x} {y}) scale({scale:.3f}) translate({-area.x:.1f} {-area.y:.1f})">{drawn}</g>'


def _drawn(element: Element) -> str:
    fill = "none" if element["backgroundColor"] == "transparent" else element["backgroundColor"]
    paint = f'fill="{fill}" stroke="{element["strokeColor"]}" stroke-width="{element["strokeWidth"]}"'
    if element["strokeStyle"] == "dashed":
        paint += ' stroke-dasharray="8 6"'
    x, y, width, height = element["x"], element["y"], element["width"], element["height"]
    match element["type"]:
        case "rectangle":
            radius = min(32, min(width, height) / 4) if element["roundness"] else 0
            return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" {paint}/>'
        case "ellipse":
            return f'<ellipse cx="{x + width / 2}" cy="{y + height / 2}" rx="{width / 2}" ry="{height / 2}" {paint}/>'
        case "diamond":
            points = (
                f"{x + width / 2},{y} {x + width},{y + height / 2} {x + width / 2},{y + height} {x},{y + height / 2}"
            )
            return f'<polygon points="{points}" {paint}/>'
        case "arrow":
            points = " ".join(f"{x + px},{y + py}" for px, py in element["points"])
            end = element["points"][-1]
            dot = f'<circle cx="{x + end[0]}" cy="{y + end[1]}" r="4" fill="{element["strokeColor"]}"/>'
            head = dot if element["endArrowhead"] else ""
            return f'<polyline points="{points}" {paint.replace(fill, "none", 1)}/>{head}'
        case _:
            return _text(element)


def _text(element: Element) -> str:
    anchor = {"left": "start", "center": "middle", "right": "end"}[element["textAlign"]]
    x = element["x"] + {"start": 0, "middle": element["width"] / 2, "end": element["width"]}[anchor]
    height = element["fontSize"] * element["lineHeight"]
    lines = "".join(
        f'<tspan x="{x:.1f}" y="{element["y"] + height * number + element["fontSize"]:.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(element["text"].split("\n"))
    )
    return (
        f'<text font-size="{element["fontSize"]}" text-anchor="{anchor}" fill="{element["strokeColor"]}">{lines}</text>'
    )
