"""The built-in rewrite of prompts: in the prompt's language, losing nothing, never drawn as it stands, the same each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ai.enhancing.phrases import (
    BY_WORDS,
    CHINESE,
    ENGLISH,
    FRENCH,
    GERMAN,
    ITALIAN,
    PORTUGUESE,
    RUSSIAN,
    SPANISH,
    Phrases,
)
from backend.ai.enhancing.rewrite import language_of, rewrite
from backend.ai.kinds.forms import form_by_words
from backend.ai.planner import PlanError, plan_diagram

PLENTY = 20_000
ROUGH = {
    "make a diagram of how customers join us": ENGLISH,
    "Zeichne bitte, wie wir unsere Bestellungen bearbeiten": GERMAN,
    "montre comment nous faisons le pain dans notre boulangerie": FRENCH,
    "crea un mapa mental de las energías renovables para la escuela": SPANISH,
    "crie um quadro para o nosso projeto de não ficção": PORTUGUESE,
    "fai vedere come è organizzata la nostra cucina": ITALIAN,
    "нарисуй процесс заказа для нашей кофейни": RUSSIAN,
    "画一个客户注册流程": CHINESE,
}


@pytest.mark.parametrize(("prompt", "phrases"), ROUGH.items(), ids=[phrases.form for phrases in ROUGH.values()])
def test_it_is_written_in_the_language_of_the_prompt(prompt: str, phrases: Phrases) -> None:
    assert language_of(prompt) is phrases
    better = rewrite(prompt, PLENTY)
    assert phrases.goal in better
    assert phrases.layout in better
    assert prompt.lower().rstrip(".") in better.lower()


@pytest.mark.parametrize("prompt", ROUGH)
def test_it_is_no_list_that_would_be_drawn_without_a_model(prompt: str) -> None:
    assert plan_diagram(rewrite(prompt, PLENTY)) is None


@pytest.mark.parametrize("phrases", [*BY_WORDS, CHINESE], ids=lambda phrases: phrases.form)
def test_the_form_that_it_names_is_the_one_that_is_drawn(phrases: Phrases) -> None:
    form = form_by_words(phrases.form)
    assert form is None or form.kind.name == "flowchart"


def test_every_detail_is_kept_in_order() -> None:
    better = rewrite("Draw how we hire. First a call.\n- ask for references\n- check the visa", PLENTY)
    assert better.startswith("Draw how we hire.")
    places = [better.index(part) for part in ("First a call", "ask for references", "check the visa")]
    assert places == sorted(places)


def test_what_a_prompt_says_already_is_not_said_again() -> None:
    better = rewrite("Compare our plans in a table for beginners so that they choose quickly", PLENTY)
    assert ENGLISH.goal not in better
    assert ENGLISH.audience not in better
    assert "Form:" not in better


@pytest.mark.parametrize(
    "structure", ["A -> B -> C; if no -> D", "- one\n- two\n- three", "| a | b |\n| - | - |\n| 1 | 2 |"]
)
def test_a_structure_that_needs_nothing_is_left_alone(structure: str) -> None:
    assert rewrite(f"  {structure}\n", PLENTY) == structure


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400).filter(str.strip),
    st.integers(400, 3000),
)
def test_any_text_gives_a_prompt_that_fits_and_is_the_same_each_time(prompt: str, most: int) -> None:
    better = rewrite(prompt, most)
    assert 0 < len(better) <= most
    assert better == rewrite(prompt, most)


@given(st.sampled_from(sorted(ROUGH)))
def test_improving_twice_is_no_error(prompt: str) -> None:
    again = rewrite(rewrite(prompt, PLENTY), PLENTY)
    try:
        assert plan_diagram(again) is None
    except PlanError:
        pytest.fail("the planner takes it for a structure")
