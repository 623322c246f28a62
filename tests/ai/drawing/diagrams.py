"""Random diagrams of every kind, with the labels that people really write and those that break things."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from backend.ai.diagram import (
    Board,
    Column,
    Diagram,
    Edge,
    Flowchart,
    Item,
    Node,
    Outline,
    Period,
    Table,
    TableForm,
    Timeline,
)
from backend.ai.drawing.draw import draw_diagram

JOB = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
OTHER_JOB = UUID("01890a5d-ac97-774b-bcce-b302099a8057")

WORDS = (
    "Sign up",
    "Verify e-mail",
    "no",
    "yes",
    "if the card was declined by the bank",
    "Überprüfung der Zahlungseingänge",
    "Привет, мир",
    "你好，世界。这是一个很长的标签",
    "こんにちは「世界」",
    "안녕하세요 세계",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family \U0001f1e8\U0001f1ff",
    "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
    "https://example.org/a/very/long/path?with=a&query=string#part",
    "line one\nline two",
    "a",
    "W",
    "  spaces   inside  ",
    "tab\there",
    "-- --",
    "(한글)「テスト」",
    "é́̂",
)

label = st.one_of(
    st.sampled_from(WORDS),
    st.text(min_size=1, max_size=30),
    st.sampled_from([word * 40 for word in ("word ", "字", "x")] + ["lorem ipsum " * 166, "y" * 2000]),
)
short_label = st.one_of(st.just(""), st.sampled_from(WORDS), st.text(max_size=20))


@st.composite
def flowcharts(draw: st.DrawFn, most_nodes: int = 40) -> Flowchart:
    """Any graph: cycles, self loops, parallel edges, parts that are not connected."""
    count = draw(st.integers(1, most_nodes))
    nodes = tuple(
        Node(f"n{i}", draw(label), draw(st.sampled_from(["rectangle", "ellipse", "diamond"]))) for i in range(count)
    )
    end = st.integers(0, count - 1)
    ends = draw(st.lists(st.tuples(end, end), max_size=min(2 * count, 50)))
    edges = tuple(Edge(f"n{a}", f"n{b}", draw(short_label), draw(st.booleans())) for a, b in ends)
    return Flowchart(draw(short_label), nodes, edges, draw(st.sampled_from(["down", "right"])))


items = st.recursive(
    st.builds(Item, label),
    lambda children: st.builds(Item, label, st.lists(children, max_size=4).map(tuple)),
    max_leaves=20,
)
outlines = st.builds(
    Outline,
    short_label,
    st.lists(items, min_size=1, max_size=6).map(tuple),
    st.sampled_from(["list", "outline", "mind_map"]),
    st.booleans(),
)
boards = st.builds(
    Board,
    short_label,
    st.lists(st.builds(Column, label, st.lists(label, max_size=6).map(tuple)), min_size=1, max_size=6).map(tuple),
    st.sampled_from(["board", "swot", "retrospective"]),
)
timelines = st.builds(
    Timeline,
    short_label,
    st.lists(st.builds(Period, label, st.lists(label, max_size=4).map(tuple)), min_size=1, max_size=12).map(tuple),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A header and rows as wide as it, some cells empty."""
    width = draw(st.integers(1, 6))
    row = st.lists(short_label, min_size=width, max_size=width).map(tuple)
    forms: st.SearchStrategy[TableForm] = st.sampled_from(["table", "comparison", "customer_journey"])
    return Table(draw(short_label), draw(row), tuple(draw(st.lists(row, max_size=6))), draw(forms))


diagrams: st.SearchStrategy[Diagram] = st.one_of(flowcharts(), outlines, boards, tables(), timelines)


def drawn(diagram: Diagram, **options: Any) -> list[dict[str, Any]]:
    """All elements of a drawing."""
    return [element for batch in draw_diagram(diagram, **{"job_id": JOB, **options}) for element in batch]


def chart(arrows: str, title: str = "") -> Flowchart:
    """A chart of arrows like ``a -> b, b -yes-> c``, with labels as keys."""
    nodes: dict[str, Node] = {}
    edges = []
    for arrow in arrows.split(","):
        left, _, right = arrow.partition("->")
        source, _, text = left.strip().partition(" -")
        for name in (source.strip(), right.strip()):
            if name:
                nodes.setdefault(name, Node(name, name, "diamond" if name.endswith("?") else "rectangle"))
        if right:
            edges.append(Edge(source.strip(), right.strip(), text.strip()))
    return Flowchart(title, tuple(nodes.values()), tuple(edges))


def by_label(elements: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Shapes by the text that is on them."""
    living = {element["id"]: element for element in elements if not element["isDeleted"]}
    return {
        element["originalText"]: living[element["containerId"]]
        for element in living.values()
        if element["type"] == "text" and element["containerId"] and living[element["containerId"]]["type"] != "arrow"
    }


def merged(before: list[dict[str, Any]], changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The canvas after the server's merge."""
    return list(
        ({element["id"]: element for element in before} | {element["id"]: element for element in changed}).values()
    )
