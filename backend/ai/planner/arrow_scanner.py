r"""Arrow notation, first half: characters become nodes, arrows and ends of statements, in one pass from left to right.

Linear on purpose: every expression looks ahead a bounded number of characters, or stops at the next quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backend.ai.diagram import Shape
from backend.ai.planner.text import clean, unescape, unquote


@dataclass(frozen=True, slots=True)
class Name:
    """A node as written. A quoted one means exactly that text; ``shape`` is set where brackets around it give one."""

    text: str
    quoted: bool = False
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """``forth`` points to the right, ``back`` to the left; both may hold."""

    label: str = ""
    dashed: bool = False
    forth: bool = True
    back: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """The end of a statement: a newline (which an arrow beside it overrules) or a semicolon."""

    newline: bool


# Several names share a place in a chain where braces or quotes say so: ``A -> {B, C}``.
Group = tuple[Name, ...]
Token = Group | Arrow | End

_QUOTED = r'(?<!\\)"(?:[^"\\\n]|\\[^\n])*+"'
_TYPOGRAPHIC = "|".join(("“[^“”\n]*+”", "„[^„“”\n]*+[“”]", "«[^«»\n]*+»", "「[^「」\n]*+」", "『[^『』\n]*+』"))
_UNTIL = "{1,500}?"  # characters of a label on an arrow that is not quoted
_LINE = r"\-─—–－"
_HEAD = "[>＞▶►→]"
_FORMS = (
    ("both", r"<[-=~]{1,20}>|[↔⇔⟷⬌⇄]"),
    ("back", r"<-{1,40}(?![>\d-])|<={2,40}(?![>=])|[←⟵⇐⇦⬅]"),
    ("dotted", rf"-\.(?![-.>])[^.\n;]{_UNTIL}\.+->"),  # -. label .->
    ("dashed", r"-\.+-?>|\.{2,3}>|[⇢⤑⤏]"),
    ("quoted", rf"[-=~]{{1,8}}\[{_QUOTED}\][-=~]{{0,8}}[>→]"),  # -["label"]->
    ("bracketed", rf"[=~{_LINE}]{{1,8}}\[[^\[\]\n]{_UNTIL}\][=~{_LINE}]{{0,8}}{_HEAD}"),  # -[label]->
    ("round", rf"[-=~]{{1,8}}\([^()\n]{_UNTIL}\)[-=~]{{1,8}}[>→]"),  # -(label)->
    ("dashes", rf"--(?![->\[(.])(?:[^-\n;>]|-(?![->])){_UNTIL}-{{2,8}}>"),  # -- label -->
    ("equals", rf"==(?![=>\[(])[^=\n;>]{_UNTIL}={{2,8}}>"),  # == label ==>
    (
        "tight",
        rf"(?<=\s)[{_LINE}]\w(?:[^{_LINE}\n;<>\[\]()\"→]{{0,80}}[^\s{_LINE}\n;<>\[\]()\"→])?(?:[{_LINE}]{{1,3}}{_HEAD}|→)",
    ),
    ("forth", rf"[=~{_LINE}]{{1,40}}[>＞▶►]|[→⟶⇒⟹➔➜➝➞➡➙➛⮕↦⟼⇨↓⬇⇓]"),
)
_ARROW = "|".join(f"(?P<{name}>{form})" for name, form in _FORMS)
_SPECIAL = re.compile(rf"(?P<end>[;；\n])|(?=[-=~.<─—–－←-⇿⟵-⟿➔-➾⤏⤑⬅-⬍⮕])(?:{_ARROW})\uFE0F?")
_AROUND_LABEL = re.compile(r"^[-=~.─—–－]+[\[(]?|[\])]?[-=~.─—–－]*[>＞▶►→]$")
_PIPE_LABEL = re.compile(r"[ \t]*+\|([^|\n]{1,500})\|")
_LEADING_LABEL = re.compile(r"[ \t]*+\[([^\[\]\n]{1,500})\][ \t]*+(?=[^\s\[\];；<=~→.-])")

_QUOTED_NAME = re.compile(
    rf"[ \t]*+(?P<open>\(\[|\(\(|[\[({{])?[ \t]*+(?P<text>{_QUOTED}|{_TYPOGRAPHIC})[ \t]*+(?P<close>\]\)|\)\)|[\])}}])?[ \t]*+"
)
_BRACKETS: dict[str, tuple[str, Shape]] = {
    "([": ("])", "ellipse"),
    "((": ("))", "ellipse"),
    "[": ("]", "rectangle"),
    "(": (")", "ellipse"),
    "{": ("}", "diamond"),
}
_BRACED = re.compile(rf"[ \t]*+\{{(?:{_QUOTED}|[^{{}}\"\n;])*\}}[ \t]*+")
_BLANKS = " \t"
_DIVIDERS = frozenset(",，、&")
# Not possessive: Python before 3.11.4 fails on such repetitions of alternatives; these are disjoint anyway.
_PART = re.compile(rf"(?:{_QUOTED}|[^,，、&\"])*[,，、&]?")


def scan(text: str) -> Iterator[Token]:
    """The tokens of a text. Whatever is no arrow and no end of a statement belongs to a name."""
    position = 0
    while position < len(text):
        group, position = _explicit_at(text, position)
        special = _SPECIAL.search(text, position)
        if group is None:
            plain = text[position : special.start() if special else len(text)]
            group = (_plain(plain),) if plain.strip() else None
        if group:
            yield group
        if special is None:
            return
        position = special.end()
        if special["end"]:
            yield End(newline=special["end"] == "\n")
        else:
            arrow, position = _arrow(special, text)
            yield arrow


def split_parts(text: str) -> Group:
    """The names of an enumeration, divided by commas or ``&`` outside of quotes."""
    if not _DIVIDERS.intersection(text):
        return (_plain(text),)
    parts = (match[0][:-1] if match[0][-1:] in _DIVIDERS else match[0] for match in _PART.finditer(text))
    return tuple(_plain(part) for part in parts if part.strip())


def has_arrow(text: str) -> bool:
    """Whether there is an arrow anywhere outside of quoted names."""
    return any(isinstance(token, Arrow) for token in scan(text))


def _explicit_at(text: str, position: int) -> tuple[Group | None, int]:
    """A quoted name, or names in braces, if that is all there is up to the next arrow or end of statement."""
    match = _QUOTED_NAME.match(text, position)
    if match and _ends_at(text, match.end()):
        bracket = _BRACKETS.get(match["open"] or "")
        if (match["close"] or "") == (bracket[0] if bracket else ""):
            label, _ = unquote(match["text"])
            return (Name(label, quoted=True, shape=bracket[1] if bracket else None),), match.end()
    braced = _BRACED.match(text, position)
    if braced and _ends_at(text, braced.end()):
        parts = split_parts(braced[0].strip(_BLANKS)[1:-1])
        if len(parts) > 1:
            return parts, braced.end()
    return None, position


def _ends_at(text: str, position: int) -> bool:
    return position >= len(text) or _SPECIAL.match(text, position) is not None


def _plain(text: str) -> Name:
    """A name without quotes around everything; brackets around everything give it a shape."""
    text = clean(text)
    for opening, (closing, shape) in _BRACKETS.items() if text[:1] in _BRACKETS else ():
        inner = text[len(opening) : -len(closing)]
        if (
            text.startswith(opening)
            and text.endswith(closing)
            and inner.strip()
            and not re.search(r"[\[\](){}]", inner)
        ):
            return replace(_plain(inner), shape=shape)
    label, quoted = unquote(text)
    return Name(label, quoted=quoted)


def _arrow(match: re.Match[str], text: str) -> tuple[Arrow, int]:
    """The arrow that was found, with a label inside it, in ``|pipes|`` or in ``[brackets]`` right behind it."""
    form, position = match.lastgroup, match.end()
    label = ""
    if form == "quoted":
        label = unescape(match[0][match[0].index('"') + 1 : match[0].rindex('"')])
    elif form in {"dotted", "bracketed", "round", "dashes", "equals", "tight"}:
        label = _AROUND_LABEL.sub("", match[0])
    for following in (_PIPE_LABEL, _LEADING_LABEL):
        behind = following.match(text, position)
        if behind and not label:
            label, position = behind[1], behind.end()
    if form != "quoted":
        label, _ = unquote(label)
    arrow = Arrow(label, dashed=form in {"dotted", "dashed"}, forth=form != "back", back=form in {"both", "back"})
    return arrow, position
