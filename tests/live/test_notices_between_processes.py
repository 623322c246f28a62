"""Notices over the network: a job ends in one process, and the pages of its owner at every web process are told."""

from __future__ import annotations

import uuid

import pytest

from tests.acceptance.installation import LiveClient, Person
from tests.live.conftest import WAYS, WebProcess, at, new_person
from tests.live.rows import Rows

Webs = dict[str, WebProcess]


def finished_job(rows: Rows, user_id: str) -> uuid.UUID:
    """A job with a title for people, from its beginning to its end."""
    job_id = rows.job(user_id)
    rows.connection.execute("UPDATE ai_job SET summary = 'Draw something' WHERE id = %s", [job_id])
    rows.life(job_id, steps=1)
    return job_id


def told(client: LiveClient) -> list[str]:
    """The jobs of the notices that have arrived."""
    return [body["job_id"] for name, body in list(client.other) if name == "notice"]


def changes(client: LiveClient) -> int:
    return sum(name == "notice:changed" for name, _ in list(client.other))


@pytest.mark.parametrize("way", WAYS)
def test_an_end_is_told_once_by_every_way(way: str, webs: Webs, person: Person, rows: Rows) -> None:
    stranger = new_person(webs["both"])
    with at(person, webs[way]).socket() as client, at(stranger, webs[way]).socket() as other:
        jobs = [str(finished_job(rows, person.user_id)) for _ in range(3)]
        theirs = str(finished_job(rows, stranger.user_id))
        client.wait_until(lambda: len(told(client)) >= 3, "three notices")
        other.wait_until(lambda: bool(told(other)), "the stranger's own notice")
        assert sorted(told(client)) == sorted(jobs)
        assert told(other) == [theirs]


def test_pages_at_different_web_processes_agree_about_what_was_read(webs: Webs, person: Person, rows: Rows) -> None:
    with at(person, webs["push"]).socket() as one, at(person, webs["sweep"]).socket() as other:
        finished_job(rows, person.user_id)
        for client in (one, other):
            client.wait_until(lambda client=client: bool(told(client)), "the notice")  # type: ignore[misc]
        assert at(person, webs["both"]).post("/api/notices/read", {"all": True}).json() == {"unread": 0}
        for client in (one, other):
            client.wait_until(lambda client=client: changes(client) == 1, "word of what was read")  # type: ignore[misc]
        assert at(person, webs["sweep"]).get("/api/notices?unread=true").json()["items"] == []
