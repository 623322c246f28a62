"""Mermaid mind maps: ``mindmap`` and a tree by indentation, each node in one of Mermaid's shapes or plain."""

from __future__ import annotations

import re

from backend.ai.diagram import Outline
from backend.ai.planner.errors import PlanError
from backend.ai.planner.lines import indent_of
from backend.ai.planner.mermaid import mermaid_label, strip_front_matter
from backend.ai.planner.tree import Entry, nest, to_item

_HEADER = re.compile(r"[ \t]*mindmap[ \t]*(?:\n|$)", re.IGNORECASE)
_LEFT_OUT = re.compile(r"\s*(?:%%.*|::icon\(.*\)|:::.*)?\s*")
_SHAPED = re.compile(
    r"(?P<id>[^\[\](){}\"\n]*)(?P<open>\(\(|\)\)|\(\[|\{\{|\[\[|\[|\(|\)|\{)(?P<text>.*?)(?P<close>\)\)|\(\(|\]\)|\}\}|\]\]|\]|\)|\(|\})"
)
_CLASS = re.compile(r"\s*:::[\w\s-]+$")


def plan_mermaid_mind_map(text: str, title: str = "") -> Outline | None:
    """The mind map of a text that begins with ``mindmap``. Raises PlanError unless it has exactly one root."""
    _, text = strip_front_matter(text)
    header = _HEADER.match(text)
    if header is None:
        return None
    lines = [line for line in text[header.end() :].split("\n") if not _LEFT_OUT.fullmatch(line)]
    roots = nest([Entry(_label(line), (0, indent_of(line), 0)) for line in lines], 1)
    if len(roots) != 1:
        raise PlanError(f"A Mermaid mind map has exactly one root, the least indented line; here are {len(roots)}.")
    return Outline(roots[0].label or title, tuple(to_item(child) for child in roots[0].children), "mind_map")


def _label(line: str) -> str:
    """The text of a node, out of its shape: ``root((Text))``, ``id[Text]``, or the plain line."""
    line = _CLASS.sub("", line.strip())
    shaped = _SHAPED.fullmatch(line)
    return mermaid_label(shaped["text"] if shaped else line)
