"""What people ask for by name, and the kind that draws it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.ai.calling.chain import AnswerError
from backend.ai.kinds.board import BOARD
from backend.ai.kinds.comparison import COMPARISON
from backend.ai.kinds.customer_journey import CUSTOMER_JOURNEY
from backend.ai.kinds.flowchart import FLOWCHART
from backend.ai.kinds.kind import Json, Kind
from backend.ai.kinds.mind_map import MIND_MAP
from backend.ai.kinds.organisation_chart import ORGANISATION_CHART
from backend.ai.kinds.outline import LIST, OUTLINE
from backend.ai.kinds.retrospective import RETROSPECTIVE
from backend.ai.kinds.swot import SWOT
from backend.ai.kinds.table import TABLE
from backend.ai.kinds.timeline import TIMELINE


@dataclass(frozen=True)
class Form:
    """A form of diagram. ``hint`` tells the model what this form needs beyond its kind."""

    name: str
    kind: Kind
    words: re.Pattern[str]
    hint: str = ""


def _words(*latin: str, other: str = "") -> re.Pattern[str]:
    """Whole words in scripts that have spaces, any occurrence in those that have not: “SWOT分析” has a word and two signs."""
    letter = "[0-9A-Za-zÀ-ɏЀ-ӿ]"
    pattern = rf"(?<!{letter})(?:{'|'.join(latin)})(?!{letter})" + (f"|{other}" if other else "")
    return re.compile(pattern, re.IGNORECASE)


# The first form whose words occur is taken: what names a form exactly comes before everyday words.
FORMS = (
    Form(
        "swot",
        SWOT,
        _words("swot", "fofa", "dafo", "foda", other="強み"),
    ),
    Form(
        "retrospective",
        RETROSPECTIVE,
        _words("retro", "retrospectives?", "retrospektive", "rétrospective", "retrospectiva"),
    ),
    Form(
        "mind_map",
        MIND_MAP,
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
        CUSTOMER_JOURNEY,
        _words(
            r"(?:customer|user)[ -]journeys?",
            r"journey maps?",
            "kundenreise",
            "parcours (?:client|utilisateur)",
            "viaje del cliente",
            "jornada do cliente",
            "путь клиента",
            other="客户旅程|カスタマージャーニー",
        ),
    ),
    Form(
        "organisation_chart",
        ORGANISATION_CHART,
        _words(
            "org(?:ani[sz]ation(?:al)?)?[ -]?(?:chart|tree)s?",
            "organigramme?",
            "organi?grama",
            "organigramm",
            "оргструктура",
            other="组织结构图|組織図",
        ),
    ),
    Form(
        "timeline",
        TIMELINE,
        _words(
            "time[ -]?lines?",
            "road[ -]?maps?",
            "zeitstrahl",
            "zeitachse",
            "frise chronologique",
            r"l[ií]nea del? tiempo",
            "linha do tempo",
            "cronolog[ií]a",
            "хронология",
            other="时间线|时间轴|年表|タイムライン",
        ),
    ),
    Form(
        "outline",
        OUTLINE,
        _words(
            "outline",
            "agenda",
            "grouped by",
            "by categor(?:y|ies)",
            "nach kategorien?",
            "par catégories?",
            "por categorías?",
            "table of contents",
            "syllabus",
            "gliederung",
            "inhaltsverzeichnis",
            "sommaire",
        ),
    ),
    Form(
        "board",
        BOARD,
        _words("kanban", "boards?", "pros and cons", "tablero", "quadro", "pinnwand", other="看板|カンバン"),
    ),
    Form(
        "comparison",
        COMPARISON,
        _words(
            "compar(?:e|es|ing|ison|isons|er|ar|aison|ación|ação)",
            "versus",
            r"vs\.?",
            "vergleich(?:e|en)?",
            "confront[ao]",
            "comparaci[óo]n",
            "comparação",
            "сравни(?:те)?",
            "сравнение",
            "порівня(?:й|йте|ння)",
            "porówna(?:j|nie)",
            "vergelijk(?:ing)?",
            "karşılaştır(?:ma)?",
            "jämför(?:else)?",
            other="比较|比較|对比|비교|قارن|مقارنة|तुलना",
        ),
    ),
    Form(
        "table",
        TABLE,
        _words(
            "tables?",
            "matrix",
            "tabelle",
            "tableau",
            "tabla",
            "tabela",
            "tabella",
            "таблиц[ау]",
            other="表格|表に|表を|表で|一覧表|표로|표를",
        ),
    ),
    Form(
        "flowchart",
        FLOWCHART,
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
        LIST,
        _words("lists?", "check[ -]?lists?", "listen?", "liste", "lista", "to-?dos?", other="清单|列表|リスト"),
    ),
)

BY_NAME = {form.name: form for form in FORMS}


def form_by_words(instructions: str) -> Form | None:
    """The form that the instructions name, None when they name none."""
    return next((form for form in FORMS if form.words.search(instructions)), None)


def form_of_answer(answer: Json) -> Form:
    """The form that a model has chosen. Raises AnswerError when there is no such form."""
    form = BY_NAME.get(str(answer.get("form")))
    if form is None:
        raise AnswerError(f"“form” must be one of {', '.join(BY_NAME)}.")
    return form
