"""The statements of chains and groups: the part of ``store`` that is about jobs that wait for jobs."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from backend.jobs.job import Job
from backend.jobs.store import Connection, read_jobs, run

GROUP_TYPE = "job_group"  # no task: a group is never claimed, it ends with its children
MAX_LISTED = 1_000  # ids of children in the result of a group
COUNTED_AT_ONCE = 50  # groups
COUNT_PAUSE = 1.0  # seconds between two counts of one group
QUIET_PAUSE = 5.0  # seconds between two events of a group whose percent stays


class Counted(NamedTuple):
    """What a look at the open groups found."""

    written: int
    any_open: bool


class Children(NamedTuple):
    """How the children of a group stand."""

    total: int
    completed: int
    failed: int
    cancelled: int
    running: int


def enqueue_flow(connection: Connection, parameters: dict[str, Any]) -> dict[uuid.UUID, Job]:
    """Insert jobs with what they need; the jobs by their ids."""
    return {job.id: job for job, _ in read_jobs(run(connection, "enqueue_flow", parameters))}


def lock_key(connection: Connection, user_id: uuid.UUID, idempotency_key: str) -> None:
    """One at a time under this key, until the transaction ends."""
    run(connection, "lock_key", {"user_id": user_id, "idempotency_key": idempotency_key})


def lock_needed(connection: Connection, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Lock jobs that somebody will depend on; whose each is. What is missing does not exist."""
    return dict(run(connection, "lock_needed_jobs", {"ids": list(ids)}).fetchall())


def follow(connection: Connection, ids: Sequence[uuid.UUID]) -> None:
    """Have the ends of locked jobs noted, past ones too."""
    run(connection, "follow_jobs", {"ids": list(ids)})


def note_outcomes(connection: Connection, ended: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Tell the dependents of ended jobs how those ended; the dependents."""
    found = run(connection, "note_outcomes", {"ids": list(ended)}).fetchall()
    return sorted({job_id for (job_id,) in found})


def settle_dependents(connection: Connection, ids: Sequence[uuid.UUID]) -> None:
    """Cancel, let go or end those of the jobs of which it is decided. The look comes after the lock, with a new snapshot."""
    run(connection, "lock_dependents", {"ids": list(ids)})
    run(connection, "cancel_dependents", {"ids": list(ids)})
    run(connection, "release_dependents", {"ids": list(ids)})
    close_groups(connection, ids)


def close_groups(connection: Connection, ids: Sequence[uuid.UUID]) -> None:
    """End those of the jobs that are groups without an open child."""
    run(connection, "close_groups", {"ids": list(ids), "listed": MAX_LISTED})


def forget_groups(connection: Connection, ended: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """The groups among ended jobs that did not end with their children."""
    return [job_id for (job_id,) in run(connection, "forget_groups", {"ids": list(ended)}).fetchall()]


def groups_among(connection: Connection, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the jobs that are groups."""
    parameters = {"ids": list(ids), "group_type": GROUP_TYPE}
    return {job_id for (job_id,) in run(connection, "find_groups", parameters).fetchall()}


def lock_unfinished_family(connection: Connection, group_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """(id, type) of a group that has failed or was cancelled and of all that did not complete with it; empty if it has not."""
    return run(connection, "lock_unfinished_family", {"id": group_id, "group_type": GROUP_TYPE}).fetchall()


def reopen_dependencies(connection: Connection, ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Let what depends on jobs that will be queued again wait for them once more; those of them that somebody needs.

    Locks all of them. In the same transaction follow those that are queued, and note the outcomes of the others again.
    """
    run(connection, "lock_with_dependents", {"ids": list(ids)})
    return sorted({needs_id for (needs_id,) in run(connection, "reopen_dependencies", {"ids": list(ids)}).fetchall()})


def reopen_groups(connection: Connection, ids: Sequence[uuid.UUID]) -> None:
    """Let locked groups that have failed or were cancelled wait for their children again."""
    run(connection, "reopen_groups", {"ids": list(ids)})


def failed_needs(connection: Connection, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Jobs that by their policy would not be run, each with a job that it needs and that did not complete."""
    return dict(run(connection, "find_failed_needs", {"ids": list(ids), "group_type": GROUP_TYPE}).fetchall())


def heal_dependencies(connection: Connection, limit: int) -> list[uuid.UUID]:
    """Have the ends noted that nobody noted; jobs whose need is not there any more."""
    return [job_id for (job_id,) in run(connection, "heal_dependencies", {"limit": limit}).fetchall()]


def cancel_children(connection: Connection, group_ids: Collection[uuid.UUID]) -> int:
    """Cancel the children of groups, running ones at their next checkpoint; how many had to be."""
    parameters = {"ids": list(group_ids), "group_type": GROUP_TYPE}
    row = run(connection, "cancel_children", parameters).fetchone()
    return 0 if row is None else int(row[0]) + int(row[1])


def count_groups(connection: Connection) -> Counted:
    """Write the progress of open groups."""
    parameters = {"limit": COUNTED_AT_ONCE, "pause": COUNT_PAUSE, "quiet": QUIET_PAUSE}
    row = run(connection, "count_groups", parameters).fetchone()
    return Counted(0, False) if row is None else Counted(row[0], row[1] > 0)


def find_inputs(connection: Connection, job_id: uuid.UUID) -> list[tuple[uuid.UUID, str | None, str | None, Any]]:
    """(id, type, outcome, result) of the jobs that a job needs."""
    return run(connection, "find_inputs", {"id": job_id, "group_type": GROUP_TYPE}).fetchall()


def count_children(connection: Connection, group_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Children]:
    """How the children of each group stand."""
    rows = run(connection, "count_children", {"ids": list(group_ids)}).fetchall()
    return dict.fromkeys(group_ids, Children(0, 0, 0, 0, 0)) | {row[0]: Children(*row[1:]) for row in rows}
