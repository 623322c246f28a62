"""What people ask for by name, and the kind that draws it: a SWOT analysis is a board, a timeline a chart to the right."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.ai.kinds.board import BOARD
from backend.ai.kinds.flowchart import FLOWCHART
from backend.ai.kinds.kind import Json, Kind, one_of, record
from backend.ai.kinds.mind_map import MIND_MAP
from backend.ai.kinds.outline import OUTLINE
from backend.ai.kinds.table import TABLE
from backend.ai.providers.chain import AnswerError


@dataclass(frozen=True)
class Form:
    """A form of diagram. ``hint`` tells the model what this form needs beyond its kind."""

    name: str
    kind: Kind
    purpose: str
    words: re.Pattern[str]
    hint: str = ""


def _words(*latin: str, other: str = "") -> re.Pattern[str]:
    """Whole words in scripts that have spaces, any occurrence in those that have not."""
    pattern = rf"\b(?:{'|'.join(latin)})\b" + (f"|{other}" if other else "")
    return re.compile(pattern, re.IGNORECASE)


# The first form whose words occur is taken: what names a form exactly comes before everyday words.
FORMS = (
    Form(
        "swot",
        BOARD,
        "strengths, weaknesses, opportunities and threats",
        _words("swot", "fofa", "dafo", "foda", other="強み"),
        "Make exactly four columns: strengths, weaknesses, opportunities, threats.",
    ),
    Form(
        "retrospective",
        BOARD,
        "what a team learnt from its last weeks",
        _words("retro", "retrospectives?", "retrospektive", "rétrospective", "retrospectiva"),
        "Make three columns: what went well, what did not, what to do about it. Put what the instructions say "
        "into the right ones.",
    ),
    Form(
        "mind_map",
        MIND_MAP,
        "ideas around one topic",
        _words(
            r"mind[ -]?maps?",
            "brainstorm(?:ing)?",
            "gedankenkarte",
            "carte (?:mentale|heuristique)",
            "mapas? (?:mental|mentais|mentales)",
            "mappa mentale",
            other="思维导图|マインドマップ",
        ),
    ),
    Form(
        "customer_journey",
        TABLE,
        "what a customer does and feels from stage to stage",
        _words("(?:customer|user) journey", "kundenreise", "parcours client"),
        "The columns after the first are the stages; the rows are: actions, thoughts, feelings, opportunities.",
    ),
    Form(
        "organisation_chart",
        FLOWCHART,
        "who reports to whom",
        _words(
            "org(?:ani[sz]ation(?:al)?)?[ -]?(?:chart|tree)s?",
            "organigramme?",
            "organi?grama",
            "organigramm",
            other="组织结构图|組織図",
        ),
        "Each step is a role, a rectangle, and leads to those who report to it; nobody reports to two. Direction down, "
        "arrows without labels.",
    ),
    Form(
        "timeline",
        FLOWCHART,
        "what happens when",
        _words(
            "time[ -]?lines?",
            "road[ -]?maps?",
            "zeitstrahl",
            "zeitachse",
            "frise chronologique",
            r"l[ií]nea del? tiempo",
            "linha do tempo",
            other="时间线|年表|タイムライン",
        ),
        "Each step is one date or period with what happens then, in the order of time, and leads to the next one. "
        "Direction right, rectangles only, arrows without labels.",
    ),
    Form(
        "outline",
        OUTLINE,
        "parts and their parts, as in a table of contents",
        _words("outline", "agenda", "table of contents", "syllabus", "gliederung", "inhaltsverzeichnis", "sommaire"),
    ),
    Form(
        "board",
        BOARD,
        "cards sorted into columns",
        _words("kanban", "boards?", "tablero", "quadro", "pinnwand", other="看板|カンバン"),
    ),
    Form(
        "table",
        TABLE,
        "facts in rows and columns, or things compared",
        _words(
            "compar(?:e|es|ing|ison|isons|er|ar|aison|ación|ação)",
            "versus",
            r"vs\.?",
            "pros and cons",
            "tables?",
            "matrix",
            "vergleich(?:e|en)?",
            "tabelle",
            "tableau",
            "tabla",
            "tabela",
            "tabella",
            "confront[ao]",
            other="比较|比較|表格",
        ),
    ),
    Form(
        "flowchart",
        FLOWCHART,
        "steps, decisions and what follows from them",
        _words(
            r"flow[ -]?charts?",
            r"(?:work)?flows?",
            "process(?:es)?",
            "procedure",
            "step by step",
            "how to",
            "prozess",
            "ablauf",
            "schritt für schritt",
            "processus",
            "étapes",
            "proceso",
            "pasos",
            "processo",
            other="流程|プロセス|フロー",
        ),
    ),
    Form(
        "list",
        OUTLINE,
        "items one below the other",
        _words("lists?", "check[ -]?lists?", "listen?", "liste", "lista", "to-?dos?", other="清单|列表|リスト"),
        "Leave children empty unless the instructions name parts of an item.",
    ),
)

BY_NAME = {form.name: form for form in FORMS}

CHOICE_SCHEMA = record(form=one_of(*BY_NAME))


def form_by_words(instructions: str) -> Form | None:
    """The form that the instructions name, None when they name none."""
    return next((form for form in FORMS if form.words.search(instructions)), None)


def form_of_answer(answer: Json) -> Form:
    """The form that a model has chosen. Raises AnswerError when there is no such form."""
    form = BY_NAME.get(str(answer.get("form")))
    if form is None:
        raise AnswerError(f"“form” must be one of {', '.join(BY_NAME)}.")
    return form
