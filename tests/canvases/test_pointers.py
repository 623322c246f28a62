"""Pointers between processes: few and small notifications, the newest of each person, never one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import psycopg
import pytest

from backend.canvases.pointers import MAX_PAYLOAD, Pointers, payloads_of

Body = dict[str, Any]


def body(person: str, x: float = 0.0, selection: list[str] | None = None) -> Body:
    return {"canvas_id": "c", "id": person, "pointer": {"x": x, "y": 0}, "selection": selection or []}


class Wire:
    """Two processes and what passes between them. What runs in the background runs when ``run`` is called."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.shown: list[Body] = []
        self.background: list[Callable[[], None]] = []
        self.meanwhile: list[Body] = []  # movements of the first pause
        self.here = Pointers(self.shown.append, self.sent.append, self.background.append, self._sleep, "here")
        self.there = Pointers(self.shown.append, self.sent.append, self.background.append, self._sleep, "there")

    def _sleep(self, _seconds: float) -> None:
        moved, self.meanwhile = self.meanwhile, []
        for body in moved:
            self.here.relay(body)

    def run(self) -> None:
        """Let the one background task run to its end."""
        (work,) = self.background
        self.background.clear()
        work()


def bodies(payload: str) -> list[Body]:
    return list(orjson.loads(payload)["bodies"])


def test_many_movements_are_one_notification_with_the_newest() -> None:
    wire = Wire()
    wire.here.relay(body("ann", 0))
    wire.meanwhile = [moved for x in range(1, 50) for moved in (body("ann", x), body("bob", -x))]
    wire.run()
    assert [bodies(payload) for payload in wire.sent] == [[body("ann", 49), body("bob", -49)]]


def test_relaying_stops_when_nobody_moves_and_begins_again() -> None:
    wire = Wire()
    for x in (1, 2):
        wire.here.relay(body("ann", x))
        wire.run()
    assert [bodies(payload) for payload in wire.sent] == [[body("ann", 1)], [body("ann", 2)]]
    assert wire.background == []


def test_a_notification_that_fails_does_not_end_the_relaying() -> None:
    wire = Wire()

    def fail(_payload: str) -> None:
        raise psycopg.OperationalError("the database is away")

    failing = Pointers(wire.shown.append, fail, wire.background.append, lambda _: None, "here")
    for _ in range(2):
        failing.relay(body("ann"))
        wire.run()


def test_a_process_shows_what_others_sent_and_not_its_own(drawn_connection: psycopg.Connection[Any]) -> None:
    wire = Wire()
    payloads = payloads_of("here", [body("ann")])
    wire.here.on_notify(drawn_connection, payloads)
    assert wire.shown == []
    wire.there.on_notify(drawn_connection, payloads)
    assert wire.shown == [body("ann")]


def test_a_crowd_is_spread_over_payloads_that_postgres_takes(drawn_connection: psycopg.Connection[Any]) -> None:
    crowd = [body(f"person{n}", n, [f"element{m}" for m in range(n % 30)]) for n in range(200)]
    payloads = payloads_of("here", crowd)
    for payload in payloads:
        assert len(payload.encode()) <= MAX_PAYLOAD
        drawn_connection.execute("SELECT pg_notify('canvas_presence', %s)", [payload])
    assert [found for payload in payloads for found in bodies(payload)] == crowd


def test_a_selection_that_fits_into_no_payload_is_left_out() -> None:
    (payload,) = payloads_of("here", [body("ann", 5, ["x" * 64] * 200)])
    assert bodies(payload) == [body("ann", 5)]


@pytest.fixture
def drawn_connection(drawn: Any) -> psycopg.Connection[Any]:
    connection: psycopg.Connection[Any] = drawn.connection
    return connection
