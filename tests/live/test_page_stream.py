"""The feed of a page to which no WebSocket gets through."""

from __future__ import annotations

from functools import partial

import pytest
import requests

from tests.acceptance.installation import Person, eventually
from tests.live.conftest import WAYS, WebProcess, at, new_person
from tests.live.rows import Rows
from tests.live.stream import PageStream

Webs = dict[str, WebProcess]


def shut_out(person: Person, rows: Rows) -> None:
    """The account is suspended, and every process told."""
    rows.connection.execute("UPDATE app_user SET suspended_at = now() WHERE id = %s", [person.user_id])
    rows.connection.execute("SELECT pg_notify('credential_withdrawn', '')")


@pytest.mark.parametrize("way", WAYS)
def test_every_event_of_the_own_jobs_arrives_once_and_in_order(
    way: str, webs: Webs, person: Person, rows: Rows
) -> None:
    rows.life(rows.job(person.user_id), steps=1)  # before it came: it asks for that
    stream = PageStream(at(person, webs[way]))
    assert [name for name, _ in stream.heard] == ["ready"]
    assert stream.heard[0][1]["version"] == person.get("/api/session").json()["version"]
    job_id, foreign = rows.job(person.user_id), rows.job(rows.user())
    rows.life(job_id, steps=20)
    rows.life(foreign, steps=1)
    eventually(lambda: (23, "completed") in stream.of(job_id), "the job ends")
    assert stream.of(job_id) == rows.stored(job_id)
    assert stream.of(foreign) == []
    assert {body["job_id"] for name, body in stream.heard if name != "ready"} == {str(job_id)}
    shut_out(person, rows)
    eventually(stream.ended.is_set, "the stream ends")


@pytest.mark.parametrize("way", WAYS)
def test_it_ends_with_the_right_to_read_it(way: str, webs: Webs, rows: Rows) -> None:
    person = new_person(webs["both"])
    streams = [PageStream(at(person, webs[way]))]
    (token,) = person.get("/api/tokens").json()["items"]
    assert person.delete(f"/api/tokens/{token['id']}").status_code == 204
    eventually(lambda: all(stream.ended.is_set() for stream in streams), "the stream ends")
    rows.job(person.user_id)
    assert [name for name, _ in streams[0].heard] == ["ready"]


def test_staff_hears_of_everybody_until_it_is_staff_no_more(webs: Webs, person: Person, rows: Rows) -> None:
    boss = new_person(webs["both"])
    rows.connection.execute("UPDATE app_user SET role = 'staff_readonly' WHERE id = %s", [boss.user_id])
    stream = PageStream(boss)
    job_id = rows.job(person.user_id)
    eventually(lambda: stream.of(job_id), "a foreign job")
    rows.connection.execute("UPDATE app_user SET role = 'user' WHERE id = %s", [boss.user_id])
    rows.connection.execute("SELECT pg_notify('credential_withdrawn', '')")
    eventually(stream.ended.is_set, "the stream ends")


def test_streams_hold_no_connection_to_the_database(webs: Webs, person: Person, rows: Rows) -> None:
    streams = [PageStream(person) for _ in range(40)]
    assert person.get("/api/auth/me").status_code == 200
    job_id = rows.job(person.user_id)
    for stream in streams:
        eventually(partial(stream.of, job_id), "the event")
    shut_out(person, rows)
    for stream in streams:
        eventually(stream.ended.is_set, "the stream ends")


def test_nobody_in_particular_hears_nothing(webs: Webs) -> None:
    assert requests.get(f"{webs['both'].base_url}/api/events", timeout=30).status_code == 401
