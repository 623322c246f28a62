"""Tidying up: what arrows join is laid out anew where it is, with the same sizes, words and colours."""

from __future__ import annotations

from dataclasses import replace

from backend.ai.drawing.connecting import reattach
from backend.ai.drawing.elements import Element, arrow_path, fit_text, set_path
from backend.ai.drawing.engines import Direction
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.layout import Layout, Wire, layout
from backend.ai.drawing.measure import Font
from backend.ai.drawing.placement import element_rect, free_origin
from backend.ai.drawing.routing import routed
from backend.ai.drawing.scene import Scene
from backend.ai.drawing.shapes import Rect, union
from backend.ai.drawing.sketch import Box
from backend.ai.drawing.themes import WHITE
from backend.ai.drawing.view import CanvasView, EdgeView

ROOM = 10  # pixels between what is tidied up and what is not
LABEL_AIR = 6  # around the label of an arrow
NOTHING = "There is nothing to tidy up: it puts shapes in order that arrows join."


def tidy_up(scene: Scene, view: CanvasView) -> None:
    """Lay out the shapes and their arrows where they are, or beside what is in the way there.

    Raises ``DrawingError`` where no arrow joins anything.
    """
    meant = view.preferred or {node.id for node in view.nodes}
    edges = [edge for edge in view.edges if edge.source in meant and edge.target in meant]
    nodes = list(dict.fromkeys(end for edge in edges for end in (edge.source, edge.target)))
    if len(nodes) < 2:
        raise DrawingError(NOTHING)
    numbers = {node: number for number, node in enumerate(nodes)}
    before = {node: element_rect(scene.need(node)) for node in nodes}
    wires = [Wire(numbers[edge.source], numbers[edge.target], _label_size(scene, edge)) for edge in edges]
    placed = layout([(rect.width, rect.height) for rect in before.values()], wires, _direction(edges, before))
    corner, area = union(before.values()), union(placed.boxes)
    placed = _moved(placed, corner.x - area.x, corner.y - area.y)
    others = _others(scene, {*nodes, *(edge.id for edge in edges)})
    if any(rect.grown(ROOM).overlaps(element_rect(other)) for rect in placed.boxes for other in others):
        x, y = free_origin(area, others)
        placed = _moved(placed, x - corner.x, y - corner.y)
    for node, rect in zip(nodes, placed.boxes, strict=True):
        _move(scene, node, rect)
    _route(scene, nodes, edges, wires, placed)
    own = {edge.id for edge in edges}
    for node in nodes:
        if any(arrow["id"] not in own for arrow in scene.arrows_at(node)):
            _reattach_others(scene, node, before[node], own)


def _others(scene: Scene, own: set[str]) -> list[Element]:
    """What is not tidied up and must not be covered; arrows may lie anywhere."""
    return [
        element
        for element in scene.living()
        if element["id"] not in own
        and element.get("containerId") not in own
        and element["type"] not in ("arrow", "line")
    ]


def _move(scene: Scene, node: str, rect: Rect) -> None:
    shape = scene.edit(node)
    shape["x"], shape["y"] = round(rect.x, 2), round(rect.y, 2)
    text = scene.text_in(node)
    if text is not None:
        fit_text(scene.edit(text["id"]), shape)


def _route(scene: Scene, nodes: list[str], edges: list[EdgeView], wires: list[Wire], placed: Layout) -> None:
    boxes = [
        Box(node, rect, "", WHITE, Font(6, 16), scene.need(node)["type"])
        for node, rect in zip(nodes, placed.boxes, strict=True)
    ]
    by_key = {box.key: box for box in boxes}
    for edge, route in zip(edges, routed(boxes, wires, placed), strict=True):
        source, target = by_key[edge.source], by_key[edge.target]
        arrow = scene.edit(edge.id)
        arrow["elbowed"] = False
        arrow["roundness"] = {"type": 2} if route.curved else None
        set_path(arrow, arrow_path((source.shape, source.rect), (target.shape, target.rect), route.bends))
        text = scene.text_in(edge.id)
        if text is not None:
            fit_text(scene.edit(text["id"]), arrow)


def _reattach_others(scene: Scene, node: str, before: Rect, own: set[str]) -> None:
    """Arrows that lead out of what is tidied up follow its shapes; its own have their places already."""
    kept = {
        arrow["id"]: [list(point) for point in arrow["points"]] for arrow in scene.arrows_at(node) if arrow["id"] in own
    }
    places = {name: (scene.need(name)["x"], scene.need(name)["y"]) for name in kept}
    reattach(scene, node, before)
    for name, points in kept.items():
        arrow = scene.edit(name)
        arrow["x"], arrow["y"] = places[name]
        set_path(arrow, [(arrow["x"] + x, arrow["y"] + y) for x, y in points])


def _label_size(scene: Scene, edge: EdgeView) -> tuple[float, float] | None:
    text = scene.text_in(edge.id)
    return None if text is None else (text["width"] + 2 * LABEL_AIR, text["height"] + LABEL_AIR)


def _direction(edges: list[EdgeView], rects: dict[str, Rect]) -> Direction:
    """As most arrows run now."""
    across = down = 0.0
    for edge in edges:
        start, end = rects[edge.source].center, rects[edge.target].center
        across, down = across + abs(end[0] - start[0]), down + abs(end[1] - start[1])
    return "right" if across > down else "down"


def _moved(placed: Layout, dx: float, dy: float) -> Layout:
    boxes = [rect.moved(dx, dy) for rect in placed.boxes]
    routes = [replace(route, bends=tuple((x + dx, y + dy) for x, y in route.bends)) for route in placed.routes]
    return Layout(boxes, routes)
