"""Lines as people write lists and outlines: bullets, numbers, check boxes, headings, indentation.

Not CommonMark: there, a sub-item that is indented by eight spaces is code and a line behind an item goes on with it.
People who paste an outline mean its shape. Markdown inside a label (``**bold**``, links) is read by markdown-it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from backend.ai.planner.lead import heading_of
from backend.ai.planner.text import clean
from backend.ai.planner.tree import Rank

TAB = 4  # columns
# Longer texts keep their Markdown: an emphasis in them is not worth the time that a hostile one takes.
MAX_MARKDOWN = 500

_BULLET = re.compile(r"(?:[-*+•‣◦▪▫●○■□–—·∙►▶➤✓✔☐☑☒✅][ \t]+|[•‣◦▪●○■□☐☑☒✅])(?=\S)")
_NUMBER = re.compile(
    r"(?:\(?(?P<digits>\d{1,4}(?:\.\d{1,3})*)(?:[.)．][ \t]+|、[ \t]*|(?<=\.\d)[ \t]+|(?<=\.\d\d)[ \t]+)"
    r"|\(?[a-zA-Z][.)][ \t]+|\(?[ivxIVX]{2,5}[.)][ \t]+|[\u2460-\u2473][ \t]*)(?=\S)"
)
_CHECK_BOX = re.compile(r"\[[ xX✓]\][ \t]+")
_MARKUP = re.compile(r"[\\*_\[`<&~]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not empty. ``depth`` orders it within its rank; ``rank`` is None for plain text."""

    text: str
    indent: int
    rank: Rank | None
    depth: tuple[int, int] = (0, 0)
    ordered: bool = False
    after_blank: bool = False


def read_lines(text: str) -> list[Line]:
    """The lines of a text, without those that only divide (``---``)."""
    lines = []
    blank = False
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped and not set(stripped) <= set("-*_= "):
            lines.append(_line(raw, blank))
            blank = False
        else:
            blank = True
    return lines


def has_marks(text: str) -> bool:
    """Whether a text has bullets, numbers or headings in front of its lines: it is a list, whatever is in the lines."""
    stripped = (line.strip() for line in text.split("\n"))
    return any(_BULLET.match(line) or _NUMBER.match(line) or heading_of(line) for line in stripped)


def plain_label(text: str) -> str:
    """A label without the Markdown in it: emphasis, code, links, escapes and entities become what they show."""
    text = clean(text)
    if len(text) > MAX_MARKDOWN or not _MARKUP.search(text):
        return text
    tokens = _markdown().parseInline(text)
    return clean("".join(_shown(token) for token in tokens[0].children or ())) or text


def indent_of(line: str) -> int:
    """The column at which a line begins; tabs go to the next multiple of four."""
    return len(line.expandtabs(TAB)) - len(line.expandtabs(TAB).lstrip())


def _line(raw: str, blank: bool) -> Line:
    indent, text = indent_of(raw), raw.strip()
    heading = heading_of(raw)
    if heading and indent < TAB:
        return Line(plain_label(heading[1]), indent, Rank.HEADING, (heading[0], 0), after_blank=blank)
    bullet = _BULLET.match(text)
    if bullet:
        return Line(_item(text[bullet.end() :]), indent, Rank.ITEM, (indent, 1), after_blank=blank)
    number = _NUMBER.match(text)
    if number:
        levels = (number["digits"] or "1").count(".") + 1
        return Line(_item(text[number.end() :]), indent, Rank.ITEM, (indent, levels), ordered=True, after_blank=blank)
    return Line(text, indent, None, (indent, 0), after_blank=blank)


def _item(text: str) -> str:
    return plain_label(_CHECK_BOX.sub("", text, count=1) if _CHECK_BOX.match(text) else text)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("strikethrough")


def _shown(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    return token.content
