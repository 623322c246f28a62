"""Who has a canvas open, over processes that come, go and die."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from backend.canvases.people import MAX_LISTED, People
from backend.identity import Actor
from tests.canvases.conftest import Drawn

ANN = Actor(uuid.uuid4(), name="Ann")
BOB = Actor(uuid.uuid4(), name="Bob", is_guest=True)


class Process:
    """A web process: its people, and the lists that its pages were shown."""

    def __init__(self, name: str) -> None:
        self.lists: list[list[str]] = []
        self.people = People(self._emit, name)

    def _emit(self, event: str, body: dict[str, Any], *, to: str) -> None:
        assert event == "canvas:people"
        assert to == f"canvas:{body['canvas_id']}"
        self.lists.append([person["name"] for person in body["people"]])


@pytest.fixture
def here() -> Process:
    return Process("here")


@pytest.fixture
def there() -> Process:
    return Process("there")


def test_people_of_all_processes_see_each_other(drawn: Drawn, here: Process, there: Process) -> None:
    canvas = drawn.canvas_id
    assert [found.name for found in here.people.arrive(drawn.connection, canvas, "1", ANN)] == ["Ann"]
    assert [found.name for found in there.people.arrive(drawn.connection, canvas, "2", BOB)] == ["Ann", "Bob"]
    for process in (here, there):
        process.people.on_notify(drawn.connection, [str(canvas)])
        assert process.lists == [["Ann", "Bob"]]
        assert process.people.are_elsewhere(canvas)
    there.people.leave(drawn.connection, canvas, "2")
    here.people.on_notify(drawn.connection, [str(canvas)])
    assert here.lists[-1] == ["Ann"]
    assert not here.people.are_elsewhere(canvas)


def test_a_list_is_shown_when_it_changed_and_not_otherwise(drawn: Drawn, here: Process) -> None:
    here.people.arrive(drawn.connection, drawn.canvas_id, "1", ANN)
    for _ in range(3):
        here.people.sweep(drawn.connection)
        here.people.on_notify(drawn.connection, [str(drawn.canvas_id)])
    assert here.lists == [["Ann"]]


def test_the_people_of_a_dead_process_disappear(drawn: Drawn, here: Process, there: Process) -> None:
    here.people.arrive(drawn.connection, drawn.canvas_id, "1", ANN)
    there.people.arrive(drawn.connection, drawn.canvas_id, "2", BOB)
    drawn.connection.execute("UPDATE canvas_person SET seen_at = now() - interval '1 minute'")
    here.people.sweep(drawn.connection)
    assert here.lists[-1] == ["Ann"]


def test_those_who_live_come_back_after_the_table_was_lost(drawn: Drawn, here: Process) -> None:
    here.people.arrive(drawn.connection, drawn.canvas_id, "1", ANN)
    drawn.connection.execute("TRUNCATE canvas_person")
    here.people.sweep(drawn.connection)
    assert here.lists[-1] == ["Ann"]


def test_a_departure_that_could_not_be_written_is_made_good(drawn: Drawn, here: Process, there: Process) -> None:
    here.people.arrive(drawn.connection, drawn.canvas_id, "1", ANN)
    there.people.arrive(drawn.connection, drawn.canvas_id, "2", BOB)
    there.people._here.clear()  # its socket has gone while the database was away
    there.people.sweep(drawn.connection)
    here.people.sweep(drawn.connection)
    assert here.lists[-1] == ["Ann"]


def test_a_crowd_is_listed_up_to_a_point(drawn: Drawn, here: Process) -> None:
    for number in range(MAX_LISTED + 5):
        listed = here.people.arrive(drawn.connection, drawn.canvas_id, f"{number:03d}", ANN)
    assert [person.sid for person in listed] == [f"{number:03d}" for number in range(MAX_LISTED)]


def test_somebody_on_two_canvases_leaves_both(drawn: Drawn, here: Process) -> None:
    other = uuid.uuid4()
    for canvas_id in (drawn.canvas_id, other):
        here.people.arrive(drawn.connection, canvas_id, "1", ANN)
    assert set(here.people.opened_by("1")) == {drawn.canvas_id, other}
    assert here.people.get(other, "1") is not None
    assert here.people.get(other, "2") is None
