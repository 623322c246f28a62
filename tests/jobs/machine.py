"""A machine that does to the job table whatever workers, people and time can do, in any order (Hypothesis draws it).

It keeps a small account of its own: who holds which job, and what has ended. After every step the table must say the same.
"""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from backend.jobs import store
from backend.jobs.admission import queue_store
from backend.jobs.admission.limits import set_limit
from backend.jobs.flows.flow import chain
from backend.jobs.flows.flow_plan import JobSpec
from backend.jobs.handling import handler_store
from backend.jobs.outcome import Cancelled, Failed, Outcome, Released, Settlement, Snoozed
from backend.jobs.store import ProgressReport
from tests.jobs.job_account import DAY, LEASE, Claim, JobAccount, Known

OUTCOMES: tuple[Outcome, ...] = (
    Failed("flaky", "Once more."),
    Failed("no_way", "Never.", final=True),
    Failed("busy", "Later.", retry_after=30.0),
    Snoozed(20.0, "tide"),
    Released("worker stopped"),
    Cancelled("nobody wants it"),
)
recent = st.integers(0, 7)  # counted back from the newest


class JobTable(JobAccount):
    """Two workers, three people, one clock."""

    @initialize(of_a_user=st.sampled_from((None, None, 1, 2)), of_a_queue=st.sampled_from((None, None, 1)))
    def begin(self, of_a_user: int | None, of_a_queue: int | None) -> None:
        """Two workers that hold their locks, and three jobs, two of which run already."""
        for table in (
            "ai_job",
            "ai_job_event",
            "ai_job_attempt",
            "ai_worker",
            "effect",
            "job_limit",
            "job_slot",
            "job_queue",
        ):
            self.looker.execute(f"DELETE FROM {table}")
        self.workers = [self._worker(), self._worker()]
        for scope, key, slots in (("user", str(self.users[0]), of_a_user), ("queue", "reports", of_a_queue)):
            if slots is not None:
                set_limit(self.looker, scope, key, slots)
                self.limits[f"{scope}:{key}"] = slots
        for user in range(3):
            job = self.engine.enqueue("sample_echo", user_id=self.users[user])
            self.known[job.id] = Known(job.id, job.max_attempts)
        for worker in self.workers:
            self._take(self._claim(worker, 1), set(self.known))

    # --- people ---

    @rule(
        user=st.integers(0, 2),
        other_queue=st.booleans(),
        priority=st.sampled_from(("low", "normal", "high", "urgent")),
        delay=st.sampled_from((None, None, 5.0, 600.0)),
        expiry=st.sampled_from((None, None, 5.0, 900.0)),
        attempts=st.integers(1, 3),
        kept=st.sampled_from((True, True, True, False)),
    )
    def enqueue(
        self,
        user: int,
        other_queue: bool,
        priority: str,
        delay: float | None,
        expiry: float | None,
        attempts: int,
        kept: bool,
    ) -> None:
        now = datetime.now(UTC)
        if not kept:
            self.looker.execute("BEGIN")
        job = self.engine.enqueue(
            "sample_other_queue" if other_queue else "sample_echo",
            user_id=self.users[user],
            priority=priority,
            run_at=None if delay is None else now + timedelta(seconds=delay),
            expires_at=None if expiry is None else now + timedelta(seconds=expiry + (delay or 0.0)),
            max_attempts=attempts,
        )
        if kept:
            self.known[job.id] = Known(job.id, attempts)
        else:
            self.looker.execute("ROLLBACK")

    @rule(user=st.integers(0, 2))
    def enqueue_two_of_which_one_needs_the_other(self, user: int) -> None:
        plan = [JobSpec("sample_echo"), JobSpec("sample_echo")]
        first, second = chain(self.looker, plan, user_id=self.users[user])
        self.known[first.id] = Known(first.id, first.max_attempts)
        self.known[second.id] = Known(second.id, second.max_attempts, needs=first.id)

    @precondition(lambda self: self.known)
    @rule(number=recent)
    def retry_by_hand(self, number: int) -> None:
        known = self._recent_job(number)
        again = store.requeue(self.looker, [known.job_id]).ids
        assert again <= ({known.job_id} if known.status in ("failed", "cancelled") else set())
        if again:
            known.status, known.needs = "queued", None

    @rule(queue=st.sampled_from(("default", "reports")))
    def pause_or_resume(self, queue: str) -> None:
        if queue in self.paused:
            queue_store.resume(self.looker, queue)
        else:
            queue_store.pause(self.looker, queue, None, "the machine")
        self.paused ^= {queue}

    @precondition(lambda self: self.known)
    @rule(number=recent)
    def cancel(self, number: int) -> None:
        known = self._recent_job(number)
        at_once = bool(store.cancel_queued(self.looker, [known.job_id]))
        assert at_once == (known.status == "queued")
        asked = not at_once and bool(store.request_cancel(self.looker, [known.job_id]))
        assert asked == (known.status == "processing" and not known.asked_to_stop)
        if at_once:
            known.status = "cancelled"
        known.asked_to_stop = known.asked_to_stop or asked

    # --- workers ---

    @rule(who=st.integers(0, 1), limit=st.integers(1, 4), late=st.sampled_from((False, False, True)))
    def claim(self, who: int, limit: int, late: bool) -> None:
        """Perhaps just after the most urgent job has expired, and nobody has said so yet."""
        if late:
            self.enqueue(0, False, "urgent", None, 5.0, 1, True)
            self._move_clock(6.0)
        eligible = self._eligible()
        claimed = self._claim(self.workers[who], limit)
        assert len(claimed) <= limit if self.limits else len(claimed) == min(limit, len(eligible))
        self._take(claimed, eligible)

    @rule(limit=st.integers(1, 3), kept=st.booleans())
    def claim_both_at_once(self, limit: int, kept: bool) -> None:
        """The second claim looks while the first one's transaction is open."""
        one, other = self.workers
        eligible = self._eligible()
        one.connection.execute("BEGIN")
        first = self._claim(one, limit)
        second = self._claim(other, limit)
        one.connection.execute("COMMIT" if kept else "ROLLBACK")
        assert not {claim.job.id for claim in first} & {claim.job.id for claim in second}
        assert self.limits or len(first) + len(second) == min(2 * limit, len(eligible)) or len(eligible) > limit
        self._take([*first, *second] if kept else second, eligible)

    @precondition(lambda self: self.claims)
    @rule(numbers=st.lists(recent, min_size=1, max_size=3))
    def complete(self, numbers: list[int]) -> None:
        """Several endings in one statement, of whoever's claims, stale ones among them."""
        self._complete(self._recent_claims(numbers))

    def _complete(self, claims: list[Claim]) -> None:
        writer = claims[0].worker
        rows = [(claim.job.id, claim.token, '{"by": "machine"}') for claim in claims]
        with self._nothing_else_changes(claims):
            _, written = store.complete(writer.connection, writer.worker_id, rows, lead=False)
        self._ended(claims, {pair.job_id for pair in written}, lambda _: "completed")

    @precondition(lambda self: self.claims)
    @rule(numbers=st.lists(recent, min_size=1, max_size=2), outcome=st.sampled_from(OUTCOMES), asked=st.booleans())
    def end_otherwise(self, numbers: list[int], outcome: Outcome, asked: bool) -> None:
        """Perhaps just after somebody asked the job to stop."""
        (first, *_) = self._recent_claims(numbers)
        if asked and self._valid(first):
            known = self.known[first.job.id]
            known.asked_to_stop |= bool(store.request_cancel(self.looker, [known.job_id]))
        self._settle(self._recent_claims(numbers), outcome)

    def _settle(self, claims: list[Claim], outcome: Outcome) -> None:
        rows: list[tuple[uuid.UUID, uuid.UUID, Settlement]] = []
        for claim in claims:
            update = self._decide(claim.job, outcome)
            assert isinstance(update, Settlement)
            rows.append((claim.job.id, claim.token, update))
        finals = {job_id: update.status for job_id, _, update in rows}
        writer = claims[0].worker
        with self._nothing_else_changes(claims):
            written = store.settle(writer.connection, writer.worker_id, rows, lead=False)

        def final(known: Known) -> str:
            status = finals[known.job_id]
            return "cancelled" if status == "queued" and known.asked_to_stop else status

        self._ended(claims, {pair.job_id for pair in written}, final)

    @precondition(lambda self: self.claims)
    @rule(number=recent, percent=st.integers(0, 100))
    def report(self, number: int, percent: int) -> None:
        (claim,) = self._recent_claims([number])
        self._report(claim, percent)

    def _report(self, claim: Claim, percent: int) -> None:
        with self._nothing_else_changes([claim]):
            report = ProgressReport(claim.job.id, claim.token, percent, "on its way")
            (answer,) = store.report_progress(claim.worker.connection, [report], lead=False)
        assert answer.lost != self._valid(claim)
        assert (answer.seq is not None) == self._valid(claim)

    @precondition(lambda self: self.claims)
    @rule(number=recent, crash=st.booleans())
    def write_in_a_transaction(self, number: int, crash: bool) -> None:
        """A handler's transaction; meanwhile everybody else goes on, and may not wait for it."""
        (claim,) = self._recent_claims([number])
        self._transact(claim, crash=crash)

    def _transact(self, claim: Claim, *, crash: bool) -> None:
        connection, valid = claim.worker.connection, self._valid(claim)
        with self._nothing_else_changes([claim]) if not valid else nullcontext():  # noqa: SIM117 - it looks after the commit
            with connection.transaction(force_rollback=crash):
                stop = handler_store.fence(connection, claim.job.id, claim.token)
                assert (stop is not None) == valid
                connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (claim.job.id, claim.job.runs))
                if valid:
                    assert claim.job.id not in self._rescue(self._other(claim.worker), held=[])
                    self._heartbeat(self._other(claim.worker))
                seq = handler_store.append_partial(connection, claim.job.id, claim.token, "{}", 50, None)
                assert (seq is not None) == valid
                if not valid:
                    raise psycopg.Rollback
                handler_store.extend_lease(connection, claim.job.id, claim.token, LEASE)
        if valid and not crash:
            self.known[claim.job.id].parts += 1

    @rule(who=st.integers(0, 1))
    def heartbeat(self, who: int) -> None:
        self._heartbeat(self.workers[who])

    @precondition(lambda self: any(known.holder for known in self.known.values()))
    @rule(
        number=recent,
        writing=st.sampled_from(("end", "end otherwise", "report", "transaction")),
        outcome=st.sampled_from(OUTCOMES),
    )
    def take_over(self, number: int, writing: str, outcome: Outcome) -> None:
        """A worker is silent for so long that the other one runs its jobs anew. Then it wakes up and writes."""
        held = [known.holder for known in self.known.values() if known.holder is not None]
        old = held[-1 - number % len(held)]
        other = self._other(old.worker)
        self._move_clock(LEASE + 1.0)
        self._rescue_what_is_lost(other)
        self._move_clock(10.0)
        self._promote_and_expire()
        eligible = self._eligible()
        self._take(self._claim(other, 10), eligible)
        match writing:
            case "end":
                self._complete([old])
            case "end otherwise":
                self._settle([old], outcome)
            case "report":
                self._report(old, 50)
            case "transaction":
                self._transact(old, crash=False)

    @rule(who=st.integers(0, 1))
    def crash(self, who: int) -> None:
        """The process is gone and another one starts. Its claims stay in ``claims``: a frozen one may wake up."""
        dead = self.workers[who]
        dead.session.close()
        self.workers[who] = self._worker(connection=dead.connection)

    # --- time ---

    @rule(
        seconds=st.sampled_from((1.0, 6.0, 15.0, 700.0, 4000.0, 8 * DAY, 31 * DAY)),
        rescuer=st.sampled_from((0, 1, None)),
    )
    def time_passes(self, seconds: float, rescuer: int | None) -> None:
        """And the workers look after what is due."""
        self._move_clock(seconds)
        if seconds > DAY:
            self._prune()
        if rescuer is not None:
            self._rescue_what_is_lost(self.workers[rescuer])
        self._promote_and_expire(expire=rescuer is not None)
