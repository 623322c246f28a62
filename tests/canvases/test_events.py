"""Messages of people who have a canvas open, in one process."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from backend.extensions import socketio
from tests.canvases.shapes import rectangle
from tests.clients import Program, new_program

Connect = Callable[[Program], SocketIOTestClient]


@pytest.fixture
def connect(app: Flask) -> Iterator[Connect]:
    """Connects a program's socket."""
    clients: list[SocketIOTestClient] = []

    def make(program: Program) -> SocketIOTestClient:
        clients.append(socketio.test_client(app, auth={"token": program.token}))
        assert clients[-1].is_connected()
        return clients[-1]

    yield make
    for client in clients:
        if client.is_connected():
            client.disconnect()


@pytest.fixture
def owner(app: Flask) -> Program:
    return new_program(app)


@pytest.fixture
def canvas_id(owner: Program) -> str:
    return str(owner.post("/api/canvases", json={"name": "Ours"}).json["id"])  # type: ignore[index]


def send(client: SocketIOTestClient, event: str, payload: Any) -> dict[str, Any]:
    answer = client.emit(event, payload, callback=True)
    assert isinstance(answer, dict)
    return answer


def of(client: SocketIOTestClient, event: str) -> list[dict[str, Any]]:
    return [found["args"][0] for found in client.get_received() if found["name"] == event]


def test_joining_gives_the_whole_canvas_and_who_is_there(connect: Connect, owner: Program, canvas_id: str) -> None:
    element = rectangle("a")
    owner.post(f"/api/canvases/{canvas_id}/elements", json={"elements": [element]})
    answer = send(connect(owner), "canvas:join", {"canvas_id": canvas_id})
    assert (answer["ok"], answer["elements"], answer["version"], answer["name"]) == (True, [element], 1, "Ours")
    (person,) = answer["people"]
    assert (person["name"], person["is_guest"]) == ("Program", False)
    second = send(connect(owner), "canvas:join", {"canvas_id": canvas_id})
    assert second["people"][0] == person
    assert len(second["people"]) == 2
    assert len({found["color"] for found in second["people"]}) == 1  # the same person twice


def test_an_update_is_acknowledged_once_it_is_stored(connect: Connect, owner: Program, canvas_id: str) -> None:
    client = connect(owner)
    element = rectangle("a", version=4)
    assert send(client, "canvas:update", {"canvas_id": canvas_id, "elements": [element]}) == {
        "ok": True,
        "version": 1,
        "stale": [],
    }
    assert owner.get(f"/api/canvases/{canvas_id}/elements").json["elements"] == [element]  # type: ignore[index]
    outdated = {**element, "version": 3}
    answer = send(client, "canvas:update", {"canvas_id": canvas_id, "elements": [outdated]})
    assert answer == {"ok": True, "version": 1, "stale": [element]}


def test_a_refused_update_names_the_element(connect: Connect, owner: Program, canvas_id: str) -> None:
    elements = [rectangle("good"), rectangle("bad", link="javascript:x")]
    answer = send(connect(owner), "canvas:update", {"canvas_id": canvas_id, "elements": elements})
    assert (answer["ok"], answer["code"], list(answer["errors"]["elements"])) == (False, "invalid", ["bad"])
    assert owner.get(f"/api/canvases/{canvas_id}/elements").json["elements"] == []  # type: ignore[index]


def test_a_reading_token_sees_a_canvas_and_changes_nothing(
    connect: Connect, app: Flask, owner: Program, canvas_id: str
) -> None:
    token = owner.post("/api/tokens", json={"name": "r", "scopes": ["read"]}).json["token"]  # type: ignore[index]
    reader = connect(Program(app, token))
    assert send(reader, "canvas:join", {"canvas_id": canvas_id})["ok"] is True
    answer = send(reader, "canvas:update", {"canvas_id": canvas_id, "elements": [rectangle("a")]})
    assert (answer["ok"], answer["code"]) == (False, "scope")
    assert owner.get(f"/api/canvases/{canvas_id}/elements").json["elements"] == []  # type: ignore[index]


def test_pointers_reach_the_others_and_not_oneself(connect: Connect, owner: Program, canvas_id: str) -> None:
    one, other = connect(owner), connect(owner)
    for client in (one, other):
        send(client, "canvas:join", {"canvas_id": canvas_id})
    one.get_received()
    other.get_received()
    payload = {"canvas_id": canvas_id, "pointer": {"x": 1.5, "y": -2}, "selection": ["a"]}
    assert send(one, "canvas:presence", payload) == {"ok": True}
    (seen,) = of(other, "canvas:presence")
    assert seen["pointer"] == {"x": 1.5, "y": -2, "tool": "pointer", "button": "up"}
    assert (seen["selection"], seen["name"], seen["canvas_id"]) == (["a"], "Program", canvas_id)
    assert of(one, "canvas:presence") == []
    send(one, "canvas:leave", {"canvas_id": canvas_id})
    answer = send(one, "canvas:presence", payload)
    assert (answer["ok"], answer["code"]) == (False, "forbidden")
    assert of(other, "canvas:presence") == []


SENSELESS_POINTERS: list[dict[str, Any]] = [
    {"pointer": 5},
    {"pointer": {"x": 1}},
    {"pointer": {"x": "1", "y": 2}},
    {"pointer": {"x": 1e300, "y": 2}},
    {"pointer": {"x": float("nan"), "y": 2}},
    {"pointer": {"x": 1, "y": 2, "tool": "gun"}},
    {"selection": "all"},
    {"selection": [5]},
    {"selection": ["x" * 65]},
    {"selection": ["a"] * 201},
    {"canvas_id": None},
    {"canvas_id": "x"},
]


def test_a_senseless_pointer_is_shown_to_nobody(connect: Connect, owner: Program, canvas_id: str) -> None:
    one, other = connect(owner), connect(owner)
    for client in (one, other):
        send(client, "canvas:join", {"canvas_id": canvas_id})
    for change in SENSELESS_POINTERS:
        payload = {"canvas_id": canvas_id, "pointer": {"x": 1, "y": 2}, "selection": [], **change}
        answer = send(one, "canvas:presence", payload)
        assert answer["ok"] is False, change
        assert answer["error"]
    assert of(other, "canvas:presence") == []


SENSELESS_MESSAGES: list[Any] = [
    None,
    "x",
    5,
    [],
    {},
    {"canvas_id": 5},
    {"canvas_id": "a\x00b"},
    {"canvas_id": "\ud800"},
]


def test_a_senseless_message_is_answered_with_a_sentence(connect: Connect, owner: Program) -> None:
    client = connect(owner)
    for event in ("canvas:join", "canvas:leave", "canvas:update", "canvas:presence"):
        for payload in SENSELESS_MESSAGES:
            answer = send(client, event, payload)
            assert (answer["ok"], answer["code"]) == (False, "bad_request"), (event, payload)
            assert answer["error"]


def test_a_strangers_canvas_looks_like_none(connect: Connect, app: Flask, owner: Program, canvas_id: str) -> None:
    client = connect(new_program(app))
    rest = {"elements": [rectangle("a")], "pointer": None, "selection": []}
    for event in ("canvas:join", "canvas:update", "canvas:presence"):
        foreign = send(client, event, {"canvas_id": canvas_id, **rest})
        unknown = send(client, event, {"canvas_id": str(uuid.uuid4()), **rest})
        assert foreign == unknown, event
        assert foreign["ok"] is False
    assert owner.get(f"/api/canvases/{canvas_id}/elements").json["elements"] == []  # type: ignore[index]
