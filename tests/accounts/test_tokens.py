"""API tokens: made, limited, used and removed."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.clients import Browser, Program, new_program


def test_a_token_works_until_it_is_removed_and_only_its_hash_is_kept(app: Flask, database_url: str) -> None:
    browser = Browser(app)
    user = browser.sign_up()
    made = browser.post("/api/tokens", json={"name": "Script"})
    assert made.status_code == 201
    assert made.json is not None
    secret = made.json["token"]
    assert secret.startswith("cc_")
    program = Program(app, secret)
    assert program.get("/api/auth/me").json["id"] == user["id"]  # type: ignore[index]
    assert program.post("/api/canvases", json={}).status_code == 201
    (listed,) = browser.get("/api/tokens").json["items"]  # type: ignore[index]
    assert "token" not in listed
    assert (listed["name"], listed["scopes"]) == ("Script", ["read", "write"])
    assert listed["last_used_at"] is not None
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT token_hash, to_jsonb(api_token)::text FROM api_token").fetchall()
    assert [stored for stored, _ in rows] == [hashlib.sha256(secret.encode()).hexdigest()]
    assert secret not in rows[0][1]
    assert browser.send("DELETE", f"/api/tokens/{listed['id']}").status_code == 204
    assert program.get("/api/auth/me").status_code == 401
    assert browser.send("DELETE", f"/api/tokens/{listed['id']}").status_code == 404


def test_a_reading_token_reads_and_nothing_else(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up()
    canvas = browser.post("/api/canvases", json={}).json["id"]  # type: ignore[index]
    token = browser.post("/api/tokens", json={"name": "Reader", "scopes": ["read"]}).json["token"]  # type: ignore[index]
    reader = Program(app, token)
    assert reader.get(f"/api/canvases/{canvas}").status_code == 200
    for method, path in [
        ("POST", "/api/canvases"),
        ("PATCH", f"/api/canvases/{canvas}"),
        ("DELETE", f"/api/canvases/{canvas}"),
        ("POST", f"/api/canvases/{canvas}/elements"),
        ("POST", "/api/tokens"),
        ("POST", "/api/auth/logout"),
    ]:
        answer = reader.send(method, path, json={"name": "x", "elements": []})
        assert (answer.status_code, answer.json["code"]) == (403, "scope"), path  # type: ignore[index]
    assert browser.get(f"/api/canvases/{canvas}").json["deleted_at"] is None  # type: ignore[index]


def test_who_may_write_may_read(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up()
    made = browser.post("/api/tokens", json={"name": "Writer", "scopes": ["write"]}).json
    assert made is not None
    assert made["scopes"] == ["read", "write"]
    assert Program(app, made["token"]).get("/api/canvases").status_code == 200


def test_a_token_expires(app: Flask, database_url: str) -> None:
    browser = Browser(app)
    browser.sign_up()
    made = browser.post("/api/tokens", json={"name": "Short", "expires_in_days": 1}).json
    assert made is not None
    assert made["expires_at"] > made["created_at"]
    program = Program(app, made["token"])
    assert program.get("/api/auth/me").status_code == 200
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE api_token SET expires_at = now()")
    assert program.get("/api/auth/me").status_code == 401


def test_a_wrong_token_is_refused_even_beside_a_good_cookie(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up()
    for header in ("Bearer nonsense", "Bearer ", "Basic YTpi", "cc_something", "Bearer ünïcödé"):
        answer = browser.get("/api/auth/me", headers={"Authorization": header.encode().decode("latin-1")})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.content_type == "application/problem+json"


def test_tokens_of_others_cannot_be_seen_or_removed(app: Flask) -> None:
    owner, stranger = new_program(app), new_program(app)
    (mine,) = owner.get("/api/tokens").json["items"]  # type: ignore[index]
    assert mine["id"] not in str(stranger.get("/api/tokens").json)
    assert stranger.send("DELETE", f"/api/tokens/{mine['id']}").status_code == 404
    assert stranger.send("DELETE", f"/api/tokens/{uuid.uuid4()}").status_code == 404
    assert owner.get("/api/auth/me").status_code == 200


def test_a_wrong_field_of_a_token_is_named(app: Flask) -> None:
    program = new_program(app)
    wrong: list[tuple[str, Any]] = [
        ("name", ""),
        ("name", None),
        ("scopes", []),
        ("scopes", ["admin"]),
        ("scopes", "read"),
        ("expires_in_days", 0),
        ("expires_in_days", 10**9),
        ("expires_in_days", 10**30),
        ("expires_in_days", "soon"),
    ]
    for field, value in wrong:
        answer = program.post("/api/tokens", json={"name": "x", "scopes": ["read"], field: value})
        assert answer.status_code == 422, (field, value)
        assert list(answer.json["errors"]) == [field]  # type: ignore[index]


def test_there_is_an_end_to_the_number_of_tokens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.accounts.service.MAX_TOKENS", 2)
    program = new_program(app)
    assert program.post("/api/tokens", json={"name": "second"}).status_code == 201
    assert program.post("/api/tokens", json={"name": "third"}).status_code == 409
