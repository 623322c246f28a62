"""Somebody who loses a canvas leaves its room at once, and nobody slips in while it is being taken away."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from backend.canvases import events, service
from backend.db import db
from backend.extensions import socketio
from backend.live.doors import CHANNEL, access_changed
from backend.live.rooms import announce, canvas_room, guests_of
from backend.live.state import live
from tests.clients import Program, new_program
from tests.live.rows import Rows


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    writer = Rows(database_url)
    yield writer
    writer.close()


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as found:
        yield found


@pytest.fixture
def owner(app: Flask) -> Program:
    return new_program(app)


@pytest.fixture
def canvas_id(owner: Program) -> uuid.UUID:
    return uuid.UUID(owner.post("/api/canvases", json={}).json["id"])  # type: ignore[index]


def page(app: Flask, who: Program) -> SocketIOTestClient:
    client = socketio.test_client(app, auth={"token": who.token})
    assert client.is_connected()
    return client


def join(client: SocketIOTestClient, canvas_id: uuid.UUID) -> dict[str, Any]:
    answer: Any = client.emit("canvas:join", {"canvas_id": str(canvas_id)}, callback=True)
    return dict(answer)


def give_away(rows: Rows, canvas_id: uuid.UUID) -> None:
    rows.connection.execute("UPDATE canvas SET owner_id = %s WHERE id = %s", [rows.user(), canvas_id])


@pytest.mark.parametrize("way", ["push", "sweep"])
def test_who_loses_a_canvas_leaves_its_room_and_is_told(
    way: str, app: Flask, owner: Program, canvas_id: uuid.UUID, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    client = page(app, owner)
    assert join(client, canvas_id)["ok"]
    doors = live(app).doors
    doors.sweep(connection)
    assert guests_of("canvas") != {}
    give_away(rows, canvas_id)
    client.get_received()
    if way == "push":
        doors.on_notify(connection, ["no such room", canvas_room(uuid.uuid4()), canvas_room(canvas_id)])
    else:
        doors.sweep(connection)
    assert guests_of("canvas") == {}
    told = [message["args"][0] for message in client.get_received() if message["name"] == "canvas:closed"]
    assert told == [{"canvas_id": str(canvas_id), "reason": "access"}]
    announce("canvas:elements", {"secret": True}, to=canvas_room(canvas_id))
    assert client.get_received() == []
    pointed: Any = client.emit("canvas:presence", {"canvas_id": str(canvas_id), "pointer": None}, callback=True)
    assert pointed["code"] == "forbidden"
    assert rows.connection.execute("SELECT count(*) FROM canvas_person").fetchone() == (0,)


def test_a_canvas_that_is_taken_away_during_the_join_is_not_entered(
    app: Flask, owner: Program, canvas_id: uuid.UUID, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look says yes; then it is given away, and every NOTIFY about it is heard before the join."""
    client, looks = page(app, owner), itertools.count()
    accessible = service.accessible_canvas

    def look(*arguments: Any, **options: Any) -> Any:
        found = accessible(*arguments, **options)
        if next(looks) == 0:
            give_away(rows, canvas_id)
        return found

    monkeypatch.setattr(events, "accessible_canvas", look)
    assert join(client, canvas_id)["code"] == "not_found"
    assert guests_of("canvas") == {}


def test_every_process_hears_of_it_once_it_is_committed(
    app: Flask, canvas_id: uuid.UUID, connection: psycopg.Connection[Any]
) -> None:
    connection.execute(f"LISTEN {CHANNEL}")
    with app.app_context():
        access_changed(db.session, canvas_room(canvas_id))
        assert list(connection.notifies(timeout=0)) == []
        db.session.commit()
    assert [heard.payload for heard in connection.notifies(timeout=10, stop_after=1)] == [canvas_room(canvas_id)]


def test_a_right_that_ends_while_somebody_connects_is_asked_for_again(app: Flask, owner: Program) -> None:
    """The database said yes; the withdrawal was heard before the socket was entered, so that no feed looks at it."""
    attendance, asked = live(app).attendance, []

    def who() -> Any:
        asked.append(1)
        if len(asked) == 1:
            attendance.changes += 1
            return object()
        return None

    assert attendance.enter("a socket", who, lambda: None) is None
    assert len(asked) == 2
    assert "a socket" not in attendance.present
