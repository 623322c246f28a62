"""The feed of notices by itself: what it emits, to whom, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from backend.extensions import socketio
from backend.notifications.feed import NoticeFeed
from tests.notifications.conftest import NewPerson, Person

Connection = psycopg.Connection[Any]
Connect = Callable[[Person], SocketIOTestClient]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as found:
        yield found


@pytest.fixture
def feed() -> NoticeFeed:
    return NoticeFeed(socketio.emit)


@pytest.fixture
def connect(app: Flask) -> Iterator[Connect]:
    clients: list[SocketIOTestClient] = []

    def make(person: Person) -> SocketIOTestClient:
        clients.append(socketio.test_client(app, auth={"token": person.token}))
        return clients[-1]

    yield make
    for client in clients:
        client.disconnect()


def tell(connection: Connection, person: Person, title: str, *, age: float = 0) -> None:
    """A notice, as the trigger writes it."""
    connection.execute(
        "INSERT INTO notice (user_id, cause, kind, title, created_at) "
        "VALUES (%s, gen_random_uuid()::text, 'job_completed', %s, clock_timestamp() - %s * interval '1 second')",
        [person.me["id"], title, age],
    )


def titles(client: SocketIOTestClient) -> list[str]:
    return [message["args"][0]["title"] for message in client.get_received() if message["name"] == "notice"]


def changes(client: SocketIOTestClient) -> int:
    return sum(message["name"] == "notice:changed" for message in client.get_received())


def heard(feed: NoticeFeed, connection: Connection, person: Person) -> None:
    feed.on_notify(connection, [person.me["id"]])


def swept(feed: NoticeFeed, connection: Connection, _person: Person) -> None:
    feed.sweep(connection)


WAYS = pytest.mark.parametrize("look", [heard, swept])


@WAYS
def test_each_way_brings_a_notice_once_and_to_nobody_else(
    look: Callable[..., None],
    feed: NoticeFeed,
    connection: Connection,
    connect: Connect,
    ada: Person,
    new_person: NewPerson,
) -> None:
    one, other, stranger = connect(ada), connect(ada), connect(new_person())
    feed.sweep(connection)
    tell(connection, ada, "first")
    tell(connection, ada, "second")
    look(feed, connection, ada)
    look(feed, connection, ada)
    assert titles(one) == titles(other) == ["first", "second"]
    assert titles(stranger) == []


def test_both_ways_together_bring_it_once(
    feed: NoticeFeed, connection: Connection, connect: Connect, ada: Person
) -> None:
    client = connect(ada)
    feed.sweep(connection)
    tell(connection, ada, "once")
    heard(feed, connection, ada)
    feed.sweep(connection)
    assert titles(client) == ["once"]


def test_what_is_committed_late_is_not_lost(
    feed: NoticeFeed, connection: Connection, connect: Connect, ada: Person
) -> None:
    """A notice is stamped when it is written, and seen when its transaction commits: perhaps after a look that came between."""
    client = connect(ada)
    feed.sweep(connection)
    written = connection.execute("SELECT clock_timestamp()").fetchone()
    assert written is not None
    feed.sweep(connection)
    tell(connection, ada, "late")
    connection.execute("UPDATE notice SET created_at = %s", written)
    feed.sweep(connection)
    feed.sweep(connection)
    assert titles(client) == ["late"]


def test_who_comes_later_is_not_told_the_history(
    feed: NoticeFeed, connection: Connection, connect: Connect, ada: Person
) -> None:
    feed.sweep(connection)
    tell(connection, ada, "long before", age=30)
    client = connect(ada)
    feed.sweep(connection)
    assert titles(client) == []
    tell(connection, ada, "news")
    feed.sweep(connection)
    assert titles(client) == ["news"]


@WAYS
def test_other_pages_learn_what_was_read_and_that_settings_changed(
    look: Callable[..., None], feed: NoticeFeed, connection: Connection, connect: Connect, ada: Person
) -> None:
    client = connect(ada)
    feed.sweep(connection)
    tell(connection, ada, "news")
    assert ada.read(all=True) == 0
    look(feed, connection, ada)
    assert changes(client) == 1
    look(feed, connection, ada)
    assert changes(client) == 0
    before = ada.get("/api/notices/settings").json
    assert ada.send("PUT", "/api/notices/settings", json=before).status_code == 200
    look(feed, connection, ada)
    assert changes(client) == 1


def test_reading_what_was_read_already_is_no_change(
    feed: NoticeFeed, connection: Connection, connect: Connect, ada: Person
) -> None:
    client = connect(ada)
    feed.sweep(connection)
    assert ada.read(all=True) == 0
    feed.sweep(connection)
    assert changes(client) == 0
