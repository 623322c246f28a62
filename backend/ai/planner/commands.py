"""Commands on what is on the canvas: add, connect, disconnect, rename, remove, one or several in a sentence.

Names may hold “and”, “to” or “after”: every way to divide a command is tried, and the one whose names are on the
canvas counts; quotes settle it. Commands behind “and”, “then” or a comma are divided where both parts can be
carried out. What one command adds or renames, the next one may name.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.ai.diagram import MAX_LABEL, Shape
from backend.ai.operations import AddNode, Connect, Disconnect, Operation, Remove, Rename
from backend.ai.planner import mentions
from backend.ai.planner import vocabulary as words
from backend.ai.planner.asking import without_article
from backend.ai.planner.command_patterns import Match, begins_command, matches
from backend.ai.planner.flow import QUESTION_MARKS
from backend.ai.planner.groups import enumerate_items
from backend.ai.planner.mentions import Unknown
from backend.ai.planner.text import QUOTES, clean, hide_quoted, same, unquote, word_count

MAX_COMMAND = 2_000  # characters
MAX_PARTS = 12  # of a sentence that may be several commands
MAX_NEW_WORDS = 30

_VERB_LAST = re.compile(r"(?:を追加|を挿入|を入れる|をつなぐ|を接続|に接続|に変更|に改名|を削除|を消す)[。\s]*$")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Operations, and the labels that are on the canvas after them. ``distance`` says how freely names were read."""

    operations: tuple[Operation, ...]
    labels: tuple[str, ...]
    distance: int = 0


class NotACommand(Exception):
    """The text may ask for a change, but says it in a way that only a model understands."""


def run_command(text: str, labels: Sequence[str]) -> Outcome:
    """The operations of one sentence. Raises NotACommand, or PlanError for names that are not on the canvas."""
    text = text.strip().removesuffix(".").removesuffix("。").strip()
    polite = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").match(text)
    text = text[polite.end() :] if polite else text
    if not text or len(text) > MAX_COMMAND:
        raise NotACommand
    return _sequence(_parts(text), tuple(labels))


def _parts(text: str) -> list[str]:
    """The text cut in front of every verb that may begin a further command; each part keeps its conjunction."""
    cuts = [0]
    for match in words.pattern(words.AND_THEN, prefix=r"(?:\s*+[,，]\s*+|(?<!\s)\s++)", suffix=r"?\s*+").finditer(
        hide_quoted(text)
    ):
        if match.start() and begins_command(text[match.end() : match.end() + 40]):
            cuts.append(match.start())
    cuts = [*dict.fromkeys(cuts[:MAX_PARTS]), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


def _sequence(parts: Sequence[str], labels: tuple[str, ...]) -> Outcome:
    """Carry out the parts with as many cuts as make sense: “and remove X” may belong to a name, too."""
    failure: Exception | None = None
    for end in range(1, len(parts) + 1):
        text = (
            words.pattern(words.AND_THEN, prefix=r"^[\s,，]*", suffix=r"?\s*")
            .sub("", "".join(parts[:end]))
            .strip(" ,，")
        )
        try:
            first = _single(text, labels)
            if end == len(parts):
                return first
            rest = _sequence(parts[end:], first.labels)
        except (Unknown, NotACommand) as error:
            failure = failure if isinstance(failure, Unknown) else error
            continue
        return Outcome((*first.operations, *rest.operations), rest.labels)
    raise failure or NotACommand


def _single(text: str, labels: tuple[str, ...]) -> Outcome:
    """The best reading of one command: names as they are written before names that are freely read."""
    best: Outcome | None = None
    failure: Unknown | None = None
    for match in matches(text):
        try:
            outcome = _carry_out(match, labels)
        except Unknown as error:
            failure = failure or (None if _is_vague(match, error, labels) else error)
            continue
        if outcome and (best is None or outcome.distance < best.distance):
            best = outcome
    if best:
        return best
    raise failure or NotACommand


def _is_vague(match: Match, error: Unknown, labels: Sequence[str]) -> bool:
    """Whether a name that is not on the canvas describes rather than names: “all red boxes”, “A with a loop”."""
    if error.near:
        return False
    names = [match.names[slot] for slot in ("a", "b") if slot in match.names]
    spoken = [same(name) for name in names if not unquote(name)[1]]
    if any(words.pattern(words.DESCRIPTIONS).search(name) for name in spoken):
        return True
    if any(name.startswith(f"{same(label)} ") for name in spoken for label in labels):
        return True
    return match.action == "rename" and len(spoken) == len(names)


def _carry_out(match: Match, labels: tuple[str, ...]) -> Outcome | None:
    """The operations of a reading; None where its new text is no label. Raises Unknown for its names."""
    names = match.names
    if match.action in {"after", "before", "between", "alone"}:
        return _add(match, labels)
    if match.action == "rename":
        found = mentions.find(names["a"], labels)
        label, _ = unquote(names["label"])
        if not _is_label(label):
            return None
        renamed = tuple(label if each == found.label else each for each in labels)
        return Outcome((Rename(found.label, label),), renamed, found.distance)
    if match.action == "remove":
        gone = _find_all(names["a"], labels)
        kept = tuple(label for label in labels if label not in {each.label for each in gone})
        return Outcome(tuple(Remove(each.label) for each in gone), kept, _distance(gone))
    sources, targets = _find_all(names["a"], labels), _find_all(names["b"], labels)
    pairs = [(source.label, target.label) for source in sources for target in targets]
    if match.action == "disconnect":
        made: tuple[Operation, ...] = tuple(Disconnect(source, target) for source, target in pairs)
    else:
        label, _ = unquote(names.get("label", ""))
        made = tuple(Connect(source, target, label) for source, target in pairs)
    return Outcome(made, labels, _distance([*sources, *targets]))


def _add(match: Match, labels: tuple[str, ...]) -> Outcome | None:
    """New nodes in the order in which they are named, each behind (or before) the one that was added last."""
    found = [mentions.find(match.names[slot], labels) for slot in ("a", "b") if slot in match.names]
    new = _new_nodes(match.names["new"])
    if not new:
        return None
    after = found[0].label if match.action in {"after", "between"} else None
    before = found[-1].label if match.action in {"before", "between"} else None
    made = []
    for label, shape in new:
        if same(label) in {same(each) for each in labels}:
            raise Unknown(f"There is a “{label}” on the canvas already. Connect it, or choose another name.", near=True)
        made.append(AddNode(label, after=after, before=before, shape=shape))
        labels = (*labels, label)
        after = label if after is not None else None
    return Outcome(tuple(made), labels, _distance(found))


def _new_nodes(text: str) -> list[tuple[str, Shape]]:
    """Labels and shapes of ‘a decision "Paid?"’, ‘a review step’, or an enumeration with commas or of quoted names."""
    quoted_list = enumerate_items(text, last_and=True) if text[:1] in QUOTES or "," in text else None
    if quoted_list and len(quoted_list) > 1 and not unquote(text)[1]:
        nodes = [_new_node(label) for label in quoted_list]
    else:
        nodes = [_new_node(text)]
    return [node for node in nodes if node] if all(nodes) else []


def _new_node(text: str) -> tuple[str, Shape] | None:
    label, quoted = unquote(text)
    shape: Shape = "rectangle"
    if not quoted:
        bare = without_article(label)
        if same(bare) in words.vocabulary_set(words.ARROW_WORDS):
            return None  # “add an arrow between A and B” adds no node
        noun = words.pattern(words.NODE_WORDS, prefix=r"^\s*+", suffix=r"\s*").match(bare)
        rest = bare[noun.end() :] if noun else ""
        called = words.pattern(words.CALLED, prefix=r"^\s*+", suffix=r"\s*[:：]?\s*").match(rest)
        inside = mentions.quoted_inside(label)
        if noun and (called or inside or bare != label):
            shape = _shape(noun[0])
            if not rest and not inside:
                return None  # “add a step after X” does not say which
            named = rest[called.end() :] if called else rest
            bare = named if called or named[:1].isupper() or shape != "rectangle" else bare
        label = inside or unquote(bare)[0]
    if label.endswith(QUESTION_MARKS):
        shape = "diamond"
    return (clean(label), shape) if _is_label(label) else None


def _shape(noun: str) -> Shape:
    if noun.strip().casefold() in words.vocabulary_set(words.DIAMOND_WORDS):
        return "diamond"
    return "ellipse" if noun.strip().casefold() in words.vocabulary_set(words.ELLIPSE_WORDS) else "rectangle"


def _is_label(label: str) -> bool:
    return bool(label) and len(label) <= MAX_LABEL and word_count(label) <= MAX_NEW_WORDS


def _find_all(mention: str, labels: Sequence[str]) -> list[mentions.Found]:
    """The labels of a mention: one, or those of an enumeration (“A, B and C”) if all of it is on the canvas."""
    try:
        return [mentions.find(mention, labels)]
    except Unknown:
        parts = enumerate_items(mention, last_and=True) or ()
        if len(parts) < 2:
            raise
        try:
            return [mentions.find(part, labels) for part in parts]
        except Unknown as error:
            # Of an enumeration the part that is missing is named, not the whole.
            raise (
                error if any(_is_there(part, labels) for part in parts) else Unknown(str(error), near=error.near)
            ) from None


def _is_there(mention: str, labels: Sequence[str]) -> bool:
    return any(same(label) == same(mention) for label in labels)


def _distance(found: Sequence[mentions.Found]) -> int:
    return sum(each.distance for each in found)


def looks_like_command(text: str) -> bool:
    """Whether a sentence begins as a command does, after “please” and the like, or ends as one in Japanese."""
    polite = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").match(text)
    return begins_command(text[polite.end() :] if polite else text) or _VERB_LAST.search(text) is not None
