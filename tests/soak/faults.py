"""Engines with a guard taken out: every harness must fail with the one that it is about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import TypeVar

import psycopg

from backend.ai.calling.job_caller import JobCaller
from backend.jobs.admission import circuit
from backend.jobs.handling import run
from backend.jobs.link import Link
from backend.jobs.runtime.canary import Canary
from backend.jobs.runtime.listener import Listener
from backend.jobs.store import Connection
from tests.jobs import guards
from tests.jobs.guards import Guard, taken_out

VARIABLE = "SOAK_FAULT"
T = TypeVar("T")

NO_CLAIM = Guard(
    "every match of the claim",
    (
        ("complete_jobs", " AND ai_job.status = 'processing' AND ai_job.claim_token = done.token", ""),
        ("fence_job", " AND status = 'processing' AND claim_token = %(token)s", ""),
        ("append_partial", " AND status = 'processing' AND claim_token = %(token)s", ""),
    ),
)
NO_RESCUE = Guard("the rescue", (("rescue_jobs", "WHERE ai_job.worker_id IS NOT NULL", "WHERE false"),))
_for_good = ExitStack()
STATEMENTS = {"no tokens": guards.EVERY_TOKEN, "no claim": NO_CLAIM, "no rescue": NO_RESCUE}


def break_engine(name: str) -> None:
    """Take the guard called ``name`` out of this process for good; an empty name breaks nothing."""
    if not name:
        return
    if name in STATEMENTS:
        _for_good.enter_context(taken_out(STATEMENTS[name]))
    else:
        BREAKERS[name]()


def _no_canary() -> None:
    """Whoever listens believes that he hears."""
    Canary.deaf = property(lambda _canary: False)  # type: ignore[method-assign, assignment]


def _give_up() -> None:
    """A write is tried once."""

    def once(self: Link, work: Callable[[Connection], T], _closed: threading.Event) -> T:
        return self.attempt(work)

    Link.insist = once  # type: ignore[method-assign, assignment]


def _never_listen_again() -> None:
    """A broken listener stays broken and says that all is well."""

    def loop(self: Listener) -> None:
        from backend.jobs.link import connect

        self.connected.set()
        with connect(self._url, f"worker {self._worker_id} listener") as connection:
            try:
                self._listen(connection, False)
            except psycopg.Error:
                self._closed.wait()

    Listener.loop = loop  # type: ignore[method-assign]


def _ignore_cancels() -> None:
    """Whatever says that a job is cancelled, it is not interrupted."""
    whole = run.Run.interrupt

    def interrupt(self: run.Run, reason: run.Interruption) -> None:
        if reason is not run.CANCELLED:
            whole(self, reason)

    run.Run.interrupt = interrupt  # type: ignore[method-assign]


def _leave_streams_open() -> None:
    """A cancel stops the job at its next checkpoint, and does not touch what it waits for."""

    def on_cancel(_self: JobCaller, _callback: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()

    JobCaller.on_cancel = on_cancel  # type: ignore[method-assign, assignment]


def _all_at_once() -> None:
    """Nobody waits for who asks an unknown provider first."""

    def follow(asking: circuit.Asking) -> None:
        assert asking.provider

    circuit._follow_the_lead = follow


BREAKERS = {
    "gives up": _give_up,
    "never listens again": _never_listen_again,
    "all at once": _all_at_once,
    "deaf to cancels": _ignore_cancels,
    "leaves streams open": _leave_streams_open,
    "no canary": _no_canary,
}
