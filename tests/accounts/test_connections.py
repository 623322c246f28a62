"""Sockets end with the credentials that they were opened with, on every web process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from backend.accounts.connections import Connections
from backend.extensions import socketio
from backend.live import sockets
from backend.live.state import live
from tests.clients import PASSWORD, Browser, Program, new_program


@pytest.fixture
def dropped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sockets that were dropped."""
    found: list[str] = []
    monkeypatch.setattr(sockets, "drop_transport", found.append)
    return found


@pytest.fixture
def sweep(app: Flask, database_url: str) -> Iterator[Callable[[], None]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield lambda: Connections(live(app).attendance).sweep(connection)


def connect(app: Flask, who: Browser | Program) -> SocketIOTestClient:
    options: dict[str, Any] = (
        {"auth": {"token": who.token}} if isinstance(who, Program) else {"flask_test_client": who.http}
    )
    client = socketio.test_client(app, **options)
    assert client.is_connected()
    return client


def test_signing_out_ends_the_sockets_of_that_session_alone(
    app: Flask, dropped: list[str], sweep: Callable[[], None]
) -> None:
    browser, other = Browser(app), Browser(app)
    browser.sign_up("person@example.com")
    other.post("/api/auth/login", json={"email": "person@example.com", "password": PASSWORD})
    clients = [connect(app, browser), connect(app, other)]
    sweep()
    assert dropped == []
    browser.post("/api/auth/logout")
    sweep()
    assert len(dropped) == 1
    for client in clients:
        client.disconnect()


def test_a_removed_or_expired_token_ends_its_sockets(
    app: Flask, dropped: list[str], sweep: Callable[[], None], database_url: str
) -> None:
    removed, expired = new_program(app), new_program(app)
    clients = [connect(app, removed), connect(app, expired)]
    (token,) = removed.get("/api/tokens").json["items"]  # type: ignore[index]
    removed.send("DELETE", f"/api/tokens/{token['id']}")
    sweep()
    assert len(dropped) == 1
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE api_token SET expires_at = now()")
    sweep()
    assert len(dropped) == 2
    for client in clients:
        client.disconnect()


@pytest.mark.parametrize(
    "change", ["suspended_at = now()", "session_version = session_version + 1", "role = 'staff_readonly'"]
)
def test_suspending_another_role_and_signing_out_everywhere_end_sockets(
    app: Flask, dropped: list[str], sweep: Callable[[], None], database_url: str, change: str
) -> None:
    browser = Browser(app)
    browser.sign_up()
    client = connect(app, browser)
    with psycopg.connect(database_url) as connection:
        connection.execute(f"UPDATE app_user SET {change}")
    sweep()
    assert len(dropped) == 1
    client.disconnect()
    sweep()
    assert len(dropped) == 1


def test_a_guests_old_cookie_does_not_open_the_account(app: Flask) -> None:
    browser, thief = Browser(app), app.test_client()
    browser.enter_as_guest()
    (cookie,) = browser.http._cookies.values()  # type: ignore[union-attr]
    thief.set_cookie(cookie.key, cookie.value)
    assert thief.get("/api/auth/me").status_code == 200
    browser.sign_up()
    assert thief.get("/api/auth/me").status_code == 401
    assert browser.get("/api/auth/me").status_code == 200
