"""An answer that waits: ``Prefer: wait=N``."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any

import psycopg
import pytest
import requests

from backend.jobs.http.waiting import MAX_WAIT_SECONDS, preferred_wait
from tests.acceptance.installation import Person, eventually
from tests.live.conftest import WAYS, WebProcess, at
from tests.live.rows import Rows

Webs = dict[str, WebProcess]
LONG = 50  # seconds: much longer than anything takes here


class Asking:
    """A request that waits, in a thread of its own."""

    def __init__(self, person: Person, path: str, wait: int = LONG) -> None:
        self.answer: requests.Response | None = None
        self._person, self._url, self._wait = person, person.base_url + path, wait
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def result(self) -> Any:
        self._thread.join(LONG)
        assert self.answer is not None, "it still waits"
        return self.answer

    @property
    def waits(self) -> bool:
        return self._thread.is_alive()

    def _ask(self) -> None:
        headers = {**self._person.http.headers, "Prefer": f"wait={self._wait}"}
        began = time.monotonic()
        answer = requests.get(self._url, headers=headers, timeout=LONG + 20)
        assert time.monotonic() - began < LONG - 5, "it was not woken"
        self.answer = answer


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", ["/api/jobs/{}", "/api/ai-agent/job/{}/status"])
def test_the_answer_comes_with_the_next_event_after_the_one_that_is_known(
    path: str, way: str, webs: Webs, person: Person, rows: Rows
) -> None:
    job_id, reach = rows.job(person.user_id), at(person, webs[way])
    asking = Asking(reach, f"{path.format(job_id)}?after=1")
    rows.event(job_id, "processing")
    answer = asking.result()
    assert (answer.status_code, answer.json()["status"], answer.json()["last_seq"]) == (200, "processing", 2)
    assert answer.headers["Preference-Applied"] == f"wait={LONG}"
    assert Asking(reach, f"{path.format(job_id)}?after=1").result().json()["last_seq"] == 2  # it is there: no wait


@pytest.mark.parametrize("way", WAYS)
def test_without_a_number_it_waits_for_the_end(way: str, webs: Webs, person: Person, rows: Rows) -> None:
    job_id, reach = rows.job(person.user_id), at(person, webs[way])
    status, result = Asking(reach, f"/api/jobs/{job_id}"), Asking(reach, f"/api/jobs/{job_id}/result")
    rows.life(job_id, steps=3)
    assert (status.result().json()["status"], status.result().json()["last_seq"]) == ("completed", 6)
    assert result.result().status_code == 200
    assert Asking(reach, f"/api/jobs/{job_id}?after=6").result().json()["last_seq"] == 6  # finished: nothing will come


def test_after_its_time_the_answer_is_how_things_stand(webs: Webs, person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    began = time.monotonic()
    answer = person.get(f"/api/jobs/{job_id}/result", headers={"Prefer": "respond-async, wait=1"})
    assert time.monotonic() - began >= 0.9
    assert answer.status_code == 409
    assert answer.headers["Preference-Applied"] == "wait=1"


def test_many_that_wait_leave_the_database_to_others(
    webs: Webs, person: Person, rows: Rows, live_database: str
) -> None:
    """The pool has thirty connections; a hundred requests wait, and none of them is in a transaction."""
    job_id = rows.job(person.user_id)
    asking = [Asking(person, f"/api/jobs/{job_id}?after=1") for _ in range(100)]
    with psycopg.connect(live_database, autocommit=True) as watcher:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND datname = current_database() "
            "AND pid <> pg_backend_pid() AND application_name <> 'collabcanvas-live'"
        )
        eventually(lambda: watcher.execute(query).fetchone() == (0,), "nobody is in a transaction")
    assert person.get("/api/auth/me").status_code == 200
    assert all(each.waits for each in asking)
    rows.event(job_id, "cancelled")
    assert {each.result().json()["status"] for each in asking} == {"cancelled"}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_shut_out_stops_waiting(way: str, webs: Webs, person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    asking = Asking(at(person, webs[way]), f"/api/jobs/{job_id}?after=1")
    rows.connection.execute("UPDATE app_user SET suspended_at = now() WHERE id = %s", [person.user_id])
    rows.connection.execute("SELECT pg_notify('credential_withdrawn', '')")
    assert asking.result().status_code == 401


def test_a_foreign_job_is_not_waited_for(webs: Webs, person: Person, rows: Rows) -> None:
    foreign = rows.job(rows.user())
    for job_id in (foreign, uuid.uuid4()):
        answer = person.get(f"/api/jobs/{job_id}", headers={"Prefer": f"wait={LONG}"})
        assert answer.status_code == 404


@pytest.mark.parametrize("after", ["-1", "x", str(2**40)])
def test_a_wrong_number_is_refused(after: str, webs: Webs, person: Person, rows: Rows) -> None:
    assert person.get(f"/api/jobs/{rows.job(person.user_id)}?after={after}").status_code == 422


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=10", 10),
        ('respond-async; foo, wait = "7"', 7),
        ("Wait=3, handling=lenient", 3),
        ("wait=100000", MAX_WAIT_SECONDS),
        ("wait=0", 0),
        ("", 0),
        ("wait", 0),
        ("wait=-1", 0),
        ("wait=1.5", 0),
        ("wait=ten", 0),
        ("await=10", 0),
    ],
)
def test_what_the_header_asks_for(header: str, seconds: int) -> None:
    assert preferred_wait(header) == seconds
