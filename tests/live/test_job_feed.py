"""The feed of jobs by itself: what it emits, to whom, and what it leaves out."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from backend.extensions import socketio
from backend.live import job_feed
from backend.live.feeds import Registered
from backend.live.state import live
from tests.clients import new_program
from tests.live.rows import Rows


class Page:
    """A connected socket of a new person."""

    def __init__(self, app: Flask) -> None:
        program = new_program(app)
        self.user_id = uuid.UUID(program.get("/api/auth/me").json["id"])  # type: ignore[index]
        self._app, self._token = app, program.token
        self.socket = self._connect()

    def again(self) -> SocketIOTestClient:
        """Another page of the same person."""
        return self._connect()

    def _connect(self) -> SocketIOTestClient:
        client = socketio.test_client(self._app, auth={"token": self._token})
        assert client.is_connected()
        return client


def received(client: SocketIOTestClient) -> list[tuple[str, int]]:
    """(event, seq) of everything that has arrived since the last look."""
    received = [message for message in client.get_received() if message["name"] != "hello"]
    return [(message["name"], message["args"][0]["seq"]) for message in received]


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    writer = Rows(database_url)
    yield writer
    writer.close()


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The listener's connection."""
    with psycopg.connect(database_url, autocommit=True) as found:
        yield found


@pytest.fixture
def feed(app: Flask) -> job_feed.JobFeed:
    return live(app).jobs


@pytest.fixture
def page(app: Flask) -> Page:
    return Page(app)


def test_a_hint_for_the_last_event_brings_all_before_it(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    job_id = rows.job(page.user_id)
    rows.event(job_id, "processing")
    rows.event(job_id, "progress")
    feed.on_notify(connection, [f"{job_id}:3"])
    assert received(page.socket) == [("job:queued", 1), ("job:processing", 2), ("job:progress", 3)]
    feed.on_notify(connection, [f"{job_id}:3", f"{job_id}:2"])
    feed.sweep(connection)
    assert received(page.socket) == []


def test_an_order_to_look_at_everything_is_obeyed(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    jobs = [rows.job(page.user_id) for _ in range(3)]
    feed.on_notify(connection, ["*"])
    assert len(received(page.socket)) == 3
    rows.event(jobs[0], "processing")
    feed.on_notify(connection, [f"{jobs[1]}:1", "*"])
    assert received(page.socket) == [("job:processing", 2)]


def test_an_old_job_that_moves_is_found_by_the_sweep(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    """Queued long before anybody came; its id is far outside the time that a sweep looks back."""
    old = uuid.UUID("01000000-0000-7000-8000-000000000001")
    job_id = rows.job(page.user_id)
    for table, column in (("ai_job_event", "job_id"), ("ai_job", "id")):
        rows.connection.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", [old, job_id])
    feed.sweep(connection)
    assert received(page.socket) == []
    rows.event(old, "processing", hint=False)
    feed.sweep(connection)
    assert received(page.socket) == [("job:queued", 1), ("job:processing", 2)]


def test_what_was_before_a_page_came_is_history_and_not_news(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    page.socket.disconnect()
    done, running = rows.job(page.user_id), rows.job(page.user_id)
    rows.life(done, steps=2)
    rows.event(running, "processing")
    late = page.again()
    feed.sweep(connection)
    assert received(late) == []
    rows.event(running, "progress")
    feed.sweep(connection)
    assert received(late) == [("job:progress", 3)]


def test_a_page_that_comes_takes_nothing_from_those_who_are_here(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    """The job was committed, its hint not heard yet, when the second page connected."""
    job_id = rows.job(page.user_id)
    second = page.again()
    feed.on_notify(connection, [f"{job_id}:1"])
    assert received(page.socket) == [("job:queued", 1)]
    assert received(second) in ([], [("job:queued", 1)])


def test_jobs_that_nobody_here_may_see_cost_no_emission(
    page: Page, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    emitted: list[Any] = []
    feed = job_feed.JobFeed(lambda *arguments, **options: emitted.append((arguments, options)))
    job_id = rows.job(rows.user())
    feed.on_notify(connection, [f"{job_id}:1"])
    feed.on_notify(connection, ["*"])
    feed.sweep(connection)
    assert emitted == []


def test_the_union_of_rooms_gets_one_emission(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    canvas_id = rows.canvas(page.user_id)
    rows.connection.execute("UPDATE app_user SET role = 'staff' WHERE id = %s", [page.user_id])
    client = page.again()
    joined: Any = client.emit("canvas:join", {"canvas_id": str(canvas_id)}, callback=True)
    assert joined["ok"]
    job_id = rows.job(page.user_id, canvas_id)
    watched: Any = client.emit("job:watch", {"job_id": str(job_id), "after": 1}, callback=True)
    assert watched["ok"]
    client.get_received()
    rows.event(job_id, "processing")
    feed.on_notify(connection, [f"{job_id}:2"])
    assert [seen for seen in received(client) if seen[1] == 2] == [("job:processing", 2)]


def test_listener_and_sweep_at_once_keep_the_order(page: Page, app: Flask, rows: Rows, database_url: str) -> None:
    emitted: list[int] = []
    feed = job_feed.JobFeed(lambda _name, body, **_rooms: emitted.append(body["seq"]))
    registered = Registered(feed)
    job_id = rows.job(page.user_id)
    finished = threading.Event()

    def hear() -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            while not finished.is_set():
                registered.on_notify(own, [f"{job_id}:1000"])

    def sweep() -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            while not finished.is_set():
                registered.sweep(own)

    threads = [threading.Thread(target=work) for work in (hear, hear, sweep, sweep)]
    for thread in threads:
        thread.start()
    rows.life(job_id, steps=200)
    finished.set()
    for thread in threads:
        thread.join()
    with psycopg.connect(database_url, autocommit=True) as own:
        registered.sweep(own)
    assert emitted == list(range(1, 204))


def test_more_events_than_fit_a_page_are_all_read(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.live import replay

    monkeypatch.setattr(replay, "PAGE", 3)
    monkeypatch.setattr(job_feed, "PAGE", 3)
    jobs = [rows.job(page.user_id) for _ in range(7)]
    for job_id in jobs:
        rows.life(job_id, steps=3)
    feed.sweep(connection)
    assert sorted(seq for _, seq in received(page.socket)) == sorted(list(range(1, 7)) * 7)


def test_finished_jobs_and_those_of_people_who_left_are_forgotten(
    page: Page, feed: job_feed.JobFeed, rows: Rows, connection: psycopg.Connection[Any]
) -> None:
    rows.job(page.user_id)
    feed.sweep(connection)
    assert len(feed.followed()) == 1
    page.socket.disconnect()
    feed.sweep(connection)
    assert feed.followed() == set()
