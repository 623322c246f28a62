"""Numbered steps that say where it goes on: “2. Dripping?  - yes: go to 3  - no: go to 5”, below a step or behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.ai.diagram import Flowchart, Item
from backend.ai.planner.conditions import is_no, is_yes, read_condition
from backend.ai.planner.flow import QUESTION_MARKS, FlowBuilder
from backend.ai.planner.text import clean

MAX_ANSWER_WORDS = 8
MAX_LABEL = 160  # characters of a step that may jump; a longer one is a text

_GO = (
    r"(?:(?:then |please )?(?:go(?:es)?|jump|skip|proceed|return|continue|move|back|loop)(?: back| on| straight| ahead)?"
    r"(?: to| with| at)|goto|weiter (?:mit|bei|zu|zum)|(?:dann )?(?:gehe?|geht|springe?|zurück)(?: zurück| weiter)?"
    r" (?:zu|zum|nach)"
    r"|(?:aller|allez|va|vas|retour|retourner|passer|passez|continuer|revenir)(?: directement)? (?:à|au|à l')"
    r"|(?:ir|ve|vaya|volver|vuelve|pasar|pasa|seguir|sigue)(?: directamente)? (?:a|al|con)"
    r"|(?:ir|vá|vai|voltar|volte|pular|seguir|siga)(?: direto)? (?:para|ao|a)"
    r"|(?:vai|va|torna|passa|salta)(?: direttamente)? (?:a|al|alla)"
    r"|(?:ga|terug|verder|spring)(?: terug| verder)? (?:naar|met)|(?:idź|przejdź|wróć) do"
    r"|(?:перейти|перейди|вернуться|вернись|далее|идти) (?:к|на)"
    r"|转到|跳到|前往|回到|转至|跳至|进入|に進む|へ進む|に戻る|->|=>|→|⇒|➔)"
)
_STEP = (
    r"(?:(?:the )?(?:step|number|point)|no\.|nr\.|n[º°]|#|schritt|punkt|nummer|(?:l')?étape|(?:el |al )?paso|(?:o )?passo|stap|"
    r"krok\w*|шаг\w*|пункт\w*|第|步骤|ステップ)"
)
_NUMBER = r"(?P<number>\d{1,3})(?:番|步|\))?\s*[.。]?"
_JUMP = re.compile(rf"(?P<said>.*?)[\s,;:：，、(–—-]*(?:{_GO}\s*)(?:{_STEP}\s*)?{_NUMBER}", re.IGNORECASE)
_BARE = re.compile(rf"(?P<said>[^\d]+?)\s*[:：]\s*(?:{_STEP}\s*)?{_NUMBER}", re.IGNORECASE)
_ENDING_AND = re.compile(
    r"[\s,;(]*\b(?:and then|and|then|und dann|und|dann|et|puis|y|luego|e|poi|и|затем)\s*$", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;/|.，；、。]*(?:\b(?:or|and|oder|und|ou|et|o|y|e|или|и)\b\s*)?", re.IGNORECASE)
_BEHIND_QUESTION = re.compile(r"^(.*?[?？؟])[\s(:：–—-]*(.+?)[)\s]*$")


@dataclass(frozen=True, slots=True)
class _Jump:
    """Where it goes on with an answer; "" is no answer, but always."""

    answer: str
    number: int


@dataclass(slots=True)
class _Step:
    label: str
    jumps: list[_Jump] = field(default_factory=list)


def plan_jumps(title: str, items: Sequence[Item], *, rightward: bool) -> Flowchart | None:
    """The flow chart of numbered steps of which at least one jumps; None where something else is said below a step."""
    steps = [_read(item) for item in items]
    known = [step for step in steps if step is not None]
    jumps = [jump for step in known for jump in step.jumps]
    if len(known) < len(steps) or not jumps or any(not 0 < jump.number <= len(steps) for jump in jumps):
        return None
    flow = FlowBuilder()
    keys = [flow.node(step.label, identity=str(number)) for number, step in enumerate(known)]
    for number, step in enumerate(known):
        for jump in step.jumps:
            flow.edge(keys[number], keys[jump.number - 1], jump.answer, conditional=bool(jump.answer))
        goes_on = not any(not jump.answer for jump in step.jumps) and len(step.jumps) < 2
        if goes_on and number + 1 < len(keys):
            flow.edge(keys[number], keys[number + 1])
    return flow.finish(title, "right" if rightward else "down")


def _read(item: Item) -> _Step | None:
    """A step with its jumps, which stand below it or behind its question, or end it."""
    if any(len(each.label) > MAX_LABEL for each in (item, *item.children)):
        return None if item.children else _Step(item.label)
    below = [_jump(child.label) if not child.children else None for child in item.children]
    if any(jump is None for jump in below):
        return None
    found = [jump for jump in below if jump is not None]
    if found:
        return _Step(item.label, found)
    behind = _BEHIND_QUESTION.match(item.label)
    if behind:
        found = _jumps(behind[2])
        if found:
            return _Step(clean(behind[1]), found)
    ending = _JUMP.fullmatch(item.label)
    if ending and clean(ending["said"]) and not item.label.endswith(QUESTION_MARKS):
        said = clean(_ENDING_AND.sub("", ending["said"]))
        return _Step(said, [_Jump("", int(ending["number"]))]) if said else None
    return _Step(item.label)


def _jumps(text: str) -> list[_Jump]:
    """Jumps one behind the other; none where the text says anything else."""
    found, at = [], 0
    while at < len(text):
        match = _JUMP.match(text, at) or _BARE.match(text, at)
        jump = _jump(match[0]) if match else None
        if match is None or jump is None:
            return []
        found.append(jump)
        between = _BETWEEN.match(text, match.end())
        at = between.end() if between else match.end()
    return found


def _jump(text: str) -> _Jump | None:
    """“yes: go to 3”, “if not, back to step 1”, “no → 5”, “yes: 3”."""
    text = clean(text)
    match = _JUMP.fullmatch(text)
    if match is None:
        bare = _BARE.fullmatch(text)
        match = bare if bare and (is_yes(clean(bare["said"])) or is_no(clean(bare["said"]))) else None
    if match is None:
        return None
    said = clean(match["said"].strip(" ,;:：，、(–—-"))
    condition = read_condition(said)
    answer = condition.label if condition is not None and not condition.target else said
    return _Jump(answer, int(match["number"])) if len(answer.split()) <= MAX_ANSWER_WORDS else None
