"""What is probably wrong with changes that could be made: reasons to ask a model once more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.ai.language import differs, language_of, own_words
from backend.ai.named import quoted
from backend.ai.operations import AddNode, Connect, Remove, Rename
from backend.ai.planner import vocabulary as words

_WORD = re.compile(r"[^\W\d_]{3,}")
STEM = 4


def doubts(changes: Sequence[object], labels: Sequence[str], instructions: str) -> list[str]:
    """Every reason, as a sentence for the model."""
    found = []
    language = language_of(instructions)
    texts = own_words(_texts(changes), instructions)
    there = language_of(". ".join(labels))
    if language is not None and differs(texts, language) and (there is None or differs(texts, there)):
        found.append(f"New texts are not in {language}. Write them in {language}.")
    unasked = [
        each.target for each in changes if isinstance(each, Remove | Rename) and is_unasked(each, labels, instructions)
    ]
    if unasked:
        found.append(f"Nobody asked to change {', '.join(f'“{label}”' for label in unasked)}. Leave it as it is.")
    known = " ".join((*labels, *_texts(changes))).casefold()
    lost = [text for text in quoted(instructions) if text.casefold() not in known]
    if lost:
        found.append(f"This is missing in it: {'; '.join(lost)}.")
    return found


def is_unasked(change: object, labels: Sequence[str], instructions: str) -> bool:
    """Whether something is removed or renamed that the instructions do not speak of, in the language that it is in."""
    if not isinstance(change, Remove | Rename) or _is_meant(change.target, instructions):
        return False
    language = language_of(instructions)
    return language is not None and language == language_of(". ".join(labels))


def _texts(changes: Sequence[object]) -> list[str]:
    """Everything that the changes write."""
    found: list[str] = []
    for each in changes:
        if isinstance(each, AddNode):
            found += [each.label, each.edge_label]
        elif isinstance(each, Rename | Connect):
            found.append(each.label)
    return [text for text in found if text]


def _is_meant(label: str, instructions: str) -> bool:
    """Whether instructions name a node, by a word of its label in whatever form, or by words like “all” and “the last”."""
    if words.pattern(words.DESCRIPTIONS).search(instructions):
        return True
    said, names = instructions.casefold(), [word.casefold() for word in _WORD.findall(label)]
    return label.casefold() in said or any(word[: max(STEM, len(word) - 3)] in said for word in names)
