"""The place of a job in its line, and why jobs that stood behind it, or came later, are before it.

A place gets worse only when somebody joins the line before it. Everybody who can is found here by what the row says of
him, whenever it is asked: nothing has to be remembered of what was told before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.jobs.forecast.forecast_store import Asked, Waiting
from backend.jobs.models import PRIORITIES


@dataclass(frozen=True)
class Place:
    """``ahead`` jobs come before it, or more; ``reason`` names those that have joined before it."""

    ahead: int
    at_least: bool
    reason: str | None

    @property
    def position(self) -> int:
        """From 1."""
        return self.ahead + 1


def ahead_of(job: Asked, line: Iterable[Waiting]) -> list[Waiting]:
    """Those of the line that come before it."""
    return [other for other in line if (other.sort_key, other.id) < (job.sort_key, job.id)]


def why_before(job: Asked, ahead: Sequence[Waiting]) -> str | None:
    """Who of those before the job joined the line after it did, and by what right."""
    counts: Counter[str] = Counter()
    for other in ahead:
        if other.plain and other.created_at <= job.entered_at and other.priority == job.priority:
            continue  # it stood there already: nearly all of a long line, so that this is all that is looked at
        kind = _right_of(job, other)
        if kind is not None:
            counts[kind] += 1
    said = [_sentence(kind, counts[kind]) for kind in sorted(counts, key=_order)]
    if job.moved:
        said.append(f"its priority was changed to {job.priority}")
    return None if not said else f"{said[0][0].upper()}{said[0][1:]}{''.join(f'; {each}' for each in said[1:])}."


def _right_of(job: Asked, other: Waiting) -> str | None:
    """What brought somebody before the job after it had come; None for who stood there already."""
    higher = PRIORITIES.index(other.priority) > PRIORITIES.index(job.priority)
    later = other.created_at > job.entered_at
    if higher and (later or other.virtual_time >= job.virtual_time):
        return other.priority
    if other.runs > 0:
        return "back"
    if other.run_at is not None and other.run_at > job.entered_at:
        return "due"
    if other.needed:
        return "needed"
    if other.moved:
        return "raised"
    return "fair" if later else None


def _order(kind: str) -> int:
    return ("urgent", "high", "normal", "back", "due", "needed", "raised", "fair").index(kind)


def _sentence(kind: str, count: int) -> str:
    jobs = f"{count} {'job' if count == 1 else 'jobs'}"
    return {
        "back": f"{jobs} that had begun before came back to {'its' if count == 1 else 'their'} place",
        "due": f"{jobs} that waited for a set time came before it",
        "needed": f"{jobs} that waited for other jobs came before it",
        "raised": f"{jobs} whose priority was changed came before it",
        "fair": f"{jobs} of people who have had less done came before it",
    }.get(
        kind,
        f"{count} {'more urgent' if kind != 'urgent' else 'urgent'} {'job' if count == 1 else 'jobs'} came before it",
    )
