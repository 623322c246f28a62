"""What the machine of ``machine.py`` knows of the job table, how it acts on it, and what must always be true."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from hypothesis.stateful import RuleBasedStateMachine, invariant
from psycopg.rows import dict_row

from backend.jobs import Job, RetryPolicy, store
from backend.jobs.admission import limit_store, queue_store
from backend.jobs.outcome import Completed, Outcome, Settlement, decide
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.follow_up import CARES
from backend.jobs.runtime.limited_claim import Claims
from backend.jobs.runtime.maintenance import FollowUps
from backend.jobs.upkeep import duty_store
from tests.jobs.engine import FINISHED, Engine

LEASE = 10.0  # seconds on the machine's clock, which the tests move
DAY = 86_400.0
POLICY = RetryPolicy(max_attempts=None, base=2.0, cap=60.0, jitter=False).with_defaults(4, 2.0, 60.0)
# Event types by their letters: one end, and nothing after it but a retry by hand.
LIFE = re.compile(r"q(P[gp]*r|P[gp]*[fx]r|[fx]r)*(P[gp]*[cfx]?|[fx])?")
LETTERS = {
    "queued": "q",
    "processing": "P",
    "progress": "g",
    "partial": "p",
    "retrying": "r",
    "completed": "c",
    "failed": "f",
    "cancelled": "x",
}
MOVED = {
    "ai_job": (
        "run_at",
        "lease_until",
        "expires_at",
        "created_at",
        "started_at",
        "completed_at",
        "cancel_requested_at",
    ),
    "ai_worker": ("heartbeat_at",),
}


@dataclass(eq=False)
class Person:
    """A worker process as the machine plays it: its connection, the session that holds its lock."""

    connection: psycopg.Connection[Any]
    session: psycopg.Connection[Any]
    worker_id: int


@dataclass(eq=False)
class Claim:
    """What a worker believes to hold, for ever: it may write with it at any time, however stale."""

    worker: Person
    job: Job
    token: uuid.UUID


@dataclass
class Known:
    """What the machine knows of a job."""

    job_id: uuid.UUID
    max_attempts: int
    status: str = "queued"
    holder: Claim | None = None
    asked_to_stop: bool = False
    parts: int = 0  # effects that a handler's transaction committed
    needs: uuid.UUID | None = None


class JobAccount(RuleBasedStateMachine):
    """The small account: who holds which job, and what has ended. The rules are its subclass's."""

    def __init__(self, engine: Engine, users: Sequence[uuid.UUID]) -> None:
        super().__init__()
        self.engine = engine
        self.users = users
        self.known: dict[uuid.UUID, Known] = {}
        self.claims: list[Claim] = []
        self.looker = engine.connection
        self.workers: list[Person] = []
        self.limits: dict[str, int] = {}
        self.paused: set[str] = set()
        self.follow_ups = FollowUps(engine.settings, CARES)

    def teardown(self) -> None:
        """Whatever happened: every job comes to an end once somebody works."""
        for connection in (self.looker, *(worker.connection for worker in self.workers)):
            connection.rollback()
        try:
            if self.known and not self._broken():
                self._drain()
        finally:
            for worker in self.workers:
                worker.session.close()
                worker.connection.close()

    # --- what must always be true ---

    @invariant()
    def the_table_says_what_happened(self) -> None:
        rows = self._rows()
        assert set(rows) == set(self.known), "a job was lost"
        for known in self.known.values():
            row = rows[known.job_id]
            assert row["status"] == known.status
            assert row["claim_token"] == (known.holder.token if known.holder else None)
            assert row["attempt"] <= known.max_attempts
            assert row["runs"] - row["attempt"] >= 0
            assert row["effects"] == known.parts
            assert row["numbers"] == list(range(1, row["last_seq"] + 1)), "a gap in the events"
            life = "".join(LETTERS[kind] for kind in row["kinds"])
            assert LIFE.fullmatch(life), life
            assert (life[-1] in "cfx") == (known.status in FINISHED)
            ended = row["runs"] - (known.status == "processing")
            assert row["attempts"] == list(range(1, ended + 1)), "an attempt for each run that ended"
            assert row["rescues"] <= worker_store.POISON_RESCUES
        self._check_limits(rows)

    def _check_limits(self, rows: dict[uuid.UUID, dict[str, Any]]) -> None:
        running = [row for row in rows.values() if row["status"] == "processing"]
        for name, slots in self.limits.items():
            under = [row for row in running if name in (f"user:{row['user_id']}", f"queue:{row['queue']}")]
            assert len(under) <= slots, "a limit was exceeded"
        held = self.looker.execute("SELECT job_id, claim_token FROM job_slot WHERE job_id IS NOT NULL").fetchall()
        holders = {(row["id"], row["claim_token"]) for row in running}
        assert set(held) <= holders, "a slot is held by nobody"

    # --- how it is done ---

    def _worker(self, connection: psycopg.Connection[Any] | None = None) -> Person:
        link = connection or self.engine.link()
        link.execute("SET lock_timeout = '2s'")
        session = psycopg.connect(self.engine.url, autocommit=True)
        worker_id = worker_store.register_worker(link, "machine", None, 1)
        assert worker_store.lock_worker(session, worker_id)
        worker_store.note_worker_lock(link, worker_id)
        return Person(link, session, worker_id)

    def _other(self, worker: Person) -> Person:
        return self.workers[0] if worker.connection is self.workers[1].connection else self.workers[1]

    def _claim(self, worker: Person, limit: int) -> list[Claim]:
        token = uuid.uuid4()
        jobs = Claims().take(
            worker.connection,
            queues=["default", "reports"],
            limit=limit,
            token=token,
            worker_id=worker.worker_id,
            lease=LEASE,
            lead=False,
        )
        return [Claim(worker, job, token) for job in jobs]

    def _take(self, claimed: list[Claim], eligible: set[uuid.UUID]) -> None:
        for claim in claimed:
            known = self.known[claim.job.id]
            assert known.holder is None, "two workers hold one job"
            assert claim.job.id in eligible
            needed = self.known.get(known.needs) if known.needs else None
            assert needed is None or needed.status == "completed", "a job ran before the one that it needs"
            known.status, known.holder = "processing", claim
        self.claims += claimed

    def _decide(self, job: Job, outcome: Outcome) -> Completed | Settlement | None:
        return decide(job, outcome, POLICY, now=datetime.now(UTC), jitter=1.0)

    def _ended(self, claims: list[Claim], written: set[uuid.UUID], final: Any) -> None:
        valid = {claim.job.id for claim in claims if self._valid(claim)}
        assert written == valid
        for job_id in valid:
            known = self.known[job_id]
            known.status, known.holder, known.asked_to_stop = final(known), None, False

    def _heartbeat(self, worker: Person) -> None:
        held = [claim for claim in self.claims if claim.worker is worker]
        pairs = [(claim.job.id, claim.token) for claim in held]
        doubts = worker_store.renew_leases(worker.connection, worker.worker_id, LEASE, pairs)
        lost = [claim.job.id for claim in held if not self._valid(claim)]
        assert sorted(doubt.job_id for doubt in doubts if doubt.lost) == sorted(lost)
        for doubt in doubts:
            assert doubt.lost or self.known[doubt.job_id].asked_to_stop

    def _rescue(self, rescuer: Person, held: list[uuid.UUID]) -> list[uuid.UUID]:
        rescued = worker_store.rescue(rescuer.connection, lease=0.0, silence=5.0, held_tokens=held)
        for job_id in rescued:
            known = self.known[job_id]
            assert known.holder is not None
            rescues = self._rows()[job_id]["rescues"]
            poison = "failed" if rescues >= worker_store.POISON_RESCUES else "queued"
            known.status, known.holder = "cancelled" if known.asked_to_stop else poison, None
            known.asked_to_stop = False
        return rescued

    def _prune(self) -> None:
        duty_store.prune(self.looker, days=7.0, failed_days=30.0, limit=100)
        left = set(self._rows())
        for known in [known for known in self.known.values() if known.job_id not in left]:
            assert known.status in FINISHED, "a job was lost"
            del self.known[known.job_id]

    def _rescue_what_is_lost(self, rescuer: Person) -> None:
        held = [claim.token for claim in self.claims if claim.worker is rescuer]
        before = self._rows()
        holders = {known.job_id: known.holder for known in self.known.values()}
        for job_id in self._rescue(rescuer, held=held):
            row, holder = before[job_id], holders[job_id]
            assert holder is not None
            late = row["lease_until"] < row["now"] or holder.worker not in self.workers
            assert late, "a job was taken from a worker that lives"
            assert holder.worker is not rescuer, "a worker took its own job from itself"

    def _follow_up(self) -> None:
        """What follows from ends; a cancelled job's own followers are cancelled by the next look."""
        self.follow_ups(self.looker)
        rows = self._rows()
        for known in self.known.values():
            if known.needs and known.status == "queued" and rows[known.job_id]["status"] == "cancelled":
                needed = self.known.get(known.needs)
                assert needed is None or needed.status in ("failed", "cancelled")
                known.status = "cancelled"

    def _promote_and_expire(self, *, expire: bool = True) -> None:
        self._follow_up()
        limit_store.tend(self.looker)
        duty_store.promote(self.looker)
        if expire:
            duty_store.expire(self.looker)
        rows = self._rows()
        for known in self.known.values():
            row = rows[known.job_id]
            if known.status == "queued" and row["status"] == "failed" and row["error_code"] == "expired":
                known.status = "failed"
            queued = row["status"] == "queued"
            assert not (expire and queued and row["expires_at"] is not None and row["expires_at"] < row["now"])
            waits = queued and not row["runnable"] and row["blocked_on"] is None
            assert not waits or row["run_at"] > row["now"] - timedelta(seconds=5)

    def _move_clock(self, seconds: float) -> None:
        for table, columns in MOVED.items():
            moved = ", ".join(f"{column} = {column} - %(by)s * interval '1 second'" for column in columns)
            self.looker.execute(f"UPDATE {table} SET {moved}", {"by": seconds})

    def _valid(self, claim: Claim) -> bool:
        known = self.known.get(claim.job.id)
        return known is not None and known.holder is claim

    def _recent_job(self, number: int) -> Known:
        jobs = list(self.known.values())
        return jobs[-1 - number % len(jobs)]

    def _recent_claims(self, numbers: list[int]) -> list[Claim]:
        """Claims of different jobs: a worker has one of each."""
        found = [self.claims[-1 - number % len(self.claims)] for number in numbers]
        return list({claim.job.id: claim for claim in found}.values())

    def _eligible(self) -> set[uuid.UUID]:
        """What may be claimed now, by the machine's own account and the row's times."""
        found = set()
        for job_id, row in self._rows().items():
            in_time = row["expires_at"] is None or row["expires_at"] > row["now"]
            released = row["runnable"] or (self.limits and (row["blocked_on"] or "").startswith("limit:"))
            if self.known[job_id].status == "queued" and released and in_time and row["queue"] not in self.paused:
                found.add(job_id)
        return found

    def _nothing_else_changes(self, claims: list[Claim]) -> _Unchanged:
        return _Unchanged(self, {claim.job.id for claim in claims if self._valid(claim)})

    def _rows(self) -> dict[uuid.UUID, dict[str, Any]]:
        cursor = self.looker.cursor(row_factory=dict_row)
        return {row["id"]: row for row in cursor.execute(EVERYTHING).fetchall()}

    def _broken(self) -> bool:
        return set(self._rows()) != set(self.known)

    def _drain(self) -> None:
        for queue in self.paused:
            queue_store.resume(self.looker, queue)
        self.paused.clear()
        for round_number in range(60):
            self._move_clock(3600.0)
            self._promote_and_expire()
            self._rescue(self.workers[0], held=[])
            claimed = self._claim(self.workers[round_number % 2], 50)
            self._take(claimed, {claim.job.id for claim in claimed})
            if claimed:
                rows = [(claim.job.id, claim.token, "{}") for claim in claimed]
                _, written = store.complete(claimed[0].worker.connection, 1, rows, lead=False)
                self._ended(claimed, {pair.job_id for pair in written}, lambda _: "completed")
            if all(known.status in FINISHED for known in self.known.values()):
                break
        self.the_table_says_what_happened()
        assert all(known.status in FINISHED for known in self.known.values()), "a job never comes to an end"


class _Unchanged:
    """Checks that nothing but the jobs of ``allowed`` is changed inside."""

    def __init__(self, machine: JobAccount, allowed: set[uuid.UUID]) -> None:
        self._machine = machine
        self._allowed = allowed

    def __enter__(self) -> None:
        self._before = self._others()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            assert self._others() == self._before, "a stale claim changed a row"

    def _others(self) -> dict[uuid.UUID, dict[str, Any]]:
        rows = self._machine._rows()
        return {
            job_id: {name: value for name, value in row.items() if name != "now"}
            for job_id, row in rows.items()
            if job_id not in self._allowed
        }


EVERYTHING = """
SELECT
    ai_job.*, clock_timestamp() AS now,
    ARRAY(SELECT seq FROM ai_job_event WHERE job_id = ai_job.id ORDER BY seq) AS numbers,
    ARRAY(SELECT type FROM ai_job_event WHERE job_id = ai_job.id ORDER BY seq) AS kinds,
    ARRAY(SELECT run FROM ai_job_attempt WHERE job_id = ai_job.id ORDER BY run) AS attempts,
    (SELECT count(*) FROM effect WHERE job_id = ai_job.id) AS effects
FROM ai_job
"""
