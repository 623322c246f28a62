"""Why a job does not run: every cause, with the row behind it, as sentences for people."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.jobs import store
from backend.jobs.admission.circuit import wait_sentence
from backend.jobs.engine_settings import worker_silence
from backend.jobs.store import Connection

COUNTED = 1_000  # jobs ahead; beyond them there are just many
LISTED = 20  # ids of other jobs

TIMES = {
    "scheduled": "It is scheduled for a later time.",
    "retry": "It failed and is tried again after a pause.",
    "retry_after": "What it needs was busy and asked it to come back later.",
    "snoozed": "It asked to be run again later.",
    "rescued": "Its worker was lost; it starts again after a short pause.",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that a job waits for: ``ref`` holds the facts of the row behind it, ``until`` when it ends, if that is known."""

    cause: str
    until: datetime | None
    ref: dict[str, Any]


def causes_of(connection: Connection, job_id: uuid.UUID, viewer: uuid.UUID | None) -> list[Cause]:
    """Why the job is not running; empty unless it is queued. ``viewer`` sees ids of own jobs alone; None is staff."""
    parameters = {"id": job_id, "viewer": viewer, "silence": worker_silence(), "most": COUNTED, "listed": LISTED}
    return [Cause(*row) for row in store.run(connection, "why_waiting", parameters).fetchall()]


def waiting_bodies(causes: Sequence[Cause], *, staff: bool) -> list[dict[str, Any]]:
    """The causes as the API shows them. Who paused a queue is for staff."""
    bodies = []
    for cause in causes:
        shown = {key: value for key, value in cause.ref.items() if value is not None and key != "most"}
        if not staff:
            shown.pop("paused_by", None)
        if "since" in shown:  # JSON knows no time
            shown["since"] = datetime.fromisoformat(shown["since"])
        bodies.append({**shown, "cause": cause.cause, "message": _sentence(cause), "until": cause.until})
    return bodies


def _sentence(cause: Cause) -> str:
    if cause.cause == "provider":
        return wait_sentence(cause.ref["provider"], cause.ref["trouble"], cause.until)
    return SENTENCES[cause.cause](cause.ref)


def _paused(ref: dict[str, Any]) -> str:
    reason = ref["reason"]
    return f"Its queue “{ref['queue']}” is paused" + (f": {reason}" if reason else ".")


def _limit(ref: dict[str, Any]) -> str:
    scope, _, key = ref["limit"].partition(":")
    whose = {"user": "of one person", "queue": f"of the queue “{key}”", "type": f"of the type “{key}”"}
    return f"No more than {ref['slots']} {_jobs(ref['slots'])} {whose.get(scope, f'with the key “{key}”')} run at the same time."


def _needed(ref: dict[str, Any]) -> str:
    return f"It waits for {ref['count']} other {_jobs(ref['count'])} to end."


def _order(ref: dict[str, Any]) -> str:
    ahead = ref["ahead"]
    if ahead == 0:
        return "It is the next of its queue."
    many = f"More than {ahead}" if ref["most"] else str(ahead)
    overtaken = f", {ref['by_priority']} of them by their priority" if ref["by_priority"] else ""
    return f"{many} {_jobs(ahead)} of its queue {'comes' if ahead == 1 else 'come'} before it{overtaken}."


def _jobs(count: int) -> str:
    return "job" if count == 1 else "jobs"


SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "paused": _paused,
    "limit": _limit,
    "jobs": _needed,
    "flight": lambda _ref: "An equal job is running; this one gets its result.",
    "time": lambda ref: TIMES.get(ref["reason"], TIMES["scheduled"]),
    "worker": lambda ref: f"No worker serves the queue “{ref['queue']}”; the job starts by itself as soon as one does.",
    "busy": lambda _ref: "All workers of its queue are busy.",
    "order": _order,
    "expired": lambda _ref: "Its time is over: it will not be run any more.",
}
