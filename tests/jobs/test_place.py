"""A job made alone reckons its place inside its statement: the same one that next_virtual_time gives."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.jobs import Unique, enqueue
from backend.jobs.engine_settings import priority_offsets
from backend.jobs.models import PRIORITIES
from tests.jobs.engine import Engine

FUNCTION = "SELECT next_virtual_time('default', %s, %s, %s, 1)"
CLOCK = 2_000_000  # microseconds: an empty queue stands at the time of the statement that looks


def places(engine: Engine, user_id: uuid.UUID, priority: str) -> tuple[int, int]:
    """What the function says, and what the statement then writes."""
    offset = priority_offsets()[priority]
    row = engine.connection.execute(FUNCTION, (user_id, priority, offset)).fetchone()
    assert row is not None
    made = engine.row(engine.enqueue("sample_echo", {}, user_id=user_id, priority=priority).id)
    assert made["sort_key"] == made["virtual_time"] - offset
    return row[0], made["virtual_time"]


@pytest.mark.parametrize("seed", range(6))
def test_the_statement_gives_the_place_that_the_function_says(engine: Engine, seed: int) -> None:
    draw = random.Random(seed)
    people = [engine.user() for _ in range(3)]
    limited = seed % 3 == 2
    if limited:
        engine.connection.execute("INSERT INTO job_limit (scope, key, slots, source) VALUES ('user', '*', 1, 'test')")
    for _ in range(40):
        said, written = places(engine, draw.choice(people), draw.choice(PRIORITIES))
        assert abs(written - said) < CLOCK
        if draw.random() < 0.3:
            engine.claim(draw.randint(1, 3))
        if draw.random() < 0.1:
            shift = draw.choice((-700_000_000, 700_000_000))
            engine.connection.execute(
                "UPDATE ai_job SET virtual_time = virtual_time + %(by)s, sort_key = sort_key + %(by)s", {"by": shift}
            )


def test_a_job_with_everything_that_can_be_said_of_it_is_stored_whole(engine: Engine) -> None:
    parent = engine.enqueue()
    canvas = uuid.uuid4()
    engine.connection.execute(
        "INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'here')", (canvas, engine.user_id)
    )
    later = datetime.now(UTC) + timedelta(hours=1)
    said: dict[str, Any] = {
        "canvas_id": canvas,
        "run_at": later,
        "expires_at": later + timedelta(hours=1),
        "tags": ["one", "two"],
        "idempotency_key": "once",
        "parent_id": parent.id,
        "correlation_id": "together",
        "limit_key": "shared",
    }
    with psycopg.connect(engine.url) as connection:
        job = enqueue(
            connection,
            "sample_echo",
            {"name": "all"},
            user_id=engine.user_id,
            unique=Unique(window=3600),
            priority="high",
            **said,
        ).job
    row = engine.row(job.id)
    assert {name: row[name] for name in said} == said
    assert (row["runnable"], row["wait_reason"], row["status"]) == (False, "scheduled", "queued")
    assert row["idempotency_hash"] and row["unique_key"] and row["unique_states"]
    assert job._asdict() == {**job._asdict(), **{name: row[name] for name in job._fields}}
