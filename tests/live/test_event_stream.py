"""A job's events over plain HTTP: as a list, and as Server-Sent Events."""

from __future__ import annotations

import threading
import uuid

import pytest
import requests

from tests.acceptance.installation import Person
from tests.live.conftest import WAYS, WebProcess, at, new_person
from tests.live.rows import Rows
from tests.live.stream import Stream


@pytest.mark.parametrize("way", WAYS)
def test_a_stream_tells_what_was_and_what_comes_and_ends_with_the_job(
    way: str, webs: dict[str, WebProcess], person: Person, rows: Rows
) -> None:
    job_id = rows.job(person.user_id)
    stream = Stream(at(person, webs[way]), job_id).read(1)
    writer = threading.Thread(target=rows.life, args=(job_id, 10))
    writer.start()
    stream.read()
    writer.join()
    assert [(event["seq"], event["type"]) for event in stream.events] == rows.stored(job_id)
    assert stream.ids == [event["seq"] for event in stream.events]
    assert stream.names == [f"job:{event['type']}" for event in stream.events]
    assert stream.events[0]["job_id"] == str(job_id)
    assert stream.response.headers["Content-Type"].startswith("text/event-stream")


def test_who_lost_the_stream_goes_on_after_the_last_event(
    webs: dict[str, WebProcess], person: Person, rows: Rows
) -> None:
    job_id = rows.job(person.user_id)
    rows.life(job_id, steps=4)
    assert Stream(person, job_id, last=3).read().ids == [4, 5, 6, 7]
    assert Stream(person, job_id, last=7).response.status_code == 204  # an EventSource does not come back


def test_a_stream_says_what_retention_has_cut(webs: dict[str, WebProcess], person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    rows.life(job_id, steps=2)
    rows.connection.execute("DELETE FROM ai_job_event WHERE job_id = %s AND seq < 4", [job_id])
    stream = Stream(person, job_id).read()
    assert stream.names[0] == "job:gap"
    assert stream.events[0] == {"job_id": str(job_id), "from": 1, "to": 3}
    assert stream.ids == [3, 4, 5]


def test_a_stream_does_not_keep_a_database_connection(webs: dict[str, WebProcess], person: Person, rows: Rows) -> None:
    """The pool has thirty; forty streams leave it free for others."""
    job_id = rows.job(person.user_id)
    streams = [Stream(person, job_id).read(1) for _ in range(40)]
    assert person.get("/api/auth/me").status_code == 200
    rows.event(job_id, "cancelled")
    for stream in streams:
        assert stream.read().ids == [1, 2]


def test_events_are_listed_page_by_page(webs: dict[str, WebProcess], person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    rows.life(job_id, steps=4)
    first = person.get(f"/api/jobs/{job_id}/events?limit=3").json()
    assert [event["seq"] for event in first["events"]] == [1, 2, 3]
    assert first["last_seq"] == 7
    rest = person.get(f"/api/jobs/{job_id}/events?after=3").json()
    assert [event["seq"] for event in rest["events"]] == [4, 5, 6, 7]
    assert set(rest["events"][0]) == {"seq", "type", "status", "progress", "message", "data", "at"}
    assert "gap" not in rest


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_foreign_job_looks_like_none(accept: str, webs: dict[str, WebProcess], person: Person, rows: Rows) -> None:
    stranger = new_person(webs["both"])
    job_id = rows.job(person.user_id)
    bodies = []
    for asked in (job_id, uuid.uuid4()):
        answer = stranger.get(f"/api/jobs/{asked}/events", headers={"Accept": accept})
        assert answer.status_code == 404
        bodies.append(answer.json())
    assert bodies[0] == bodies[1]
    assert requests.get(f"{person.base_url}/api/jobs/{job_id}/events", timeout=30).status_code == 401


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**40}", "limit=0", "limit=100000"])
def test_wrong_numbers_are_refused(query: str, webs: dict[str, WebProcess], person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    assert person.get(f"/api/jobs/{job_id}/events?{query}").status_code == 422


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 12])
def test_a_wrong_last_event_id_is_refused(last: str, webs: dict[str, WebProcess], person: Person, rows: Rows) -> None:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
    assert person.get(f"/api/jobs/{rows.job(person.user_id)}/events", headers=headers).status_code == 400


def test_a_stream_ends_when_its_job_is_deleted(webs: dict[str, WebProcess], person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    stream = Stream(person, job_id).read(1)
    rows.connection.execute("DELETE FROM ai_job_event WHERE job_id = %s", [job_id])
    rows.connection.execute("DELETE FROM ai_job WHERE id = %s", [job_id])
    assert stream.read().ids == [1]
