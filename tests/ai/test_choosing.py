"""The form of a diagram: known by the words, or left to a model that is asked of as few forms as make sense."""

from __future__ import annotations

import pytest

from backend.ai.kinds.choosing import EXAMPLES, PURPOSES, choice_schema, plain_form
from backend.ai.kinds.cues import CUES
from backend.ai.kinds.forms import BY_NAME
from backend.ai.prompts import form_call


@pytest.mark.parametrize(
    ("instructions", "form"),
    [
        ("How a small bakery handles a wedding cake order, from first call to delivery", "flowchart"),
        ("what to do when the van breaks down", "flowchart"),
        ("Was passiert, wenn ein Kunde nicht zahlt?", "flowchart"),
        ("Wie läuft eine Bewerbung bei uns ab?", "flowchart"),
        ("Comment se passe la réparation d'un vélo", "flowchart"),
        ("Cómo tramitar un pasaporte", "flowchart"),
        ("Como funciona o atendimento na cozinha", "flowchart"),
        ("Как мы принимаем сотрудника на работу", "flowchart"),
        ("会議室を予約する手順", "flowchart"),
        ("كيف نصنع القهوة", "flowchart"),
        ("चाय कैसे बनती है", "flowchart"),
        ("ideas for our summer party", "mind_map"),
        ("Ursachen für den Verzug", "mind_map"),
        ("ingredients for a vegetable lasagne", "list"),
        ("the history of the internet", "timeline"),
        ("La vie de Marie Curie", "timeline"),
        ("from 1914 to 1989 in Berlin", "timeline"),
        ("electric or petrol car, which one should we buy?", "comparison"),
        ("Unterschiede zwischen Miete und Kauf", "comparison"),
        ("who is in the office on which day", "table"),
        ("tasks of the relaunch: open, in progress, finished", "board"),
        ("who reports to whom in a hospital", "organisation_chart"),
        ("what went well in our last sprint", "retrospective"),
        ("our strengths and weaknesses as a studio", "swot"),
        ("what a guest experiences in our hotel", "customer_journey"),
        ("mind map of how bees live", "mind_map"),  # what is named outright comes first
    ],
)
def test_everyday_words_make_the_form_plain(instructions: str, form: str) -> None:
    found = plain_form(instructions)
    assert found is not None
    assert found.name == form


@pytest.mark.parametrize(
    "instructions",
    [
        "login with password and code, with errors",
        "renewable energy",
        "how many seats there are",
        "bug triage: how severe is it",
        "our returns: customer sends parcel back, we check it",
        "the show must go on",
    ],
)
def test_what_is_not_plain_is_left_to_a_model(instructions: str) -> None:
    assert plain_form(instructions) is None


def test_one_thing_alone_is_not_compared() -> None:
    choices = choice_schema("approval of a holiday request")["properties"]["form"]["enum"]
    assert "comparison" not in choices
    for instructions in (
        "bus or train",
        "Bus, Bahn",
        "Bus und Bahn",
        "поезд или машина",
        "電車とバス",
        "القطار والسيارة",
    ):
        assert "comparison" in choice_schema(instructions)["properties"]["form"]["enum"]


def test_a_model_is_shown_an_example_of_every_form_that_it_may_choose() -> None:
    assert {form for _, form in EXAMPLES} == PURPOSES.keys() <= BY_NAME.keys()
    assert {name for name, _ in CUES} <= BY_NAME.keys()
    messages = form_call("renewable energy").messages
    assert [message.role for message in messages] == ["system", *["user", "assistant"] * len(EXAMPLES), "user"]
    assert messages[-1].content == "renewable energy"
