"""Each example of docs/adding-a-task.md and of the README does what the page says."""

from __future__ import annotations

import json
import re
import textwrap
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from marshmallow import INCLUDE, Schema

from backend.config import ROOT
from backend.db import db
from backend.jobs import JobContext, enqueue, registry, task
from backend.jobs.registry import Task
from backend.jobs.testing import drain, run_job
from tests.jobs.callers import new_guest
from tests.jobs.engine import Engine

PAGE = (ROOT / "docs/adding-a-task.md").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(block) for block in re.findall(r"^ *```python\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)]
AFTER_DECLARING = "from backend.jobs import enqueue\n"  # begins the first example that makes jobs


class FreeSchema(Schema):
    """Takes anything."""

    class Meta:
        unknown = INCLUDE


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))


@pytest.fixture
def page() -> dict[str, Any]:
    """The names that the page's own examples declare, on top of those that stand elsewhere in an application."""
    names: dict[str, Any] = {
        "GraphSchema": FreeSchema,
        "ReportSchema": FreeSchema,
        "CreditSchema": FreeSchema,
        "asked": [],
        "fetch": lambda city, day: f"{city} {day}",
        "read_figures": lambda period: {"period": period},
        "lay_out": lambda edges, on_progress: on_progress(50) or {edge: [0, 0] for edge in edges},
    }
    names["ask_model"] = lambda figures, number: names["asked"].append(number) or f"{figures['period']} {number}"
    for block in BLOCKS[: next(n for n, block in enumerate(BLOCKS) if block.startswith(AFTER_DECLARING))]:
        exec(compile(block, "docs/adding-a-task.md", "exec", dont_inherit=True), names)
    return names


def block_with(text: str) -> Any:
    (found,) = (block for block in BLOCKS if text in block)
    return compile(found, "docs/adding-a-task.md", "exec", dont_inherit=True)


def test_the_page_has_the_examples_that_are_run_here() -> None:
    assert len(BLOCKS) == 7


def test_the_first_task_runs_and_refuses_what_does_not_fit(page: dict[str, Any], engine: Engine) -> None:
    ran = run_job(engine.settings, "forecast_weather", {"city": "Lagos"}, user_id=engine.user_id)
    assert ran.result == {"days": ["Lagos 0", "Lagos 1", "Lagos 2"]}
    assert engine.row(ran.job.id)["summary"] == "Forecast for Lagos"
    assert (engine.row(ran.job.id)["queue"], engine.row(ran.job.id)["max_attempts"]) == ("integrations", 3)


def test_the_task_of_the_readme_counts_words(engine: Engine) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    exec(compile(example, "README.md", "exec", dont_inherit=True), {})
    (name, request) = re.findall(r"jobs enqueue (\w+) '([^']+)'", readme)[0]
    ran = run_job(engine.settings, name, json.loads(request), user_id=engine.user_id)
    assert ran.result == {"words": 2}


def test_the_task_that_computes_wants_a_process_and_reports(page: dict[str, Any], engine: Engine) -> None:
    declared = registry.find_task("lay_out_graph")
    assert isinstance(declared, Task)
    assert declared.process
    ran = run_job(engine.settings, "lay_out_graph", {"edges": ["a"]}, user_id=engine.user_id)
    assert ran.result == {"places": {"a": [0, 0]}}


def test_a_step_of_the_report_is_paid_once_though_the_job_runs_twice(page: dict[str, Any], engine: Engine) -> None:
    def ask_model(_figures: Any, number: int) -> str:
        page["asked"].append(number)
        if page["asked"] == [0, 1]:
            raise RuntimeError("the line broke")
        return "text"

    page["ask_model"] = ask_model
    job = enqueue(engine.connection, "write_report", {"period": "May"}, user_id=engine.user_id).job
    drain(engine.settings, hurry=True)
    assert engine.row(job.id)["result_data"] == {"chapters": ["text", "text", "text"]}
    assert page["asked"] == [0, 1, 1, 2]


def test_the_credit_is_given_once_though_the_handler_runs_twice(page: dict[str, Any], engine: Engine) -> None:
    engine.connection.execute("CREATE TABLE ledger (job_id uuid PRIMARY KEY, user_id uuid, amount int)")
    ran = run_job(engine.settings, "give_credit", {"amount": 5}, user_id=engine.user_id)
    engine.connection.execute("UPDATE ai_job SET status = 'queued', completed_at = NULL WHERE id = %s", (ran.job.id,))
    drain(engine.settings)
    assert engine.row(ran.job.id)["runs"] == 2
    assert engine.connection.execute("SELECT amount FROM ledger").fetchall() == [(5,)]


def test_jobs_are_made_from_a_session_and_from_a_connection(page: dict[str, Any], engine: Engine, web: Flask) -> None:
    names = {"db": db, "connection": engine.connection, "user": SimpleNamespace(id=engine.user_id)}
    exec(block_with("or with a raw psycopg transaction"), names)
    assert engine.count("job_type = 'forecast_weather'") == 1
    db.session.commit()
    assert engine.count("job_type = 'forecast_weather'") == 2


def test_chains_groups_and_what_follows_run_to_their_end(page: dict[str, Any], engine: Engine) -> None:
    def any_task(_ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
        return request

    for name in ("fetch", "convert", "publish", "render_page", "bind_book", "tell_somebody"):
        task(name, schema=FreeSchema)(any_task)
    other = enqueue(engine.connection, "fetch", {}, user_id=engine.user_id).job
    names: dict[str, Any] = {
        "session": engine.connection,
        "url": "x",
        "other_job": other,
        "user": SimpleNamespace(id=engine.user_id),
    }
    exec(block_with("A book of 12 pages"), names)
    assert len(names["made"].children) == 12
    drain(engine.settings, hurry=True)
    assert engine.count("status <> 'completed'") == 0
    assert engine.count("job_type = 'tell_somebody'") == 1


def test_the_helpers_for_tests_do_what_their_example_asserts(page: dict[str, Any], app: Flask, engine: Engine) -> None:
    guest = new_guest(app)
    client = SimpleNamespace(post=lambda path, json: guest("POST", path, json=json))
    names = {"settings": engine.settings, "client": client, "user": SimpleNamespace(id=uuid.UUID(str(guest.user_id)))}
    exec(block_with("from backend.jobs.testing import"), names)
    assert engine.count("status = 'completed'") == 3
