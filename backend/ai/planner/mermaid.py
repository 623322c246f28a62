"""Mermaid flow charts: ``flowchart LR`` or ``graph TD`` with nodes in their shapes, links with labels, and ``&``.

Read by the grammar in ``mermaid.lark``. Comments, styles, classes, clicks and the frames of subgraphs are left out;
what is in a subgraph is kept. Nodes are told apart by their id, as Mermaid does, so labels may repeat.
"""

from __future__ import annotations

import html
import itertools
import re
from functools import cache
from typing import Any

from lark import Lark, UnexpectedInput

from backend.ai.diagram import Direction, Flowchart, Shape
from backend.ai.planner.errors import PlanError
from backend.ai.planner.flow import FlowBuilder
from backend.ai.planner.text import clean, unquote

HEADER = re.compile(r"[ \t]*(?:flowchart|graph)(?:-elk)?(?:[ \t]+(TB|TD|BT|RL|LR))?[ \t]*(?:;|\n|$)", re.IGNORECASE)
# Mermaid's other diagrams: they are no flow charts, whatever arrows are in them.
OTHER_DIAGRAM = re.compile(
    r"\s*(?:sequenceDiagram|classDiagram|stateDiagram|erDiagram|gantt|gitGraph|pie|quadrantChart|requirementDiagram"
    r"|C4\w+|(?:sankey|xychart|block|architecture|packet)-beta)(?:-v2)?(?:[ \t]+(?:title|showData)\b.*)?[ \t]*(?:\n|$)"
)
_LEFT_OUT = re.compile(
    r"\s*(?:%%.*|(?:style|classDef|class|linkStyle|click|accTitle|accDescr|direction|subgraph)\b.*|end\s*;?)\s*"
)
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n((?:(?!---).*\n)*)---[ \t]*\n")
_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ICON = re.compile(r"\bfa[bsrld]?:fa-[\w-]+\s*")
_ENTITY = re.compile(r"#(\w{1,20});")
_ATTRIBUTE = re.compile(r"(\w+)\s*:\s*(\"[^\"]*\"|[^,\"]*)")
_NODE_WITH_SHAPE = re.compile(r"(?:^|[\s;&>|-])\w+(?:\[|\(|\{)[^\n]{0,500}?[\])}]")
_OPENING = re.compile(r"[\[({>/\\]{1,3}")

_SHAPES: dict[str, Shape] = {
    "STADIUM": "ellipse",
    "CIRCLE": "ellipse",
    "DOUBLE_CIRCLE": "ellipse",
    "DIAMOND": "diamond",
    "circle": "ellipse",
    "circ": "ellipse",
    "stadium": "ellipse",
    "terminal": "ellipse",
    "pill": "ellipse",
    "start": "ellipse",
    "stop": "ellipse",
    "dbl-circ": "ellipse",
    "diam": "diamond",
    "diamond": "diamond",
    "decision": "diamond",
    "question": "diamond",
}


def strip_front_matter(text: str) -> tuple[str, str]:
    """(title, rest) of a text that may begin with Mermaid's front matter, directives and comments."""
    title = ""
    front = _FRONT_MATTER.match(text)
    if front:
        found = _TITLE.search(front[1])
        title, text = unquote(found[1])[0] if found else "", text[front.end() :]
    lines = text.split("\n")
    blank = itertools.takewhile(lambda line: not line.strip() or line.lstrip().startswith("%%"), lines)
    return title, "\n".join(lines[sum(1 for _ in blank) :])


def plan_mermaid(text: str, title: str = "", *, certain: bool = False) -> Flowchart | None:
    """The chart of a text with a Mermaid header, or None. With ``certain``, the header may be missing.

    Raises PlanError where the header gives a direction, or ``certain`` is set, but the rest cannot be read.
    """
    front_title, text = strip_front_matter(text)
    header = HEADER.match(text)
    if header is None and not (certain and _NODE_WITH_SHAPE.search(text)):
        return None
    said = (header[1] or "").upper() if header else ""
    direction: Direction = "right" if said in {"LR", "RL"} else "down"
    body = text[header.end() :] if header else text
    try:
        tree = _parser().parse(_statements(body))
    except UnexpectedInput as error:
        if said or certain:
            raise PlanError(_explanation(error, 1 if header and "\n" in header[0] else 0)) from None
        return None
    flow = FlowBuilder()
    for chain in tree.children:
        _draw_chain(flow, chain)
    chart = flow.finish(front_title or title, direction, infer="nothing")
    return chart if chart.nodes else None


def plan_bare_mermaid(text: str, title: str) -> Flowchart | None:
    """The chart of Mermaid statements whose header was not pasted with them, if a node says its shape as Mermaid does."""
    if not _NODE_WITH_SHAPE.search(text):
        return None
    try:
        return plan_mermaid(text, title, certain=True)
    except PlanError:
        return None


@cache
def _parser() -> Any:
    return Lark.open("mermaid.lark", rel_to=__file__, parser="lalr", lexer="contextual")


def _statements(body: str) -> str:
    """The lines that the grammar is for; the others are emptied, so that line numbers stay right."""
    return "\n".join("" if _LEFT_OUT.fullmatch(line) else line for line in body.split("\n")).rstrip("; \t\n")


def _draw_chain(flow: FlowBuilder, chain: Any) -> None:
    before = [_node(flow, node) for node in chain.children[0].children]
    for link, group in zip(chain.children[1::2], chain.children[2::2], strict=True):
        here = [_node(flow, node) for node in group.children]
        token = str(link.children[0])
        label = mermaid_label(str(link.children[1])[1:-1]) if len(link.children) > 1 else _link_label(link.children[0])
        for source, target in itertools.product(before, here):
            if token.startswith("~"):
                continue  # an invisible link only places its nodes
            flow.edge(source, target, label, dashed="." in token[:3])
            if token.startswith("<"):
                flow.edge(target, source, label, dashed="." in token[:3])
        before = here


def _node(flow: FlowBuilder, node: Any) -> str:
    identity = str(node.children[0])
    drawn = [token for token in node.children[1:] if token.type != "CLASS"]
    if not drawn:
        return flow.key_of(identity) if flow.has(identity) else flow.node(identity, identity=identity)
    token = drawn[0]
    if token.type == "ATTRIBUTES":
        given = dict(_ATTRIBUTE.findall(str(token)[2:-1]))
        label = mermaid_label(given["label"]) if "label" in given else identity
        return flow.node(label, _SHAPES.get(given.get("shape", "").strip('" '), "rectangle"), identity=identity)
    opening = _OPENING.match(token)
    width = _bracket_width(token.type, opening[0] if opening else "")
    label = mermaid_label(str(token)[width : -1 if token.type == "FLAG" else -width])
    return flow.node(label or identity, _SHAPES.get(token.type, "rectangle"), identity=identity)


def _bracket_width(kind: str, opening: str) -> int:
    if kind == "DOUBLE_CIRCLE":
        return 3
    return 2 if kind in {"CIRCLE", "STADIUM", "SUBROUTINE", "CYLINDER", "SLANTED", "HEXAGON"} and opening else 1


def _link_label(token: Any) -> str:
    """The text inside a link such as ``-- text -->``."""
    if token.type == "LINK":
        return ""
    return mermaid_label(re.sub(r"^<?(?:--|==|-\.)|(?:-{2,}|={2,}|\.+-)[>xo=-]?$", "", str(token)))


def mermaid_label(text: str) -> str:
    """A label without quotes, back-ticks, line breaks and Mermaid's ``#quot;`` entities."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
        if len(text) >= 2 and text[0] == text[-1] == "`":
            text = text[1:-1]
    text = _ICON.sub("", _BREAK.sub(" ", text))
    return clean(_ENTITY.sub(_character, text))


def _character(match: re.Match[str]) -> str:
    name = match[1]
    return html.unescape(f"&#{name};" if name.isdigit() else f"&{name};")


def _explanation(error: Any, lines_before: int) -> str:
    line = getattr(error, "line", 0)
    if not isinstance(line, int) or line < 1:
        return "The Mermaid text ends in the middle of a statement."
    return f"The Mermaid text cannot be read at line {line + lines_before}, column {error.column}."
