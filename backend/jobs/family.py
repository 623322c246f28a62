"""The tree that a job belongs to, and what there is to filter by."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from backend.db import AnySession, driver_connection
from backend.identity import Actor
from backend.jobs import service, store
from backend.jobs.models import AiJob

MOST = 500  # jobs of a tree that are shown
DEEPEST = 8  # levels
LOOKED = 2_000  # last jobs whose tags are offered
OFFERED = 50


@dataclass(frozen=True)
class Member:
    """A job of a tree: how deep it stands, and which others of the tree it needs."""

    job: AiJob
    depth: int
    needs: Sequence[uuid.UUID]


def tree_of(session: AnySession, actor: Actor, job_id: uuid.UUID) -> tuple[list[Member], bool]:
    """The topmost group above the job with all that is in it and ``actor`` may see, and whether there is more.

    Parents come before their children. Raises NotFound.
    """
    service.visible_job(session, actor, job_id)
    connection = driver_connection(session)
    viewer = None if actor.sees_all else actor.user_id
    parameters = {"id": job_id, "viewer": viewer, "deepest": DEEPEST, "most": MOST + 1}
    depths = dict(store.run(connection, "find_family", parameters).fetchall()[: MOST + 1])
    ids = list(depths)[:MOST]
    needs: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for one, needed in store.run(connection, "find_needs", {"ids": ids}).fetchall():
        needs[one].append(needed)
    jobs = {job.id: job for job in service.visible_jobs(session, actor, ids)}
    members = [Member(jobs[each], depths[each], needs[each]) for each in ids if each in jobs]
    return _parents_first(members), len(depths) > MOST


def names_in_use(session: AnySession, actor: Actor, *, everybody: bool) -> dict[str, list[str]]:
    """Tags and error codes of the last jobs, the most frequent first: {tag: […], error: […]}."""
    whose = None if everybody and actor.sees_all else actor.user_id
    parameters = {"user_id": whose, "looked": LOOKED, "most": OFFERED}
    found: dict[str, list[str]] = {"tag": [], "error": []}
    for kind, name in store.run(driver_connection(session), "find_tags", parameters).fetchall():
        found[kind].append(name)
    return found


def _parents_first(members: Sequence[Member]) -> list[Member]:
    """Depth first, so that a list can be drawn as it is."""
    children: dict[uuid.UUID | None, list[Member]] = defaultdict(list)
    for member in members:
        children[member.job.parent_id if member.depth else None].append(member)
    ordered: list[Member] = []
    pending = list(reversed(children[None]))
    while pending:
        member = pending.pop()
        ordered.append(member)
        pending += reversed(children.get(member.job.id, []))
    return ordered
