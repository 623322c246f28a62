"""What follows from the end of a job for those that depend on it, and the progress of groups."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from backend.config import Settings
from backend.jobs import store
from backend.jobs.flows import flow_store
from backend.jobs.flows.flow_store import COUNT_PAUSE
from backend.jobs.store import Connection
from backend.jobs.upkeep.retention import sweep

TURNS = 20  # looks at a family; a child may change its state between two


def settle_flows(connection: Connection, ended: Sequence[store.Ended]) -> None:
    """The care of ``follow_up``: dependents are let go or cancelled, groups end, children of stopped groups stop."""
    ids = [job.job_id for job in ended]
    dependents = flow_store.note_outcomes(connection, ids)
    if dependents:
        flow_store.settle_dependents(connection, dependents)
    for group_id in flow_store.forget_groups(connection, ids):
        cancel_family(connection, group_id)


def cancel_family(connection: Connection, group_id: uuid.UUID) -> None:
    """Cancel all that is below a group until nothing is left to cancel or to ask."""
    for _ in range(TURNS):
        if flow_store.cancel_children(connection, group_id) == 0:
            return


def retry_family(connection: Connection, family: Sequence[tuple[uuid.UUID, str]]) -> set[uuid.UUID]:
    """Queue a locked family (``lock_unfinished_family``) again: what failed runs, what needs it waits. Those that were."""
    ids = [job_id for job_id, _ in family]
    groups = [job_id for job_id, job_type in family if job_type == flow_store.GROUP_TYPE]
    flow_store.reopen(connection, ids, groups)
    done = set(groups) | store.requeue(connection, [job_id for job_id in ids if job_id not in groups]).ids
    flow_store.follow(connection, [job_id for job_id in ids if job_id not in done])  # they stay as they have ended
    return done


@sweep("dependencies")
def heal(connection: Connection, limit: int) -> int:
    """Nobody waits for a job that is not there any more."""
    with connection.transaction():
        orphans = flow_store.heal_dependencies(connection, limit)
        if orphans:
            flow_store.settle_dependents(connection, orphans)
    return len(orphans)


class GroupCounter:
    """A duty of maintenance: the progress of open groups."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, connection: Connection) -> float:
        counted = flow_store.count_groups(connection)
        return COUNT_PAUSE if counted.any_open else self._settings.job_processing_interval
