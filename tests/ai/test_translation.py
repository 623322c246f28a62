"""“Translate everything”: when it is asked for, and what comes of an answer."""

from __future__ import annotations

import pytest

from backend.ai.calling.chain import AnswerError, ImperfectAnswer
from backend.ai.generation import Desk, make_changes
from backend.ai.kinds.translation import EXAMPLE, EXAMPLE_TEXTS, Translation, translation_asked
from backend.ai.operations import ReplaceText
from tests.ai.protocol_server import ProtocolServer, strict_schema_complaint
from tests.ai.test_generation import told

TEXTS = ("Bestellung", "Küche", "ausverkauft")


@pytest.mark.parametrize(
    ("instructions", "texts", "language"),
    [
        ("translate everything to English", TEXTS, "English"),
        ("übersetze alles ins Englische", TEXTS, "English"),
        ("ترجم كل الكلمات إلى الإنجليزية", TEXTS, "English"),
        ("把所有文字翻译成英文", TEXTS, "English"),
        ("make it all Spanish please", TEXTS, "Spanish"),
        ("traduis Küche en anglais", ("Küche",), "English"),
        ("mis alumnos no saben inglés, pásalo todo al español", TEXTS, "Spanish"),
    ],
)
def test_a_translation_is_known_by_its_words(instructions: str, texts: tuple[str, ...], language: str) -> None:
    assert translation_asked(instructions, TEXTS) == Translation(texts, language)


@pytest.mark.parametrize(
    "instructions",
    [
        "add a translation step after Küche",
        "we need an English menu",
        "remove everything",
        "polish the wording",
        "translate everything to English and then add a step for tips, two for washing up and one for locking up",
    ],
)
def test_other_changes_are_none(instructions: str) -> None:
    assert translation_asked(instructions, TEXTS) is None
    assert translation_asked("translate everything to English", []) is None


def test_every_text_is_demanded_and_its_example_is_an_answer() -> None:
    schema = Translation(TEXTS, "English").schema
    assert strict_schema_complaint(schema) is None
    assert schema["properties"]["texts"]["required"] == list(TEXTS)
    assert schema["properties"]["language"]["enum"] == ["English"]
    assert len(Translation(EXAMPLE_TEXTS, "German").read(EXAMPLE[1])) == len(EXAMPLE_TEXTS)


def test_answers_in_the_wrong_language_or_without_a_change_are_refused() -> None:
    wanted = Translation(TEXTS, "English")
    with pytest.raises(AnswerError, match="not translated"):
        wanted.read({"language": "English", "texts": {text: text for text in TEXTS}})
    with pytest.raises(AnswerError, match="form"):
        wanted.read({"language": "English", "texts": {"Küche": "Kitchen"}})
    with pytest.raises(ImperfectAnswer, match="English"):
        wanted.read(
            {"texts": {"Bestellung": "Bestellung aufgeben", "Küche": "In der Küche", "ausverkauft": "nichts mehr da"}}
        )


def test_it_is_asked_text_by_text_and_grows(server: ProtocolServer) -> None:
    server.script(
        {"language": "English", "texts": {"Bestellung": "Order", "Küche": "Kitchen", "ausverkauft": "sold out"}}
    )
    seen: list[int] = []
    desk = told(server).desk
    desk = Desk(desk.ask, desk.report, desk.show, lambda operations: seen.append(len(operations)))

    arrows = [("Bestellung", "Küche", "ausverkauft")]
    made = make_changes("übersetze alles ins Englische", ["Bestellung", "Küche"], arrows, desk)

    assert made.value == [
        ReplaceText("Bestellung", "Order"),
        ReplaceText("Küche", "Kitchen"),
        ReplaceText("ausverkauft", "sold out"),
    ]
    assert seen == sorted(seen)
    assert seen[-1] == 3
