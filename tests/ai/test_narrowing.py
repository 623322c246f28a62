"""What a small model is not given to choose from, and what it is asked about once more."""

from __future__ import annotations

import pytest

from backend.ai.calling.chain import AnswerError, ImperfectAnswer
from backend.ai.embedded.grammar import grammar_of
from backend.ai.kinds.change_schema import schema_for
from backend.ai.kinds.changes import read_changes
from backend.ai.kinds.narrowing import plainly_unasked
from backend.ai.operations import AddNode, Recolour, Remove, Rename
from backend.ai.prompts import changes_call

LABELS = ["Order", "Pay", "Ship"]


@pytest.mark.parametrize(
    ("instructions", "unasked", "asked"),
    [
        (
            "a check is needed before shipping",
            {"add_after", "add_branch", "remove", "connect", "tidy_up"},
            {"add_before"},
        ),
        ("if the card is refused they try again", {"remove", "tidy_up"}, {"add_branch", "connect"}),
        (
            "Nach dem Bezahlen soll eine Rechnung verschickt werden",
            {"add_before", "add_branch", "remove"},
            {"add_after"},
        ),
        ("avant l'envoi il faudrait un contrôle", {"add_after", "remove"}, {"add_before"}),
        ("we can do without the payment", {"connect"}, {"remove"}),
        ("now add a table of prices", set(), {"draw"}),
        ("somebody has to pack it", {"rename", "remove"}, {"add_before", "add_after"}),
        ("we call it dispatch", set(), {"rename"}),
        ("発送の前に確認を入れて", set(), {"add_before", "add_after", "remove", "connect", "draw", "tidy_up"}),
    ],
)
def test_operations_that_the_words_do_not_ask_for(instructions: str, unasked: set[str], asked: set[str]) -> None:
    found = plainly_unasked(instructions)
    assert unasked <= found
    assert not asked & found
    assert not {"add_between", "add_alone"} & found


def test_only_the_embedded_model_has_less_to_choose_from() -> None:
    call = changes_call("a check is needed before shipping", LABELS, [])
    assert call.narrow is not None
    assert '\\"remove\\"' not in grammar_of(call.narrow)
    assert '\\"remove\\"' in grammar_of(call.schema)


def test_a_colour_may_be_given_where_one_is_spoken_of() -> None:
    assert "colour" not in str(schema_for(LABELS, "rename the last step"))
    for instructions in ("make the payment red", "färbe Pay grün", "colorie Pay en bleu", "把付款标成红色"):
        assert "'colour'" in str(schema_for(LABELS, instructions))
    row = {"op": "colour", "target": "Pay", "colour": "green"}
    assert read_changes({"operations": [row]}, LABELS) == [Recolour("Pay", "green")]
    with pytest.raises(AnswerError, match="no colour"):
        read_changes({"operations": [{**row, "colour": "mud"}]}, LABELS)


def test_changes_in_another_language_are_doubted() -> None:
    labels = ["Bestellen", "Bezahlen", "Liefern"]
    asked = "Nach dem Bezahlen soll noch eine Rechnung verschickt werden"

    def add(label: str) -> dict[str, object]:
        return {"operations": [{"op": "add_after", "target": "Bezahlen", "label": label, "edge_label": ""}]}

    with pytest.raises(ImperfectAnswer, match="German") as caught:
        read_changes(add("Send the invoice to the customer"), labels, asked)
    assert caught.value.value == [AddNode("Send the invoice to the customer", after="Bezahlen")]
    assert read_changes(add("Rechnung verschicken"), labels, asked)


def test_what_nobody_spoke_of_is_not_removed_without_doubt() -> None:
    def without(label: str) -> dict[str, list[dict[str, str]]]:
        return {"operations": [{"op": "remove", "target": label}]}

    with pytest.raises(ImperfectAnswer, match="Nobody asked to change “Ship”"):
        read_changes(without("Ship"), LABELS, "we do not want people to pay before they get something")
    spared = {"operations": [*without("Ship")["operations"], {"op": "rename", "target": "Pay", "label": "Pay first"}]}
    with pytest.raises(ImperfectAnswer) as caught:
        read_changes(spared, LABELS, "we do not want people to pay before they get something")
    assert caught.value.value == [Rename("Pay", "Pay first")]
    for instructions in ("we no longer ship anything ourselves", "drop the last step", "clear everything"):
        assert read_changes(without("Ship"), LABELS, instructions) == [Remove("Ship")]


def test_what_stands_in_quotes_is_missed() -> None:
    row = {"op": "add_after", "target": "Pay", "label": "Pack", "edge_label": ""}
    with pytest.raises(ImperfectAnswer, match="Wrap it"):
        read_changes({"operations": [row]}, LABELS, "somewhere behind the payment there must be “Wrap it” now")


def test_two_nodes_do_not_get_the_same_name() -> None:
    rows = [
        {"op": "add_before", "target": "Ship", "label": "Pack"},
        {"op": "rename", "target": "Order", "label": "Pack"},
    ]
    with pytest.raises(ImperfectAnswer, match="same name") as caught:
        read_changes({"operations": rows}, LABELS, "the order must be packed")
    assert caught.value.value == [AddNode("Pack", before="Ship")]


def test_what_is_added_twice_is_there_once() -> None:
    rows = [{"op": "add_before", "target": "Ship", "label": "Pack"}, {"op": "add_alone", "label": "Pack"}]
    assert read_changes({"operations": rows}, LABELS) == [AddNode("Pack", before="Ship")]


def test_a_new_name_that_is_the_old_one_is_no_change() -> None:
    idle = {"op": "rename", "target": "Pay", "label": "Pay"}
    assert read_changes({"operations": [idle, {"op": "remove", "target": "Ship"}]}, LABELS) == [Remove("Ship")]
    with pytest.raises(AnswerError, match="changes anything"):
        read_changes({"operations": [idle]}, LABELS)
