"""Chains, groups and jobs that wait for others, made in the caller's transaction: all of it exists if the caller commits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import psycopg

from backend.db import AnyConnection, driver_connection
from backend.errors import Unprocessable
from backend.jobs.enqueue import known_job
from backend.jobs.flows import flow_store
from backend.jobs.flows.flow_plan import ChainSpec, GroupSpec, JobSpec, OnFailure, Plan, Spec
from backend.jobs.job import Job
from backend.jobs.options import Options, check_options
from backend.jobs.payload import fingerprint_of
from backend.jobs.store import Connection

__all__ = ["ChainSpec", "Group", "GroupSpec", "JobSpec", "chain", "group", "make_group", "then"]


@dataclass(frozen=True)
class Group:
    """A group: its parent, its children in order, and what runs after it.

    ``created`` is False, and the parent is all there is, if the idempotency key had made it before.
    """

    parent: Job
    children: list[Job]
    then: Job | None = None
    created: bool = True


def chain(
    session_or_connection: AnyConnection,
    links: Sequence[Spec],
    *,
    user_id: uuid.UUID,
    on_failure: OnFailure = "cancel",
) -> list[Job]:
    """Make jobs that run one after the other; one job for each link, of a group its parent.

    With ``on_failure="cancel"`` the rest is cancelled when a link fails or is cancelled; with ``"run"`` it runs all the
    same, and ``ctx.inputs()`` says how the link before it ended. Raises ``Unprocessable``.
    """
    plan = Plan(user_id)
    seen = plan.add(ChainSpec(links, on_failure))
    with _transaction(session_or_connection) as connection:
        jobs = flow_store.enqueue_flow(connection, plan.parameters())
    return [jobs[job_id] for job_id in seen]


def group(
    session_or_connection: AnyConnection,
    jobs: Sequence[Spec],
    *,
    user_id: uuid.UUID,
    then: Spec | None = None,
    on_failure: OnFailure = "cancel",
    summary: str | None = None,
    idempotency_key: str | None = None,
) -> Group:
    """Make jobs that run side by side under one parent, and ``then``, which runs after all of them.

    The parent's progress is its children's. When the last child has ended, the parent completes with how they ended;
    with ``on_failure="cancel"`` it fails instead if one of them did not complete, and ``then`` is cancelled. A group of
    no jobs completes at once. Raises ``Unprocessable``, and ``Conflict`` as ``enqueue`` does for an idempotency key.
    """
    check_options(Options(idempotency_key=idempotency_key))
    wanted = GroupSpec(jobs, on_failure, summary)
    return make_group(session_or_connection, Plan(user_id), wanted, then, idempotency_key)


def make_group(
    target: AnyConnection, plan: Plan, wanted: GroupSpec, after: Spec | None, idempotency_key: str | None
) -> Group:
    """``group`` with an empty plan of the caller's."""
    fingerprint = None
    with _transaction(target) as connection:
        if idempotency_key is not None:
            raw = {"group": asdict(wanted), "then": after and asdict(after)}
            fingerprint = fingerprint_of(flow_store.GROUP_TYPE, raw)
            flow_store.lock_key(connection, plan.user_id, idempotency_key)
            known = known_job(connection, plan.user_id, idempotency_key, fingerprint)
            if known is not None:
                return Group(known.job, [], created=False)
        parent_id = plan.add_group(wanted)
        last = None if after is None else plan.add(after, ([parent_id], wanted.on_failure))[-1]
        plan.rows[0].update(idempotency_key=idempotency_key, idempotency_hash=fingerprint)
        made = flow_store.enqueue_flow(connection, plan.parameters())
        if not wanted.jobs:
            flow_store.close_groups(connection, [parent_id])
    children = [made[edge[1]] for edge in plan.edges if edge[0] == parent_id]
    return Group(made[parent_id], children, None if last is None else made[last])


def then(
    session_or_connection: AnyConnection,
    needs: Sequence[Job | uuid.UUID],
    spec: Spec,
    *,
    user_id: uuid.UUID,
    on_failure: OnFailure = "cancel",
) -> Job:
    """Make a job that runs after jobs which exist already, whether they wait, run or have ended.

    Locks the needed jobs until the caller commits, so that none ends unseen: commit soon. Raises ``Unprocessable`` if
    one of them does not exist (any more) or is somebody else's.
    """
    ids = list(dict.fromkeys(need.id if isinstance(need, Job) else need for need in needs))
    plan = Plan(user_id)
    last = plan.add(spec, (ids, on_failure))[-1]
    with _transaction(session_or_connection) as connection:
        _follow(connection, ids, user_id)
        return flow_store.enqueue_flow(connection, plan.parameters())[last]


def _follow(connection: Connection, ids: Sequence[uuid.UUID], user_id: uuid.UUID) -> None:
    owners = flow_store.lock_needed(connection, ids)
    missing = [str(job_id) for job_id in ids if owners.get(job_id) != user_id]
    if missing:
        raise Unprocessable(
            "A job can wait only for jobs of its own user that still exist.",
            code="unknown_need",
            errors={"needs": [f"There is no job {job_id}." for job_id in missing[:10]]},
        )
    flow_store.follow(connection, ids)


@contextmanager
def _transaction(target: AnyConnection) -> Iterator[Connection]:
    """The caller's transaction; on a connection that commits by itself one for all statements of a call."""
    if not isinstance(target, psycopg.Connection):
        yield driver_connection(target)
    elif target.autocommit:
        with target.transaction():
            yield target
    else:
        yield target
