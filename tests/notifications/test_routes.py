"""The list of notices, what was read of it, and the settings."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.notifications.retention import forget_notices
from tests.clients import Browser
from tests.notifications.conftest import NewPerson, Person, wanting

TELL = """
INSERT INTO notice (user_id, cause, kind, title, created_at)
SELECT %s, 'test:' || number, 'job_completed', 'Notice ' || number, now() - number * interval '1 minute'
FROM generate_series(1, %s) AS number
"""
DEFAULTS = {
    "events": {"job_completed": True, "job_failed": True, "job_cancelled": True},
    "ways": {"toast": True, "browser": True, "sound": False},
    "quiet_hours": None,
}


@pytest.fixture
def seven(ada: Person, database_url: str) -> Person:
    """Somebody with seven notices; number 1 is the newest."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(TELL, [ada.me["id"], 7])
    return ada


def test_pages_are_complete_and_in_order(seven: Person) -> None:
    titles, cursor = [], None
    while True:
        page = seven.page("?limit=3" + (f"&cursor={cursor}" if cursor else ""))
        titles += [notice["title"] for notice in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert titles == [f"Notice {number}" for number in range(1, 8)]


def test_what_was_read_by_id_is_read_and_the_rest_is_not(seven: Person) -> None:
    ids = [notice["id"] for notice in seven.page()["items"]]
    assert seven.read(ids=ids[:2]) == 5
    assert seven.read(ids=ids[:3]) == 4
    assert [notice["id"] for notice in seven.page("?unread=true")["items"]] == ids[3:]
    assert [notice["read_at"] is None for notice in seven.page()["items"]] == [False] * 3 + [True] * 4


def test_all_means_all_that_was_seen(seven: Person) -> None:
    third = seven.page()["items"][2]
    assert seven.read(all=True, until=third["created_at"]) == 2
    assert seven.read(all=True) == 0
    assert seven.page("?unread=1")["items"] == []


def test_nobody_reads_for_somebody_else(seven: Person, new_person: NewPerson) -> None:
    stranger = new_person()
    assert stranger.page()["items"] == []
    ids = [notice["id"] for notice in seven.page()["items"]]
    assert stranger.read(ids=ids) == 0
    assert stranger.read(all=True) == 0
    assert seven.page()["unread"] == 7


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": ["x"]},
        {"ids": [str(uuid.uuid4())], "all": True},
        {"all": False},
        {"all": True, "until": "yesterday"},
        {"ids": [str(uuid.uuid4())], "until": "2026-01-01T00:00:00Z"},
        {"ids": [str(uuid.uuid4())] * 201},
        {"everything": True},
        [],
        None,
    ],
)
def test_what_was_read_must_be_said(ada: Person, body: Any) -> None:
    answer = ada.post("/api/notices/read", json=body)
    assert 400 <= answer.status_code < 500 and answer.content_type == "application/problem+json", answer.text


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?limit=x", "?cursor=nonsense", "?unread=perhaps"])
def test_a_wrong_question_is_refused(ada: Person, query: str) -> None:
    assert ada.get(f"/api/notices{query}").status_code == 422


def test_settings_begin_with_the_defaults_and_follow_the_person(app: Flask, ada: Person) -> None:
    assert ada.get("/api/notices/settings").json == DEFAULTS
    wanted = {
        "events": {"job_completed": False, "job_failed": True, "job_cancelled": False},
        "ways": {"toast": True, "browser": False, "sound": True},
        "quiet_hours": {"start": "22:00", "end": "07:30"},
    }
    assert ada.send("PUT", "/api/notices/settings", json=wanted).json == wanted
    elsewhere = Browser(app)
    signed_in = elsewhere.post("/api/auth/login", json={"email": ada.me["email"], "password": "correct horse battery"})
    assert signed_in.status_code == 200
    assert elsewhere.get("/api/notices/settings").json == wanted


@pytest.mark.parametrize(
    "change",
    [
        {"events": {"job_completed": True}},
        {"events": {**DEFAULTS["events"], "weather": True}},  # type: ignore[dict-item]
        {"events": {**DEFAULTS["events"], "job_failed": "sometimes"}},  # type: ignore[dict-item]
        {"ways": {"toast": True, "browser": True}},
        {"ways": {**DEFAULTS["ways"], "pigeon": True}},  # type: ignore[dict-item]
        {"ways": None},
        {"quiet_hours": {"start": "22:00"}},
        {"quiet_hours": {"start": "22:00", "end": "22:00"}},
        {"quiet_hours": {"start": "25:00", "end": "07:00"}},
        {"quiet_hours": {"start": 22, "end": 7}},
        {"quiet_hours": "always"},
        {"volume": 11},
    ],
)
def test_settings_that_make_no_sense_are_refused_and_change_nothing(ada: Person, change: dict[str, Any]) -> None:
    answer = ada.send("PUT", "/api/notices/settings", json={**DEFAULTS, **change})
    assert answer.status_code == 422, answer.text
    assert answer.json["errors"]  # type: ignore[index]
    assert ada.get("/api/notices/settings").json == DEFAULTS


def test_what_is_not_wanted_is_not_written(ada: Person) -> None:
    with wanting(ada, events={**DEFAULTS["events"], "job_completed": False}):  # type: ignore[dict-item]
        ada.draw("A -> B")
        ada.run()
        assert ada.told() == []
    ada.draw("C -> D")
    ada.run()
    assert len(ada.told()) == 1


def test_old_notices_are_forgotten_in_batches(app: Flask, seven: Person, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection, app.app_context():
        assert forget_notices(connection, 100) == 0
        connection.execute("UPDATE notice SET created_at = created_at - interval '31 days' WHERE title > 'Notice 2'")
        assert [forget_notices(connection, 3) for _ in range(3)] == [3, 2, 0]
    assert [notice["title"] for notice in seven.page()["items"]] == ["Notice 1", "Notice 2"]
