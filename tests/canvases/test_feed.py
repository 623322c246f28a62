"""The feed of canvases: every change once, in order, chained by versions; by NOTIFY or by the sweep."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from backend.canvases import feed as feed_module
from backend.canvases.feed import CanvasFeed
from backend.canvases.service import tell
from tests.canvases.conftest import Drawn
from tests.canvases.shapes import rectangle


class Room:
    """What the people on one canvas get to see."""

    def __init__(self, canvas_id: uuid.UUID) -> None:
        self.name = f"canvas:{canvas_id}"
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.is_open = True

    def emit(self, event: str, body: dict[str, Any], *, to: str) -> None:
        assert to == self.name
        self.messages.append((event, body))

    def close(self, name: str) -> None:
        assert name == self.name
        self.is_open = False

    def take(self) -> list[dict[str, Any]]:
        taken, self.messages = self.messages, []
        assert {event for event, _ in taken} <= {"canvas:elements"}
        return [body for _, body in taken]


@pytest.fixture
def room(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> Room:
    found = Room(drawn.canvas_id)
    monkeypatch.setattr(feed_module, "occupied", lambda rooms: found.is_open and found.name in rooms)
    return found


@pytest.fixture
def feed(drawn: Drawn, room: Room) -> CanvasFeed:
    """A feed to whose canvas somebody has just come."""
    made = CanvasFeed(room.emit, room.close)
    made.begin_at(drawn.canvas_id, drawn.version(), told=0)
    return made


@pytest.fixture
def heard(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The listening connection."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("LISTEN canvas_change")
        yield connection


def hear(feed: CanvasFeed, connection: psycopg.Connection[Any]) -> None:
    payloads = [found.payload for found in connection.notifies(timeout=10, stop_after=1)]
    assert payloads
    feed.on_notify(connection, payloads)


def test_a_change_is_heard_and_forwarded_whole(
    feed: CanvasFeed, room: Room, drawn: Drawn, heard: psycopg.Connection[Any]
) -> None:
    element = rectangle("a")
    drawn.merge(element)
    hear(feed, heard)
    assert room.take() == [
        {"canvas_id": str(drawn.canvas_id), "elements": [element], "since": 0, "version": 1, "job_id": None}
    ]


def test_the_sweep_alone_forwards_everything_once(feed: CanvasFeed, room: Room, drawn: Drawn) -> None:
    drawn.merge(rectangle("a"))
    drawn.merge(rectangle("b", index="a2"), rectangle("a", version=2, index="a1"))
    feed.sweep(drawn.connection)
    (body,) = room.take()
    assert [found["id"] for found in body["elements"]] == ["a", "b"]
    assert (body["since"], body["version"]) == (0, 2)
    feed.sweep(drawn.connection)
    feed.on_notify(drawn.connection, [f"{drawn.canvas_id}:2", f"{drawn.canvas_id}:1"])
    assert room.take() == []


def test_messages_form_a_chain_and_say_which_job_drew(feed: CanvasFeed, room: Room, drawn: Drawn) -> None:
    job = uuid.uuid4()
    drawn.merge(rectangle("mine"))
    drawn.merge(rectangle("first"), job_id=job)
    drawn.merge(rectangle("second"), job_id=job)
    drawn.merge(rectangle("after"))
    feed.on_notify(drawn.connection, [f"{drawn.canvas_id}:4"])
    drawn.merge(rectangle("first", version=2))
    feed.on_notify(drawn.connection, [f"{drawn.canvas_id}:5"])
    bodies = room.take()
    assert [(body["since"], body["version"]) for body in bodies] == [(0, 1), (1, 3), (3, 4), (4, 5)]
    assert [body["job_id"] for body in bodies] == [None, str(job), None, None]
    assert [[found["id"] for found in body["elements"]] for body in bodies] == [
        ["mine"],
        ["first", "second"],
        ["after"],
        ["first"],
    ]


def test_a_canvas_that_nobody_has_open_costs_nothing(feed: CanvasFeed, room: Room, drawn: Drawn) -> None:
    feed.on_notify(drawn.connection, [f"{uuid.uuid4()}:7"])
    room.is_open = False
    feed.sweep(drawn.connection)
    drawn.merge(rectangle("a"))
    feed.on_notify(drawn.connection, [f"{drawn.canvas_id}:1"])
    assert room.take() == []


def test_who_comes_later_does_not_reset_what_the_others_still_get(feed: CanvasFeed, room: Room, drawn: Drawn) -> None:
    drawn.merge(rectangle("a"))
    feed.begin_at(drawn.canvas_id, drawn.version(), told=0)
    feed.on_notify(drawn.connection, [f"{drawn.canvas_id}:1"])
    assert [(body["since"], body["version"]) for body in room.take()] == [(0, 1)]


def test_what_is_told_of_a_canvas_is_heard_and_is_no_news_to_the_sweep(
    feed: CanvasFeed, room: Room, drawn: Drawn, heard: psycopg.Connection[Any]
) -> None:
    job = str(uuid.uuid4())
    tell(drawn.connection, drawn.canvas_id, f"change {job} kept")
    hear(feed, heard)
    tell(drawn.connection, drawn.canvas_id, "versions")
    hear(feed, heard)
    feed.sweep(drawn.connection)
    canvas = {"canvas_id": str(drawn.canvas_id)}
    change = {**canvas, "job_id": job, "status": "kept"}
    assert room.messages == [("canvas:change", change), ("canvas:versions", canvas)]


def test_who_does_not_hear_what_is_told_is_told_by_the_sweep_that_there_is_something(
    feed: CanvasFeed, room: Room, drawn: Drawn
) -> None:
    tell(drawn.connection, drawn.canvas_id, f"change {uuid.uuid4()} kept")
    tell(drawn.connection, drawn.canvas_id, "versions")
    feed.sweep(drawn.connection)
    feed.sweep(drawn.connection)
    canvas = {"canvas_id": str(drawn.canvas_id)}
    ask = {**canvas, "job_id": None, "status": None}
    assert room.messages == [("canvas:versions", canvas), ("canvas:change", ask)]


@pytest.mark.parametrize("way", ["notify", "sweep"])
def test_a_deleted_canvas_is_closed_for_everybody(feed: CanvasFeed, room: Room, drawn: Drawn, way: str) -> None:
    drawn.connection.execute("UPDATE canvas SET deleted_at = now()")
    if way == "notify":
        feed.on_notify(drawn.connection, [f"{drawn.canvas_id}:told 1 closed"])
    feed.sweep(drawn.connection)
    assert room.messages == [("canvas:closed", {"canvas_id": str(drawn.canvas_id), "reason": "deleted"})]
    assert not room.is_open
