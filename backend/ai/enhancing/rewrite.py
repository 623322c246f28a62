"""The built-in rewrite of a prompt: what was said, in order, and what a good prompt says besides. The same each time.

Nothing of what somebody wrote is lost or changed in meaning: the task stays in front, its details follow, and only what is
missing is added: goal, audience, form, what to show, layout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.ai.enhancing.phrases import BY_WORDS, CHINESE, ENGLISH, RUSSIAN, Phrases
from backend.ai.kinds.forms import form_by_words
from backend.ai.planner import PlanError, plan_diagram

DEFAULT_KIND = "flowchart"

_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zа-я])|(?<=[。！？])")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")


def rewrite(prompt: str, most: int) -> str:
    """A better prompt in the language of ``prompt``; the prompt itself if it is a structure that needs nothing.

    At most ``most`` characters: what does not fit beside the prompt is left out from the end.
    """
    prompt = prompt.strip()
    if _is_structure(prompt):
        return prompt
    phrases = language_of(prompt)
    task, details = _parts(prompt)
    form = form_by_words(prompt)
    kind = form.kind.name if form is not None else DEFAULT_KIND
    contents = phrases.contents.get(kind, phrases.contents[DEFAULT_KIND])
    lowered = f"{prompt.lower()} "
    blocks = [_sentence(task)]
    if details:
        blocks.append(_listed(phrases.details, details, phrases is CHINESE))
    if not any(word in lowered for word in phrases.says_goal):
        blocks.append(phrases.goal)
    if not any(word in lowered for word in phrases.says_audience):
        blocks.append(phrases.audience)
    if form is None:
        blocks.append(phrases.form)
    blocks += [_listed(phrases.show, contents, phrases is CHINESE), phrases.layout]
    return _fitting(prompt, blocks, most)


def language_of(text: str) -> Phrases:
    """The phrases of the language in which a text is written; English where we have none of that language."""
    if _HAN.search(text) and not _KANA.search(text):
        return CHINESE
    if len(_CYRILLIC.findall(text)) > len(text) / 4:
        return RUSSIAN
    words = [word.lower() for word in _WORD.findall(text)]
    # The first of those that know most: English for a text that says nothing of its language.
    best = max(BY_WORDS, key=lambda phrases: sum(word in phrases.common for word in words))
    return best if any(word in best.common for word in words) else ENGLISH


def _is_structure(prompt: str) -> bool:
    """Whether the planner reads it with certainty: more words would only hide what it says."""
    try:
        return plan_diagram(prompt) is not None
    except PlanError:
        return False


def _parts(prompt: str) -> tuple[str, list[str]]:
    """The task, which is the first sentence, and the others, or the entries of a list."""
    lines = [line for line in (_BULLET.sub("", raw).strip() for raw in prompt.splitlines()) if line]
    sentences = [part.strip() for line in lines for part in _SENTENCE_END.split(line) if part.strip()]
    return (sentences[0], sentences[1:]) if sentences else (prompt, [])


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    if text[-1:] in ".!?:。！？：":
        return text
    return f"{text}{'。' if _HAN.search(text) else '.'}"


def _listed(heading: str, entries: Sequence[str], chinese: bool) -> str:
    """In one line: a list would be drawn as it stands, our hints too, where there is no model to understand them."""
    kept = [entry.rstrip(".;。；") for entry in entries]
    return f"{heading}：{'；'.join(kept)}。" if chinese else f"{heading}: {'; '.join(kept)}."


def _fitting(prompt: str, blocks: list[str], most: int) -> str:
    while blocks:
        text = "\n\n".join(blocks)
        if len(text) <= most:
            return text
        blocks = blocks[:-1]
    return prompt[:most]
