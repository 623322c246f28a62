"""Who makes a diagram: the planner where it is certain, else the models; and what is said when nobody can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from backend.ai.calling.chain import Parsed, ask
from backend.ai.calling.provider import ModelCall
from backend.ai.diagram import Board, Diagram, Flowchart, Outline, Table
from backend.ai.generation import PLANNER, Ask, Desk, NeedsModel, make_changes, make_diagram
from backend.ai.kinds.forms import BY_NAME
from backend.ai.operations import AddDiagram, AddNode, Remove, Rename
from backend.ai.planner import PlanError
from backend.ai.streaming.prefix import growing
from tests.ai.calling.callers import TestCaller, provider_of
from tests.ai.protocol_server import ProtocolServer

BOARD = {
    "title": "Launch",
    "columns": [{"name": "Offen", "cards": ["Text schreiben"]}, {"name": "Fertig", "cards": []}],
}
PART = {"heading": "Stärken", "points": ["Lage"]}
SWOT = {"title": "T", **dict.fromkeys(("strengths", "weaknesses", "opportunities", "threats"), PART)}
CHART = {
    "title": "Triage",
    "direction": "down",
    "steps": [
        {"step": "Report arrives", "question": "", "expected": "", "otherwise": []},
        {"step": "Reproduce it", "question": "", "expected": "", "otherwise": []},
    ],
}
T = TypeVar("T")
LABELS = ["Cart", "Checkout", "Shipping"]
ARROWS = [("Cart", "Checkout", ""), ("Checkout", "Shipping", "paid")]


@dataclass
class Told:
    """A desk, and what was reported to it."""

    desk: Desk
    shares: list[float] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    shown: list[Diagram] = field(default_factory=list)


def told(*servers: ProtocolServer) -> Told:
    found: Told

    def report(share: float, sentence: str) -> None:
        found.shares.append(share)
        found.sentences.append(sentence)

    shown: list[Diagram] = []
    found = Told(Desk(asking(*servers) if servers else None, report, shown.append), shown=shown)
    return found


def asking(*servers: ProtocolServer) -> Ask:
    """The chain alone, without the jobs that share its answers."""
    providers = [provider_of(server) for server in servers]

    def run(call: ModelCall, parse: Callable[[Any], T], on_growth: Callable[[Any], None]) -> Parsed[T]:
        def heard(text: str) -> None:
            value = growing(text, call.schema)
            if value is not None:
                on_growth(value)

        return ask(providers, call, parse, TestCaller(), heard)

    return run


def change(op: str, target: str = "", label: str = "") -> dict[str, Any]:
    return {"op": op, "target": target, "other": "", "label": label, "edge_label": ""}


def test_a_structure_is_drawn_by_the_planner_even_where_there_is_a_model(server: ProtocolServer) -> None:
    made = make_diagram("Order -> Pay -> Ship", told(server).desk)

    assert made.engine == PLANNER
    assert made.engine.described() == {"name": "planner"}
    assert isinstance(made.value, Flowchart)
    assert [node.label for node in made.value.nodes] == ["Order", "Pay", "Ship"]
    assert server.requests == []


def test_free_text_goes_to_the_model_with_the_schema_of_the_form_that_it_names(server: ProtocolServer) -> None:
    server.script(BOARD)

    made = make_diagram("Kanban board für den Start der Website", told(server).desk)

    assert made.engine.described() == {"name": "test", "model": server.models[0]}
    assert isinstance(made.value, Board)
    assert made.value.columns[0].cards == ("Text schreiben",)
    (request,) = server.requests
    assert request.schema == BY_NAME["board"].kind.schema_in("German")


def test_where_no_form_is_named_the_model_chooses_one_first(server: ProtocolServer) -> None:
    server.script({"form": "flowchart"}, CHART)
    seen = told(server)

    made = make_diagram("bug triage: is it reproducible and how severe is it", seen.desk)

    assert isinstance(made.value, Flowchart)
    assert len(server.requests) == 2
    assert "Choosing the form of the diagram" in seen.sentences


@pytest.mark.parametrize(
    ("instructions", "answer", "kind"),
    [
        ("mind map about tea", {"center": "Tea", "branches": [{"label": "Green", "children": []}]}, Outline),
        (
            "compare tea and coffee",
            {"title": "T", "things": ["Tea"], "properties": [{"property": "Price", "values": ["3"]}]},
            Table,
        ),
        (
            "packing list for Iceland",
            {"title": "T", "ordered": False, "items": [{"label": "Hat", "children": []}]},
            Outline,
        ),
        (
            "SWOT analysis of a café",
            SWOT,
            Board,
        ),
    ],
)
def test_each_form_comes_back_as_its_kind_of_diagram(
    server: ProtocolServer, instructions: str, answer: dict[str, Any], kind: type
) -> None:
    server.script(answer)

    assert isinstance(make_diagram(instructions, told(server).desk).value, kind)


def test_progress_counts_what_the_model_has_written(server: ProtocolServer) -> None:
    server.script(CHART)
    seen = told(server)

    make_diagram("flow chart of bug triage", seen.desk)

    assert seen.sentences[-1] == "Generating: 2 steps so far"
    assert seen.shares == sorted(seen.shares)
    assert 0 < seen.shares[-1] < 1


def test_free_text_without_a_model_says_what_would_work() -> None:
    with pytest.raises(NeedsModel) as caught:
        make_diagram("something nice about bees", told().desk)

    assert "->" in str(caught.value)
    assert "AI_PROVIDERS" in str(caught.value)


def test_the_example_in_that_sentence_does_work() -> None:
    with pytest.raises(NeedsModel) as caught:
        make_diagram("something nice about bees", told().desk)

    example = str(caught.value).split("“")[1].split("”")[0]

    assert isinstance(make_diagram(example, told().desk).value, Flowchart)


def test_a_command_is_carried_out_by_the_planner(server: ProtocolServer) -> None:
    made = make_changes("rename Cart to Basket", LABELS, ARROWS, told(server).desk)

    assert made.engine == PLANNER
    assert made.value == [Rename("Cart", "Basket")]
    assert server.requests == []


def test_a_command_with_an_unknown_target_is_refused_and_not_guessed(server: ProtocolServer) -> None:
    with pytest.raises(PlanError, match="Checkout"):
        make_changes("remove Chekout", LABELS, ARROWS, told(server).desk)


def test_a_free_change_goes_to_the_model_with_what_is_on_the_canvas(server: ProtocolServer) -> None:
    server.script({"operations": [change("add_after", "Checkout", "Take payment")]})

    made = make_changes("customers should also be able to pay", LABELS, ARROWS, told(server).desk)

    assert made.value == [AddNode("Take payment", after="Checkout")]
    assert made.engine.name == "test"
    assert "Shipping" in server.requests[0].prompt
    assert "paid" in server.requests[0].prompt


def test_a_change_of_something_that_is_not_there_is_asked_again(server: ProtocolServer) -> None:
    server.script({"operations": [change("remove", "Basket")]}, {"operations": [change("remove", "Cart")]})

    made = make_changes("the basket is not needed any more, I think", LABELS, ARROWS, told(server).desk)

    assert made.value == [Remove("Cart")]
    assert "no node “Basket”" in server.requests[1].prompt


def test_a_further_diagram_is_made_by_a_second_question(server: ProtocolServer) -> None:
    server.script({"operations": [change("draw", label="kanban board for the launch")]}, BOARD)

    made = make_changes("we also need something to track the work of the launch", LABELS, ARROWS, told(server).desk)

    (operation,) = made.value
    assert isinstance(operation, AddDiagram)
    assert isinstance(operation.diagram, Board)


def test_an_empty_canvas_is_drawn_on_instead_of_changed(server: ProtocolServer) -> None:
    server.script(BOARD)

    made = make_changes("please make a kanban board for our launch", [], [], told(server).desk)

    assert isinstance(made.value[0], AddDiagram)


def test_a_structure_given_as_a_change_is_drawn_beside_what_is_there() -> None:
    made = make_changes("Plan -> Build -> Test", LABELS, ARROWS, told().desk)

    (operation,) = made.value
    assert isinstance(operation, AddDiagram)
    assert made.engine == PLANNER


def test_a_free_change_without_a_model_says_what_would_work() -> None:
    with pytest.raises(NeedsModel, match="rename"):
        make_changes("make it friendlier", LABELS, ARROWS, told().desk)
