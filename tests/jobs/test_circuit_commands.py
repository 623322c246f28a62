"""An operator sees which providers are left alone, and closes a circuit by hand."""

from __future__ import annotations

from typing import Any

import pytest

from backend.jobs.signals import ProviderWait
from tests.jobs.commands import Run, printed
from tests.jobs.engine import Engine
from tests.jobs.test_circuit import NAME, allow, ask, asking, asking_task, busy, state  # noqa: F401 - fixtures


def refuse(engine: Engine, seconds: float = 3600) -> None:
    with pytest.raises(ProviderWait):
        ask(asking(engine)[1], busy(seconds))


def park(engine: Engine) -> Any:
    job = engine.enqueue()
    engine.connection.execute(
        "UPDATE ai_job SET runnable = false, run_at = now(), blocked_on = %s WHERE id = %s",
        (f"provider:{NAME}", job.id),
    )
    return job


def test_circuits_says_who_is_left_alone_until_when_why_and_who_waits(flask_jobs: Run, engine: Engine) -> None:
    assert "No provider has refused" in flask_jobs("circuits").output
    assert printed(flask_jobs("circuits", "--json")) == []
    refuse(engine)
    park(engine)
    (row,) = printed(flask_jobs("circuits", "--json"))
    assert (row["provider"], row["state"], row["reason"], row["waiting"]) == (NAME, "open", "Too many requests.", 1)
    assert row["open_until"] is not None
    text = flask_jobs("circuits").output
    assert NAME in text
    assert "Too many requests." in text


def test_circuits_names_the_job_that_probes_while_its_claim_lives(flask_jobs: Run, engine: Engine) -> None:
    (job, token), _ = asking(engine)
    engine.connection.execute(
        "INSERT INTO provider_circuit (provider, state, open_until, probe_job, probe_token) "
        "VALUES (%s, 'half_open', now(), %s, %s)",
        (NAME, job.id, token),
    )
    assert printed(flask_jobs("circuits", "--json"))[0]["probe_job"] == str(job.id)
    engine.connection.execute("UPDATE provider_circuit SET probe_token = gen_random_uuid()")
    assert printed(flask_jobs("circuits", "--json"))[0]["probe_job"] is None


def test_a_circuit_closed_by_hand_lets_all_jobs_go_and_everybody_ask(flask_jobs: Run, engine: Engine) -> None:
    refuse(engine)
    waiting = [park(engine), park(engine), park(engine)]
    said = flask_jobs("close-circuit", NAME).output
    assert "was open and is closed; 3 jobs go" in said
    assert all(engine.row(job.id)["runnable"] for job in waiting)
    assert all(engine.row(job.id)["blocked_on"] is None for job in waiting)
    assert (state(engine)["state"], state(engine)["failures"], state(engine)["reason"]) == ("closed", 0, None)
    for _ in range(3):
        ask(asking(engine)[1])  # no probe, no budget


def test_what_was_learned_of_a_provider_is_forgotten_with_its_circuit(flask_jobs: Run, engine: Engine) -> None:
    engine.connection.execute(
        "INSERT INTO provider_circuit (provider, budget, window_longest, forget_at) "
        "VALUES (%s, 1, '1 hour', now() + interval '1 day')",
        (NAME,),
    )
    ask(asking(engine)[1])
    assert engine.connection.execute("SELECT count(*) FROM provider_call").fetchone() == (1,)
    flask_jobs("close-circuit", NAME)
    assert state(engine)["budget"] is None
    assert engine.connection.execute("SELECT count(*) FROM provider_call").fetchone() == (0,)
    ask(asking(engine)[1])
    ask(asking(engine)[1])


def test_a_provider_that_still_refuses_is_left_alone_again(flask_jobs: Run, engine: Engine) -> None:
    refuse(engine)
    flask_jobs("close-circuit", NAME)
    refuse(engine)
    assert state(engine)["state"] == "open"


def test_an_unknown_provider_is_refused_by_one_line(flask_jobs: Run, engine: Engine) -> None:
    assert "No provider called “nobody”" in flask_jobs("close-circuit", "nobody", code=1).stderr
