"""Unique jobs: while a job is in certain states, an equal one is not made; whoever asks for it gets the first."""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from backend.jobs.models import STATUSES

UNFINISHED = ("queued", "processing")
IN_WINDOW = ("queued", "processing", "completed")


@dataclass(frozen=True)
class Unique:
    """What makes two jobs of a type equal, and in which states the first stands in the way of the second.

    ``fields``: names in the request that count; None: all of it. ``per_user``: other people's jobs do not count.
    ``window``: seconds. Time is cut into windows of that length from 1970-01-01 UTC on, by the database's clock, and jobs
    of different windows are never equal; so two jobs a moment apart are both made if a window ends between them.
    ``states``: by default while the first is unfinished; with a window also after it has completed, until the window ends.
    """

    fields: Sequence[str] | None = None
    window: float | None = None
    states: Sequence[str] | None = None
    per_user: bool = True

    def __post_init__(self) -> None:
        if self.window is not None and not (math.isfinite(self.window) and self.window > 0):
            raise ValueError(f"a window has some seconds, not {self.window}")
        if not set(self.blocking) <= set(STATUSES):
            raise ValueError(f"states of a job are {', '.join(STATUSES)}, not {self.blocking}")
        if not set(self.blocking) >= set(UNFINISHED):
            # A running job goes back to the queue for a retry; it must not meet an equal one there.
            raise ValueError("a unique job is unique at least while it is queued or processing")

    @property
    def blocking(self) -> Sequence[str]:
        """The states in which a job keeps equal ones from being made."""
        if self.states is not None:
            return self.states
        return UNFINISHED if self.window is None else IN_WINDOW

    def hash(self, job_type: str, stored: Mapping[str, Any], user_id: uuid.UUID) -> str:
        """What equal jobs have in common, but for the window, which the database adds."""
        chosen = dict(stored) if self.fields is None else {name: stored.get(name) for name in self.fields}
        owner = user_id if self.per_user else None
        body = orjson.dumps(
            [job_type, chosen, owner, self.window, *sorted(self.fields or ())], option=orjson.OPT_SORT_KEYS
        )
        return hashlib.sha256(body).hexdigest()
