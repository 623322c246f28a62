"""Steps: named pieces of a handler's work whose results are stored, so that no later run does, or pays for, them again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import orjson
import psycopg

from backend.jobs.failures import PASSING, passes
from backend.jobs.handling import handler_store
from backend.jobs.handling.run import LOST, Run
from backend.jobs.job import Job
from backend.jobs.payload import holds_nul
from backend.jobs.registry import find_task
from backend.jobs.signals import FinalError, database_lost

MAX_STEPS = 1_000  # of one job
MAX_NAME = 200  # characters
MAX_STEP_BYTES = 1024 * 1024  # of one result
PATIENCE = 60.0  # seconds for which a paid result is kept while the database cannot be reached
PAUSE = 0.25  # seconds between two attempts to store it

Connect = Callable[[], psycopg.Connection[Any]]


class Steps:
    """The steps of one run. Belongs to the handler's thread; ``connect`` gives its connection, or raises psycopg's error."""

    def __init__(self, run: Run, connect: Connect) -> None:
        self._run = run
        self._connect = connect
        self._names: set[str] = set()  # finished, or going on
        self._began = 0

    def take(self, name: str, work: Callable[[], object]) -> Any:
        """The stored result of step ``name``; without one, ``work``'s, stored."""
        self._check(name)
        self._names.add(name)
        self._began += 1
        ordinal = self._began
        try:
            found = self._find(name)
            if found is not None:
                return found.result
            began = time.monotonic()
            result = _to_json(name, work())
            return self._record(name, ordinal, result, time.monotonic() - began)
        except BaseException:
            self._names.discard(name)  # it has not finished: a handler may try it again
            raise

    def _check(self, name: str) -> None:
        if not 0 < len(name) <= MAX_NAME or not name.isprintable():
            raise ValueError(f"a step's name has 1 to {MAX_NAME} printable characters, not {name[:MAX_NAME]!r}")
        if name in self._names:
            raise ValueError(
                f"the step {name!r} is used twice in one run; the second would get the first one's result. "
                f'Number them, for example f"{name} {{number}}".'
            )
        if len(self._names) >= MAX_STEPS:
            raise ValueError(f"a job has at most {MAX_STEPS} steps; put more work into each, or make more jobs")

    def _find(self, name: str) -> handler_store.StepResult | None:
        if self._run.job.runs <= 1 and not _is_shared(self._run.job):  # nobody has run it before
            return None
        try:
            return handler_store.find_step(self._connect(), self._run.job.id, name)
        except PASSING as error:
            raise database_lost() from error

    def _record(self, name: str, ordinal: int, result: str, seconds: float) -> Any:
        """Store it even if the run shall stop by now: it is done and paid for."""
        given_up = time.monotonic() + PATIENCE
        while True:
            try:
                recorded = handler_store.record_step(
                    self._connect(),
                    self._run.job.id,
                    self._run.token,
                    name=name,
                    ordinal=ordinal,
                    result=result,
                    seconds=seconds,
                )
                break
            except psycopg.DataError as error:
                raise _refusal(name, str(error).strip()) from error
            except PASSING as error:
                if not passes(error):
                    raise
                if self._run.interruption is not None or time.monotonic() > given_up:
                    raise database_lost() from error
                self._run.wait(PAUSE)
        if recorded is None:
            self._run.interrupt(LOST)
            raise LOST
        return recorded.result


def _is_shared(job: Job) -> bool:
    """Whether the first run of this row may go on where that of another row has ended: as a flight, or without it."""
    task = find_task(job.job_type)
    return task is not None and task.cache_seconds is not None


def _to_json(name: str, result: object) -> str:
    try:
        dumped = orjson.dumps(result)
    except TypeError as error:
        raise _refusal(name, f"it cannot be written as JSON ({error})") from error
    if len(dumped) > MAX_STEP_BYTES:
        raise _refusal(name, f"it is larger than {MAX_STEP_BYTES} bytes; store the content and return its id")
    if b"\\u0000" in dumped and holds_nul(orjson.loads(dumped)):
        raise _refusal(name, "it contains a NUL character")
    return dumped.decode()


def _refusal(name: str, problem: str) -> FinalError:
    """Final: trying again would only pay again."""
    return FinalError("invalid_step", f"The result of the step “{name}” cannot be stored: {problem}.")
