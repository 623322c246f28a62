"""What a worker and its child processes say to each other, pickled over a socket pair that nobody else can reach."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from backend.config import Settings
from backend.jobs.handling.run import Interruption, Run
from backend.jobs.job import Job
from backend.jobs.outcome import Outcome
from backend.jobs.store import Written

# --- to the child ---


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message. Importing ``modules`` declares the tasks that the child may have to run."""

    settings: Settings
    modules: tuple[str, ...]
    log_level: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """A job to run, with the token that fences what its handler writes."""

    job: Job
    token: uuid.UUID
    module: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """This run shall stop. Its token alone would not do: jobs that were claimed together share one."""

    job_id: uuid.UUID
    token: uuid.UUID
    reason: Interruption

    def means(self, run: Run) -> bool:
        """Whether it is for this run."""
        return run.job.id == self.job_id and run.token == self.token


# --- to the worker ---


@dataclass(frozen=True, slots=True)
class Ready:
    """The child waits for its first job. ``memory`` is its resident size in bytes, here and below."""

    memory: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The handler's progress."""

    percent: int
    message: str | None


@dataclass(frozen=True, slots=True)
class Announced:
    """The handler's transaction has committed events."""

    written: list[Written]


@dataclass(frozen=True, slots=True)
class Logged:
    """A line for the worker's log."""

    level: int
    logger: str
    event: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """The run has ended and the child is free."""

    outcome: Outcome
    memory: int
