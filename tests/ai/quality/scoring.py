"""What is wrong with what an engine made of a case, by structure alone: nothing here judges taste."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.ai.diagram import MAX_LABEL, MAX_NODES, Diagram
from backend.ai.drawing.changes import apply_operations
from backend.ai.drawing.draw import draw_diagram
from backend.ai.drawing.geometry import check_geometry
from backend.ai.drawing.view import read_canvas
from backend.ai.generation import Ask, Desk, make_changes, make_diagram
from backend.ai.language import LANGUAGES, differs, own_words
from backend.ai.operations import AddDiagram
from backend.ai.planner import plan_diagram
from tests.ai.quality.cases import Case

Element = dict[str, Any]
FEWEST = 2  # boxes with text
BEFORE, NOW = UUID(int=1 << 80), UUID(int=2 << 80)


@dataclass(frozen=True)
class Drawn:
    """What was made of a case: by whom, what kind, and the canvas before and after."""

    engine: str
    kind: str
    before: list[Element]
    after: list[Element]


def draw_case(case: Case, ask: Ask | None, shown: Callable[[], None] = lambda: None) -> Drawn:
    """Let an engine do a case; ``shown`` is called when a part of it can be drawn. Raises as generation does, NeedsModel
    where it cannot.
    """
    desk = Desk(ask, lambda _share, _sentence: None, lambda _diagram: shown())
    if case.canvas is None:
        made = make_diagram(case.instructions, desk)
        return Drawn(made.engine.name, made.value.kind, [], _elements(made.value, NOW))
    canvas = plan_diagram(case.canvas)
    if canvas is None:
        raise AssertionError(f"the canvas of {case.id} is not drawn by the planner")
    before = _elements(canvas, BEFORE)
    view = read_canvas(before)
    changes = make_changes(case.instructions, view.labels, view.arrows, desk)
    diagram = next((each.diagram for each in changes.value if isinstance(each, AddDiagram)), None)
    changed = {each["id"]: each for each in apply_operations(before, changes.value, job_id=NOW)}
    after = [*({**each, **changed.pop(each["id"], {})} for each in before), *changed.values()]
    return Drawn(changes.engine.name, diagram.kind if diagram else "changes", before, after)


def problems(case: Case, drawn: Drawn) -> list[str]:
    """Every fault as a sentence; none for a drawing that is structurally right."""
    living = [each for each in drawn.after if not each["isDeleted"]]
    texts = [_plain(each["originalText"]) for each in sorted(living, key=_place) if each["type"] == "text"]
    found = [] if drawn.kind == case.kind else [f"it is a {drawn.kind}, not a {case.kind}"]
    found += check_geometry(living)
    found += [f"“{entity}” is missing" for entity in case.entities if not _holds(texts, entity)]
    found += [f"“{gone}” is still there" for gone in case.gone if _plain(gone) in texts]
    if case.ordered and not found:
        found += _out_of_order(texts, case.entities)
    found += _touched(case, drawn)
    found += _foreign(case, drawn)
    found += _unbounded(living)
    boxes = {each["id"] for each in living if each["type"] in ("rectangle", "ellipse", "diamond")}
    if sum(each["type"] == "text" and each["containerId"] in boxes for each in living) < FEWEST:
        found.append("there is next to nothing in it")
    return found


def _elements(diagram: Diagram, job_id: UUID) -> list[Element]:
    return [element for batch in draw_diagram(diagram, job_id=job_id) for element in batch]


def _place(element: Element) -> str:
    return str(element["index"])


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _holds(texts: Sequence[str], entity: str) -> bool:
    return any(_plain(entity) in text for text in texts)


def _out_of_order(texts: Sequence[str], entities: Sequence[str]) -> list[str]:
    """Each entity stands behind the one before it, in the order in which things are drawn."""
    position = 0
    for entity in entities:
        later = next((n for n in range(position, len(texts)) if _plain(entity) == texts[n]), None)
        if later is None:
            return [f"“{entity}” does not stand where it belongs"]
        position = later + 1
    return []


def _touched(case: Case, drawn: Drawn) -> list[str]:
    """What a change was not asked for stays as it is; only that an arrow comes or goes may be noted at a shape."""
    now = {each["id"]: each for each in drawn.after}
    found = []
    for label in case.same:
        texts = [each for each in drawn.before if each["type"] == "text" and each["originalText"] == label]
        for text in texts:
            if now[text["id"]] != text or _looks(now[text["containerId"]]) != _looks(_by_id(drawn.before, text)):
                found.append(f"“{label}” was changed, which nobody asked for")
    return found


def _foreign(case: Case, drawn: Drawn) -> list[str]:
    """What an engine has thought up is in the language that it was asked in. Texts of a structure are the person's own."""
    if case.structured:
        return []
    known = {each.get("originalText") for each in drawn.before}
    living = (each for each in drawn.after if each["type"] == "text" and not each["isDeleted"])
    new = own_words([each["originalText"] for each in living if each["originalText"] not in known], case.instructions)
    wanted = LANGUAGES[case.written_in or case.language].name
    return [f"it is not in {wanted}: {', '.join(new)[:80]}"] if differs(new, wanted) else []


def _by_id(elements: Sequence[Element], text: Element) -> Element:
    return next(each for each in elements if each["id"] == text["containerId"])


def _looks(shape: Element) -> Element:
    ignored = ("boundElements", "version", "versionNonce", "updated")
    return {name: value for name, value in shape.items() if name not in ignored}


def _unbounded(elements: Sequence[Element]) -> list[str]:
    found = [f"{each['id']} has a link" for each in elements if each["link"] is not None]
    found += [f"{each['id']} is too long" for each in elements if len(each.get("originalText") or "") > MAX_LABEL]
    if sum(each["type"] in ("rectangle", "ellipse", "diamond") for each in elements) > MAX_NODES:
        found.append("there are more shapes than may be drawn at once")
    return found
