"""What follows from the end of a job for those that depend on it, and the progress of groups."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

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
    cancel_families(connection, flow_store.forget_groups(connection, ids))


def cancel_families(connection: Connection, group_ids: Collection[uuid.UUID]) -> None:
    """Cancel all that is below groups until nothing is left to cancel or to ask."""
    for _ in range(TURNS if group_ids else 0):
        if flow_store.cancel_children(connection, group_ids) == 0:
            return


def retry_jobs(connection: Connection, ids: Collection[uuid.UUID]) -> store.Requeued:
    """Queue failed and cancelled jobs again. What depends on one of them and has not run waits for it once more."""
    needed = flow_store.reopen_dependencies(connection, ids)
    requeued = store.requeue(connection, ids)
    _follow_again(connection, needed, requeued.ids)
    return requeued


def retry_family(connection: Connection, family: Sequence[tuple[uuid.UUID, str]]) -> store.Requeued:
    """Queue a locked family (``lock_unfinished_family``) again: what failed runs, what needs it waits. Those that were."""
    ids = [job_id for job_id, _ in family]
    groups = [job_id for job_id, job_type in family if job_type == flow_store.GROUP_TYPE]
    needed = flow_store.reopen_dependencies(connection, ids)
    flow_store.reopen_groups(connection, groups)
    requeued = store.requeue(connection, [job_id for job_id in ids if job_id not in groups])
    done = requeued.ids | set(groups)
    _follow_again(connection, needed, done)
    flow_store.close_groups(connection, groups)  # all below it may have completed meanwhile
    return store.Requeued(done, requeued.cacheable)


def _follow_again(connection: Connection, needed: Collection[uuid.UUID], queued: Collection[uuid.UUID]) -> None:
    """Have the ends of needed jobs noted that are queued again; the others stay as they have ended, for all who need them."""
    flow_store.follow(connection, [job_id for job_id in needed if job_id in queued])
    dependents = flow_store.note_outcomes(connection, [job_id for job_id in needed if job_id not in queued])
    if dependents:
        flow_store.settle_dependents(connection, dependents)


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
