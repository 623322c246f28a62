"""Enqueuing: in the caller's transaction, once per idempotency key, and nothing that cannot be stored."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from marshmallow import Schema, fields
from sqlalchemy import text

from backend.db import db
from backend.errors import Conflict, Forbidden, NotFound, Unprocessable
from backend.identity import Actor
from backend.jobs import enqueue, task
from backend.jobs.hints import WINDOW
from backend.jobs.service import submit
from tests.jobs.engine import Engine


class RoomSchema(Schema):
    """A request whose admission makes a row."""

    name = fields.String(load_default="")
    refuse = fields.Boolean(load_default=False)


def admit(session: Any, actor: Actor, request: dict[str, Any]) -> uuid.UUID | None:
    """Make a canvas for the job and put its id into the request, or refuse."""
    if request["refuse"]:
        raise NotFound("There is no such room.")
    canvas_id = uuid.uuid4()
    session.execute(
        text("INSERT INTO canvas (id, owner_id, name) VALUES (:id, :owner, 'made')"),
        {"id": canvas_id, "owner": actor.user_id},
    )
    request["canvas"] = str(canvas_id)
    return canvas_id


@task("sample_room", schema=RoomSchema, admit=admit, summary=lambda request: f"Room\n {request['name']}")
def room(_ctx: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Return the request."""
    return request


def test_a_job_exists_exactly_if_the_callers_raw_transaction_commits(engine: Engine) -> None:
    with psycopg.connect(engine.url) as connection:
        lost = enqueue(connection, "sample_echo", {}, user_id=engine.user_id).job
        connection.rollback()
        kept = enqueue(connection, "sample_echo", {}, user_id=engine.user_id).job
        assert engine.count("true") == 0
        connection.commit()
    assert engine.event_types(kept.id) == ["queued"]
    assert engine.count(f"id = '{lost.id}'") == 0
    assert engine.connection.execute("SELECT count(*) FROM ai_job_event").fetchone() == (1,)


@pytest.mark.usefixtures("web")
def test_a_job_exists_exactly_if_the_session_commits(engine: Engine) -> None:
    enqueue(db.session, "sample_echo", {}, user_id=engine.user_id)
    db.session.rollback()
    assert engine.count("true") == 0
    with db.session.begin_nested() as savepoint:
        enqueue(db.session, "sample_echo", {}, user_id=engine.user_id)
        savepoint.rollback()
    kept = enqueue(db.session, "sample_echo", {}, user_id=engine.user_id).job
    db.session.commit()
    assert engine.count("true") == 1
    assert engine.row(kept.id)["status"] == "queued"


@pytest.mark.usefixtures("web")
def test_hints_of_a_session_come_after_its_commit_and_never_for_less(engine: Engine) -> None:
    listener = engine.connect()
    listener.execute("LISTEN job_ready")
    for _ in range(5):  # the first leads inside the transaction, the others trail
        enqueue(db.session, "sample_echo", {}, user_id=engine.user_id)
        with db.session.begin_nested():  # a savepoint's end is no commit
            enqueue(db.session, "sample_echo", {}, user_id=engine.user_id)
    assert list(listener.notifies(timeout=20 * WINDOW)) == []
    db.session.commit()
    heard = list(listener.notifies(timeout=1.0))
    assert 1 <= len(heard) <= 2
    assert {hint.payload for hint in heard} == {"default"}
    assert engine.count("true") == 10


def test_the_same_key_and_request_give_the_first_job_and_another_request_is_refused(engine: Engine) -> None:
    first = engine.enqueued("sample_echo", {"name": "a"}, idempotency_key="k")
    again = engine.enqueued("sample_echo", {"name": "a"}, idempotency_key="k")
    assert (first.created, again.created, again.job.id) == (True, False, first.job.id)
    with pytest.raises(Conflict):
        engine.enqueued("sample_echo", {"name": "b"}, idempotency_key="k")
    with pytest.raises(Conflict):
        engine.enqueued("sample_progress", {"name": "a"}, idempotency_key="k")
    other = engine.enqueued("sample_echo", {"name": "b"}, idempotency_key="k", user_id=engine.user())
    assert other.created
    assert engine.count("true") == 2


def test_the_same_key_at_once_makes_one_job(engine: Engine) -> None:
    found: list[tuple[bool, uuid.UUID]] = []
    start = threading.Barrier(8)

    def caller() -> None:
        connection = engine.connect()
        start.wait()
        made = enqueue(connection, "sample_echo", {"name": "x"}, user_id=engine.user_id, idempotency_key="race")
        found.append((made.created, made.job.id))

    threads = [threading.Thread(target=caller) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(created for created, _ in found) == 1
    assert len({job_id for _, job_id in found}) == 1


@pytest.mark.usefixtures("web")
def test_submitting_admits_once_and_a_repeated_key_leaves_no_trace(engine: Engine) -> None:
    actor = Actor(engine.user_id)
    first = submit(db.session, actor, "sample_room", {"name": "one"}, idempotency_key="k")
    db.session.commit()
    again = submit(db.session, actor, "sample_room", {"name": "one"}, idempotency_key="k")
    db.session.commit()
    assert (first.created, again.created, again.job.id) == (True, False, first.job.id)
    assert engine.connection.execute("SELECT id FROM canvas").fetchall() == [(first.job.canvas_id,)]
    assert first.job.request_data == {"name": "one", "refuse": False, "canvas": str(first.job.canvas_id)}
    assert first.job.summary == "Room one"
    with pytest.raises(NotFound):
        submit(db.session, actor, "sample_room", {"refuse": True})
    db.session.rollback()
    assert engine.count("true") == 1


@pytest.mark.usefixtures("web")
def test_a_key_that_wins_elsewhere_during_the_admission_undoes_the_admission(engine: Engine) -> None:
    """Both look for the key, neither finds it; the slower insert waits for the faster one's commit."""
    faster = engine.connect()
    transaction = faster.transaction()
    transaction.__enter__()
    made = enqueue(faster, "sample_room", {"name": "one"}, user_id=engine.user_id, idempotency_key="k")
    committing = threading.Thread(target=_commit_when_waited_for, args=(engine, transaction))
    committing.start()
    slower = submit(db.session, Actor(engine.user_id), "sample_room", {"name": "one"}, idempotency_key="k")
    db.session.commit()
    committing.join()
    assert (slower.created, slower.job.id) == (False, made.job.id)
    assert engine.connection.execute("SELECT count(*) FROM canvas").fetchone() == (0,)


def _commit_when_waited_for(engine: Engine, transaction: psycopg.Transaction) -> None:
    engine.until(
        lambda: (
            engine.connection.execute(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            is not None
        )
    )
    transaction.__exit__(None, None, None)


@pytest.mark.usefixtures("web")
def test_roles_limit_what_may_be_submitted(engine: Engine) -> None:
    user, guest = Actor(engine.user_id), Actor(engine.user_id, is_guest=True)
    staff, reader = Actor(engine.user_id, role="staff"), Actor(engine.user_id, role="staff_readonly")
    for actor, job_type, priority in (
        (user, "sample_staff_only", "normal"),
        (reader, "sample_staff_only", "normal"),
        (staff, "sample_internal", "normal"),
        (guest, "sample_echo", "urgent"),
    ):
        with pytest.raises(Forbidden):
            submit(db.session, actor, job_type, {}, priority=priority)
    for actor, job_type, priority in (
        (staff, "sample_staff_only", "urgent"),
        (user, "sample_echo", "urgent"),
        (guest, "sample_echo", "high"),
    ):
        assert submit(db.session, actor, job_type, {}, priority=priority).created


@pytest.mark.parametrize(
    "request_data",
    [
        {"name": "nul \x00"},
        {"name": "half \ud83d"},
        {"name": 5},
        {"seconds": "much"},
        {"unknown": 1},
        {"times": 2**70},
        {"id": "no uuid"},
    ],
)
def test_a_request_that_is_wrong_or_cannot_be_stored_is_refused(engine: Engine, request_data: dict[str, Any]) -> None:
    with pytest.raises(Unprocessable):
        engine.enqueue("sample_echo", request_data)
    assert engine.count("true") == 0


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("priority", {"priority": "extreme"}),
        ("queue", {"queue": "nowhere"}),
        ("max_attempts", {"max_attempts": 0}),
        ("max_attempts", {"max_attempts": 101}),
        ("run_at", {"run_at": datetime(2030, 1, 1)}),  # noqa: DTZ001 - without zone: that is what is refused
        ("expires_at", {"run_at": datetime(2030, 1, 2, tzinfo=UTC), "expires_at": datetime(2030, 1, 1, tzinfo=UTC)}),
        ("tags", {"tags": ["x"] * 21}),
        ("tags", {"tags": ["a\x00"]}),
        ("tags", {"tags": [""]}),
        ("Idempotency-Key", {"idempotency_key": "k" * 201}),
        ("Idempotency-Key", {"idempotency_key": ""}),
    ],
)
def test_a_wrong_option_is_refused_by_its_name(engine: Engine, field: str, options: dict[str, Any]) -> None:
    with pytest.raises(Unprocessable) as refused:
        engine.enqueue("sample_echo", {}, **options)
    assert list(refused.value.errors) == [field]
    assert engine.count("true") == 0


def test_an_unknown_type_is_refused_with_those_that_exist(engine: Engine) -> None:
    with pytest.raises(Unprocessable) as refused:
        engine.enqueue("no_such_thing")
    assert "sample_echo" in str(refused.value.errors)


def test_options_are_stored(engine: Engine) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    parent = uuid.uuid4()
    job = engine.enqueue(
        "sample_echo",
        {"name": "x"},
        priority="high",
        queue="reports",
        run_at=later,
        expires_at=later + timedelta(hours=1),
        max_attempts=7,
        tags=["a", "b"],
        parent_id=parent,
        correlation_id="trace-1",
    )
    row = engine.row(job.id)
    assert (row["priority"], row["queue"], row["run_at"], row["runnable"]) == ("high", "reports", later, False)
    assert (row["max_attempts"], row["tags"], row["parent_id"], row["correlation_id"]) == (
        7,
        ["a", "b"],
        parent,
        "trace-1",
    )
    assert row["virtual_time"] - row["sort_key"] == 600 * 1_000_000
    assert engine.enqueue().max_attempts == engine.settings.max_attempts


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("expires_at", "9999-12-31T23:59:59-12:00"),
        ("run_at", "0001-01-01T00:00:00+14:00"),
        ("run_at", "9999-01-01T00:00:00Z"),
        ("expires_at", "1969-12-31T23:59:59Z"),
    ],
)
def test_a_time_that_nobody_could_read_back_is_refused(engine: Engine, name: str, moment: str) -> None:
    """Postgres takes them as the year 10000 or before the year 1, and no worker could read the row."""
    when: Any = {name: datetime.fromisoformat(moment)}
    with pytest.raises(Unprocessable) as refused:
        enqueue(engine.connection, "sample_echo", {}, user_id=engine.user_id, **when)
    assert set(refused.value.errors) == {name}
    engine.enqueue("sample_echo", {}, expires_at=datetime.fromisoformat("9000-12-31T23:59:59Z"))
