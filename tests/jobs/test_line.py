"""What waits, listed as it comes: in the order of the claims, page by page, each job once, for oneself and for staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.jobs.callers import Caller, assert_problem, new_guest
from tests.jobs.engine import Engine

WAITING = "/api/jobs?status=queued&order=next"


def submit(caller: Caller, **options: Any) -> str:
    answer = caller("POST", "/api/jobs", {"job_type": "sample_echo", **options})
    assert answer.status_code == 202, answer.text
    return str(answer.json["job_id"])


def pages(caller: Caller, query: str = "", limit: int = 3) -> list[list[str]]:
    """The ids of all pages."""
    found, cursor = [], ""
    while True:
        answer = caller("GET", f"{WAITING}&limit={limit}{query}{cursor}")
        assert answer.status_code == 200, answer.text
        found.append([job["job_id"] for job in answer.json["items"]])
        if answer.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer.json['next_cursor']}"


def listed(caller: Caller, query: str = "", limit: int = 3) -> list[str]:
    return [job for page in pages(caller, query, limit) for job in page]


@pytest.fixture
def line(app: Flask, guest: Caller) -> dict[str, list[str]]:
    """A flood of one person's, some jobs of another's among it, and what does not stand in the line yet."""
    other = new_guest(app)
    mine = [submit(guest, priority=priority) for priority in ("low", "normal", "high") for _ in range(4)]
    theirs = [submit(other) for _ in range(3)]
    soon, late = (submit(guest, run_at=(datetime.now(UTC) + timedelta(hours=hours)).isoformat()) for hours in (1, 2))
    batch = guest("POST", "/api/jobs/batch", {"jobs": [{"job_type": "sample_echo"}] * 2}).json["job_id"]
    return {"mine": mine, "theirs": theirs, "later": [soon, late], "group": [batch]}


def test_it_is_the_order_in_which_they_are_claimed(
    engine: Engine, guest: Caller, staff: Caller, line: dict[str, list[str]]
) -> None:
    found = listed(staff)
    assert len(set(found)) == len(found) == 12 + 3 + 2 + 1 + 2
    assert found[-3:] == [*line["later"], *line["group"]]  # by the clock, then what waits for others
    mine = listed(guest)
    assert mine == [job for job in found if job not in line["theirs"]]
    assert listed(guest, "&priority=high") == [job for job in mine if job in line["mine"][8:]]
    claimed = [str(job.id) for _ in range(15) for job, _ in engine.claim(1)]
    assert claimed == found[:15]
    assert listed(staff) == found[15:]  # the group's own are due in a moment


def test_a_page_goes_on_where_the_one_before_ended_whatever_was_claimed_meanwhile(
    engine: Engine, staff: Caller, line: dict[str, list[str]]
) -> None:
    found = listed(staff, limit=100)
    first = staff("GET", f"{WAITING}&limit=5").json
    assert first["total"]["jobs"] > 5
    engine.claim(4)
    second = staff("GET", f"{WAITING}&limit=100&cursor={first['next_cursor']}").json
    assert [job["job_id"] for job in first["items"] + second["items"]] == found
    assert second["total"] is None and second["next_cursor"] is None


def test_what_waits_for_room_keeps_its_place(engine: Engine, staff: Caller, line: dict[str, list[str]]) -> None:
    found = listed(staff)
    engine.connection.execute(
        "UPDATE ai_job SET runnable = false, blocked_on = 'limit:queue:default' WHERE id = ANY (%s::uuid[])",
        (found[2:9],),
    )
    assert listed(staff) == found


def test_others_are_not_seen_and_nonsense_is_refused(app: Flask, guest: Caller, line: dict[str, list[str]]) -> None:
    stranger = new_guest(app)
    assert listed(stranger) == []
    for wrong in ("/api/jobs?order=next", "/api/jobs?order=next&status=failed", "/api/jobs?order=fastest"):
        assert_problem(guest("GET", wrong), 422)
    newest = guest("GET", "/api/jobs?limit=1").json["next_cursor"]
    for cursor in (newest, "x", "MSAyIDM", "MCAxMDAwMDAwMDAwMDAwMDAwMDAwMDAwIDAx"):
        assert_problem(guest("GET", f"{WAITING}&cursor={cursor}"), 422)
    following = guest("GET", f"{WAITING}&limit=1").json["next_cursor"]
    assert_problem(guest("GET", f"/api/jobs?cursor={following}"), 422)


def test_words_are_looked_for_in_what_waits(guest: Caller, line: dict[str, list[str]]) -> None:
    for order in ("next", "newest"):
        found = guest("GET", f"/api/jobs?status=queued&order={order}&q=sample&limit=2").json
        assert len(found["items"]) == 2
        assert found["total"]["jobs"] >= 3
        assert not found["total"]["exact"]
    assert listed(guest, "&q=zebra") == []
