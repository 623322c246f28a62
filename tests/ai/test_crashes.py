"""Workers that die in the middle: nothing is drawn twice, no model is asked twice, people's edits stay."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from backend.ai.drawing.geometry import check_geometry
from tests.ai.installation import Installation
from tests.ai.protocol_server import Answer, ProtocolServer
from tests.ai.test_create_canvas import labels

STEPS = 40
LONG = {
    "title": "Long",
    "direction": "down",
    "steps": [{"step": f"Step {n}", "question": "", "expected": "", "otherwise": []} for n in range(1, STEPS + 1)],
}
SOME_BATCHES = "SELECT FROM ai_draft WHERE result <> '{}' AND written > 0 AND written < jsonb_array_length(batches)"


def kill_in_the_middle(installation: Installation) -> None:
    """Run a worker process and kill it when some of the drawing is on the canvas."""
    with installation.worker_process() as process:
        installation.until(lambda c: c.execute("SELECT FROM ai_draft WHERE written >= 3").rowcount > 0)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_a_killed_workers_drawing_is_finished_by_the_next_one(with_model: Installation, server: ProtocolServer) -> None:
    # In two halves: the first one is drawn as it comes, the second one when all is there, in the batches that are cut short.
    server.script(Answer(text=LONG, chunk=len(json.dumps(LONG)) // 2))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions="flow chart of a long process")
    with with_model.worker_process("from backend.ai import growing_drawing as g; g.SHORTEST_REST = 60.0") as process:
        with_model.until(lambda c: c.execute(SOME_BATCHES).rowcount > 0)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    half = person.elements(accepted["canvas_id"])

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    elements = person.elements(accepted["canvas_id"])
    assert row["status"] == "completed"
    assert 0 < len(half) < len(elements)
    assert len(server.requests) == 1, "the model must not be asked (and paid) again"
    assert labels(elements) == sorted(f"Step {n}" for n in range(1, STEPS + 1))
    assert row["result_data"]["elements"] == len(elements)
    assert check_geometry(elements) == []


def test_what_people_change_between_two_runs_stays(alone: Installation) -> None:
    person = alone.guest()
    accepted = person.start("create_canvas", instructions=" -> ".join(f"Step {n}" for n in range(1, STEPS + 1)))
    kill_in_the_middle(alone)
    moved, removed = [e for e in person.elements(accepted["canvas_id"]) if e["type"] == "rectangle"][:2]
    moved = {**moved, "x": moved["x"] - 4000, "version": moved["version"] + 1}
    removed = {**removed, "isDeleted": True, "version": removed["version"] + 1}
    answer = person.post(f"/api/canvases/{accepted['canvas_id']}/elements", {"elements": [moved, removed]})
    assert answer.status_code == 200

    with alone.worker():
        row = alone.until_finished(accepted["job_id"])

    elements = {e["id"]: e for e in person.elements(accepted["canvas_id"])}
    assert row["status"] == "completed"
    assert elements[moved["id"]]["x"] == moved["x"]
    assert removed["id"] not in elements
    assert_drawn_once(alone, accepted["job_id"])


def test_a_modification_is_not_applied_twice(alone: Installation) -> None:
    person = alone.guest()
    accepted = person.start("create_canvas", instructions="Order -> Ship")
    alone.drain()
    change = person.start("modify_canvas", canvas_id=accepted["canvas_id"], instructions="add Pay after Order")
    with alone.worker_process() as process:
        alone.until(lambda c: c.execute("SELECT FROM ai_draft WHERE job_id = %s", (change["job_id"],)).rowcount > 0)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    with alone.worker():
        row = alone.until_finished(change["job_id"])

    elements = person.elements(accepted["canvas_id"])
    assert row["status"] == "completed"
    assert labels(elements) == ["Order", "Pay", "Ship"]
    assert check_geometry(elements) == []


def assert_drawn_once(installation: Installation, job_id: str) -> None:
    """No element is announced by two partial events, and the log has no gap."""
    events = installation.events(job_id)
    drawn: list[Any] = [i for e in events if e["type"] == "partial" for i in e["data"]["element_ids"]]
    assert len(drawn) == len(set(drawn))
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
