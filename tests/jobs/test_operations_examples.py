"""What docs/operations.md shows of the commands is what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid

from backend.config import ROOT
from tests.jobs.commands import Run, printed
from tests.jobs.engine import Engine
from tests.jobs.test_circuit_commands import refuse

DOC = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_examples_have_the_columns_that_the_commands_print(flask_jobs: Run, engine: Engine) -> None:
    refuse(engine)
    shown = dict(re.findall(r"^\$ flask --app backend jobs ([a-z-]+)\n(.+)$", DOC, re.MULTILINE))
    assert {"queues", "circuits"} <= set(shown)
    for command, heads in shown.items():
        printed = flask_jobs(command).output.splitlines()[0]
        assert re.split(r"\s{2,}", printed) == re.split(r"\s{2,}", heads), command


def test_sentences_that_first_aid_quotes_are_what_the_commands_say(flask_jobs: Run, engine: Engine) -> None:
    said = flask_jobs("workers").output.strip()
    assert f"`{said}`" in DOC
    refuse(engine)
    closed = flask_jobs("close-circuit", "acme/large").output
    pattern = closed.strip().replace("acme/large", "openai/gpt-4o").replace("0 jobs", "31 jobs")
    assert f"`{pattern}`" in DOC


def test_a_limit_for_each_person_says_how_many_jobs_wait_for_it(flask_jobs: Run, engine: Engine) -> None:
    own, other = uuid.uuid4(), uuid.uuid4()
    flask_jobs("limit", "set", "user", "*", "1")
    flask_jobs("limit", "set", "user", own, "2")
    flask_jobs("limit", "set", "type", "sample_echo", "1")
    for gate in (f"user:{own}", f"user:{other}", f"user:{other}", "type:sample_echo"):
        job = engine.enqueue()
        engine.connection.execute(
            "UPDATE ai_job SET runnable = false, blocked_on = %s WHERE id = %s", (f"limit:{gate}", job.id)
        )
    waiting = {(row["scope"], row["key"]): row["waiting"] for row in printed(flask_jobs("limit", "list", "--json"))}
    assert waiting == {("user", "*"): 2, ("user", str(own)): 1, ("type", "sample_echo"): 1}


def test_a_command_prints_nothing_but_its_answer(engine: Engine) -> None:
    environ = {**os.environ, **engine.environ, "ASYNC_MODE": "eventlet", "PYTHONWARNINGS": ""}
    command = [sys.executable, "-m", "flask", "--app", "backend", "jobs", "workers"]
    answer = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert (answer.stdout, answer.stderr) == ("No worker is running: start python worker.py.\n", "")
