"""Commands and arrows on a canvas that has something on it: changes.txt, and what decides between readings."""

from __future__ import annotations

import pytest

from backend.ai.operations import AddDiagram, AddNode, Connect, Remove, Rename
from backend.ai.planner import PlanError, plan_changes
from tests.ai.planner.cases import pairs
from tests.ai.planner.sketch import sketch_operations

CANVAS = [
    "Sign up", "Verify e-mail", "Choose plan", "Terms and conditions", "Draft", "Publish", "Save to disk", "Send mail",
    "Send invoice", "Paid?", "Übersicht", "Оплата", "付款",
]  # fmt: skip
CHANGES = pairs("changes.txt")


@pytest.mark.parametrize(("instructions", "expected"), CHANGES, ids=[said.split("\n")[0][:50] for said, _ in CHANGES])
def test_changes_are_carried_out_exactly(instructions: str, expected: str) -> None:
    try:
        found = sketch_operations(plan_changes(instructions, CANVAS))
    except PlanError as error:
        found = f"refused: {error}"
    assert found == expected


def test_the_reading_whose_names_are_on_the_canvas_counts() -> None:
    text = "rename Save to disk to Cloud"
    assert plan_changes(text, ["Save to disk"]) == [Rename("Save to disk", "Cloud")]
    assert plan_changes(text, ["Save"]) == [Rename("Save", "disk to Cloud")]
    connect = "connect A to B to C"
    assert plan_changes(connect, ["A to B", "C"]) == [Connect("A to B", "C")]
    assert plan_changes(connect, ["A", "B to C"]) == [Connect("A", "B to C")]


def test_quotes_settle_what_belongs_to_a_name() -> None:
    labels = ["Log in", "Log in and remove Draft", "Draft"]
    assert plan_changes('remove "Log in and remove Draft"', labels) == [Remove("Log in and remove Draft")]
    assert plan_changes('remove "Log in" and remove "Draft"', labels) == [Remove("Log in"), Remove("Draft")]


def test_a_name_on_the_canvas_keeps_its_own_spelling() -> None:
    assert plan_changes("connect sign UP to “verify  e-mail”", CANVAS) == [Connect("Sign up", "Verify e-mail")]
    assert plan_changes("paid -> done", ["Paid", "x"]) == [AddNode("done"), Connect("Paid", "done")]


def test_each_command_sees_what_the_ones_before_it_did() -> None:
    text = "add Review after Draft; rename Review to Check; connect Check to Publish; remove Draft"
    assert plan_changes(text, ["Draft", "Publish"]) == [
        AddNode("Review", after="Draft"),
        Rename("Review", "Check"),
        Connect("Check", "Publish"),
        Remove("Draft"),
    ]
    with pytest.raises(PlanError, match="no “Draft”"):
        plan_changes("remove Draft; connect Draft to Publish", ["Draft", "Publish"])


def test_a_missing_name_is_answered_with_what_is_near_or_with_what_is_there() -> None:
    with pytest.raises(PlanError, match="Did you mean “Verify e-mail”"):
        plan_changes("remove Verfy email", CANVAS)
    with pytest.raises(PlanError, match="On it are “Draft”, “Publish”"):
        plan_changes('remove "Zebra"', ["Draft", "Publish"])
    with pytest.raises(PlanError, match="nothing on it has a text"):
        plan_changes('remove "Zebra"', [])


def test_an_ambiguous_name_is_answered_with_the_candidates() -> None:
    with pytest.raises(PlanError, match="may be “Send mail” or “Send invoice”"):
        plan_changes("connect Draft to send", CANVAS)


def test_labels_that_repeat_on_the_canvas_are_left_to_the_drawing() -> None:
    assert plan_changes("remove Draft", ["Draft", "Draft"]) == [Remove("Draft")]


def test_arrows_without_anything_on_the_canvas_are_a_further_diagram() -> None:
    planned = plan_changes("X -> Y -> Z", ["A"])
    assert planned is not None
    assert isinstance(planned[0], AddDiagram)
    assert plan_changes("X -> Y -> Z", ["y"]) == [AddNode("X"), AddNode("Z"), Connect("X", "y"), Connect("y", "Z")]


def test_new_decisions_in_arrows_are_diamonds() -> None:
    planned = plan_changes("Draft -> Good? -> Publish; if no -> Rework -> Draft", ["Draft", "Publish"])
    assert planned is not None
    assert planned[:2] == [AddNode("Good?", shape="diamond"), AddNode("Rework")]


def test_a_list_of_things_to_do_is_a_list_even_if_it_sounds_like_commands() -> None:
    planned = plan_changes("- remove old files\n- add pictures after lunch", CANVAS)
    assert planned is not None
    assert isinstance(planned[0], AddDiagram)


def test_too_many_changes_at_once_are_refused() -> None:
    with pytest.raises(PlanError, match="at most 500"):
        plan_changes("connect Draft to Publish\n" * 501, CANVAS)
