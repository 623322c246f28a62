"""Hypothesis strategies for labels in many scripts, and for diagrams and operations made of them."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from backend.ai.diagram import (
    Board,
    Column,
    Direction,
    Edge,
    Flowchart,
    Item,
    Node,
    Outline,
    OutlineForm,
    Period,
    Shape,
    Table,
    Timeline,
)
from backend.ai.operations import AddNode, Connect, Disconnect, Operation, Remove, Rename
from backend.ai.planner.arrow_scanner import has_arrow
from backend.ai.planner.asking import names_kind
from backend.ai.planner.conditions import read_condition
from backend.ai.planner.text import clean, normalise, same

# The first example loads the grammars, and other tests may have the processor: no time counts here.
PATIENT = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

# fmt: off
WORDS = (
    "Verify e-mail", "Ship the order", "Größe prüfen", "Bestätigung", "été à Noël", "¿Qué hacer", "Ação rápida",
    "Łódź wysyła", "Проверить заказ", "Надіслати лист", "验证邮箱", "注文を確認", "주문 확인", "تأكيد الطلب", "ऑर्डर जाँचें",
    "Έλεγχος", "אישור הזמנה", "Çağrı yap", "Xác nhận", "🚀 launch", "R&D", "50 % off", "C++", "don't stop",
    "(draft)", 'say "hi"', "a, b and c", "x; y", "A | B", "{curly}", "[square]", "#1 fan", "50 > 40",
    "<b>bold</b>", "**stars**", "_under_", "`code`", "back\\slash", "http://x.y/z?q=1&r=2", "10:30 call",
    "3. step", "- dash", "if only", "else", "yes", "no", "end", "graph TD", "To do", "→ arrow", "a -> b",
    "%% note", "“smart”", "„tief“", "«chevrons»", "「鍵」", "~tilde~", "&amp;", "#35;", "end?",
)
PLAIN_WORDS = (
    "Verify", "Ship order", "Größe", "Bestätigung", "Noël", "Ação", "Łódź", "Проверить", "Надіслати лист",
    "验证邮箱", "注文確認", "주문 확인", "تأكيد", "ऑर्डर", "Έλεγχος", "אישור", "Çağrı", "e-mail", "don't", "3rd",
)
# fmt: on


def _is_exact(label: str) -> bool:
    """Whether a label survives what is done to every text: composed characters, single blanks, nothing invisible."""
    return bool(label) and clean(normalise(label)) == label


labels = st.one_of(
    st.sampled_from([word for word in WORDS if _is_exact(word)]),
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=20).filter(_is_exact),
)
# Labels that say nothing in arrow notation, so that they need no quotes.
plain_labels = st.builds("{} {}".format, st.sampled_from(PLAIN_WORDS), st.integers(0, 99)).filter(
    lambda label: read_condition(label) is None
)
# Labels of lists: an entry that is a chain of arrows makes a list of chains.
list_labels = labels.filter(lambda label: not has_arrow(label) and not names_kind(label))
titles = st.sampled_from(["", "Our Plan", "Größe", "Проект", "计划"])
shapes: st.SearchStrategy[Shape] = st.sampled_from(["rectangle", "ellipse", "diamond"])
directions: st.SearchStrategy[Direction] = st.sampled_from(["down", "right"])


@st.composite
def flowcharts(
    draw: st.DrawFn,
    label: st.SearchStrategy[str] = labels,
    *,
    unique: bool = True,
    titled: bool = False,
    both_marks: bool = True,
) -> Flowchart:
    """Random graphs with at least one arrow; ``both_marks`` allows an arrow that is dashed and labelled."""
    texts = draw(st.lists(label, min_size=1, max_size=12, unique_by=same if unique else None))
    nodes = tuple(Node(f"n{number}", text, draw(shapes)) for number, text in enumerate(texts, start=1))
    keys = st.sampled_from([node.key for node in nodes])
    edges = draw(
        st.lists(
            st.builds(Edge, keys, keys, st.one_of(st.just(""), label), st.booleans()),
            min_size=1,
            max_size=20,
            unique_by=lambda edge: (edge.source, edge.target, same(edge.label)),
        )
    )
    if not both_marks:
        edges = [Edge(edge.source, edge.target, edge.label, edge.dashed and not edge.label) for edge in edges]
    title = draw(titles) if titled else ""
    return Flowchart(title, nodes, tuple(edges), draw(directions) if titled else "down")


@st.composite
def walks(draw: st.DrawFn) -> Flowchart:
    """Graphs whose nodes are numbered in the order in which their arrows mention them."""
    names = draw(st.lists(plain_labels, min_size=2, max_size=10, unique_by=same))
    index = st.integers(0, len(names) - 1)
    pairs = draw(st.lists(st.tuples(index, index), min_size=2, max_size=15, unique=True))
    keys: dict[int, str] = {}
    for number in (number for pair in pairs for number in pair):
        keys.setdefault(number, f"n{len(keys) + 1}")
    edges = tuple(
        Edge(keys[first], keys[second], draw(st.one_of(st.just(""), plain_labels))) for first, second in pairs
    )
    return Flowchart("", tuple(Node(key, names[number]) for number, key in keys.items()), edges)


@st.composite
def trees(draw: st.DrawFn, label: st.SearchStrategy[str]) -> tuple[Item, ...]:
    """At least two items, with children a few levels deep: each entry is at most one level below the one before it."""
    entries = draw(st.lists(st.tuples(st.integers(0, 4), label), min_size=1, max_size=12))
    last = draw(label)
    level, levels = -1, []
    for wanted, _ in entries:
        level = min(wanted, level + 1)
        levels.append(level)
    return _grown([*zip(levels, (text for _, text in entries), strict=True), (0, last)], 0)


def _grown(entries: list[tuple[int, str]], level: int) -> tuple[Item, ...]:
    starts = [index for index, (depth, _) in enumerate(entries) if depth == level]
    ends = [*starts[1:], len(entries)][: len(starts)]
    return tuple(
        Item(entries[start][1], _grown(entries[start + 1 : end], level + 1))
        for start, end in zip(starts, ends, strict=True)
    )


@st.composite
def outlines(draw: st.DrawFn, label: st.SearchStrategy[str] = list_labels, form: OutlineForm | None = None) -> Outline:
    """Lists and outlines as they are told apart by the planner: nested ones are outlines."""
    items = draw(trees(label))
    if form == "mind_map":
        return Outline(draw(label), items, "mind_map")
    nested = any(item.children for item in items)
    return Outline(draw(titles), items, "outline" if nested else "list", draw(st.booleans()))


@st.composite
def boards(draw: st.DrawFn, label: st.SearchStrategy[str] = list_labels) -> Board:
    """Boards with at least one card."""
    columns = st.builds(Column, label, st.lists(label, min_size=1, max_size=4).map(tuple))
    return Board("Kanban board", tuple(draw(st.lists(columns, min_size=2, max_size=5))))


@st.composite
def tables(draw: st.DrawFn, label: st.SearchStrategy[str] = labels, title: st.SearchStrategy[str] = titles) -> Table:
    """Tables with at least two columns and one row; only cells that are not the first of a row may be empty."""
    width = draw(st.integers(2, 5))
    header = tuple(draw(st.lists(label, min_size=width, max_size=width)))
    cells = st.one_of(label, st.just(""))
    row = st.tuples(label, *[cells] * (width - 1))
    return Table(draw(title) or "Things", header, tuple(draw(st.lists(row, min_size=1, max_size=5))))


# Dates as people write them, in the order of time.
DATES = (
    "44 BC", "476", "1760s", "1817", "1914–1918", "1969", "1989-11-09", "March 1999", "12 mai 2004", "3. Oktober 2010",
    "enero de 2012", "5 июня 2015", "2019–21", "2020-03", "Q3 2021", "2022年3月", "01.07.2023", "KW 12", "Week 3", "Day 10",
    "09:30", "5 pm", "2024 to 2026",
)  # fmt: skip


@st.composite
def timelines(draw: st.DrawFn, label: st.SearchStrategy[str] = labels) -> Timeline:
    """Periods in their order, each with an event at least."""
    dates = draw(st.lists(st.sampled_from(range(len(DATES))), min_size=3, max_size=8, unique=True))
    return Timeline(
        "Timeline",
        tuple(Period(DATES[number], tuple(draw(st.lists(label, min_size=1, max_size=3)))) for number in sorted(dates)),
    )


@st.composite
def hierarchies(draw: st.DrawFn, label: st.SearchStrategy[str] = list_labels) -> tuple[Item, ...]:
    """One head, and those below."""
    return (Item(draw(label), draw(trees(label))),)


@st.composite
def swots(draw: st.DrawFn) -> Board:
    """Four columns of which each has a card."""
    names = ("Strengths", "Weaknesses", "Opportunities", "Threats")
    cards = st.lists(list_labels, min_size=1, max_size=4).map(tuple)
    return Board("Café", tuple(Column(name, draw(cards)) for name in names), "swot")


@st.composite
def comparisons(draw: st.DrawFn) -> Table:
    """At least two plain things, whose properties may say anything."""
    things = draw(st.lists(plain_labels, min_size=2, max_size=4, unique_by=same))
    row = st.tuples(*[labels] * (len(things) + 1))
    return Table("", ("", *things), tuple(draw(st.lists(row, min_size=1, max_size=4))), "comparison")


@st.composite
def operations(draw: st.DrawFn, labels_there: list[str]) -> Operation:
    """An operation whose targets are there and whose new texts are not."""
    there = st.sampled_from(labels_there)
    new = command_labels.filter(lambda label: same(label) not in {same(each) for each in labels_there})
    first, second = draw(st.tuples(there, there).filter(lambda pair: pair[0] != pair[1]))
    made: st.SearchStrategy[Operation] = st.one_of(
        st.builds(AddNode, new, st.just(first), st.none()),
        st.builds(AddNode, new, st.none(), st.just(first)),
        st.builds(AddNode, new, st.just(first), st.just(second)),
        st.builds(Connect, st.just(first), st.just(second), st.one_of(st.just(""), new)),
        st.just(Disconnect(first, second)),
        st.builds(Rename, st.just(first), new),
        st.just(Remove(first)),
    )
    return draw(made)


# Commands have no way to write a quote inside of quotes.
command_labels = labels.filter(lambda label: not set(label) & set("\"'“”„‘’‚«»‹›「」『』`") and label[-1] not in "?？؟")
