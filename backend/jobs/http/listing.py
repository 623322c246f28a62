"""Jobs as lists and pages show them: with their owners' names for staff, how groups stand, and what is foretold of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.db import AnySession, driver_connection
from backend.identity import Actor
from backend.jobs import service
from backend.jobs.forecast.forecast import estimates_of
from backend.jobs.http import views
from backend.jobs.models import FINISHED, AiJob


def job_bodies(session: AnySession, actor: Actor, jobs: Sequence[AiJob]) -> list[dict[str, Any]]:
    """The bodies of many jobs, by one look at what they have in common."""
    more = beside(session, actor, jobs)
    return [{**views.job_status_body(job, actor), **extra} for job, extra in zip(jobs, more, strict=True)]


def beside(session: AnySession, actor: Actor, jobs: Sequence[AiJob]) -> list[dict[str, Any]]:
    """What is said of each job beyond its own row."""
    connection = driver_connection(session)
    estimates = estimates_of(connection, [job.id for job in jobs if job.status not in FINISHED])
    children = service.children_of(session, jobs)
    names = service.names_of(session, {job.user_id for job in jobs}) if actor.sees_all else {}
    bodies = []
    for job in jobs:
        estimate = estimates.get(job.id)
        extra: dict[str, Any] = {"estimate": None if estimate is None else estimate.body()}
        if job.id in children:
            extra["children"] = children[job.id]._asdict()
        if job.user_id in names:
            extra["user_name"] = names[job.user_id]
        bodies.append(extra)
    return bodies


def detail_body(session: AnySession, actor: Actor, job: AiJob) -> dict[str, Any]:
    """Everything that the page of one job shows."""
    result, size = service.result_of(session, job)
    (extra,) = beside(session, actor, [job])
    attempts, steps = service.attempts_of(session, job.id), service.steps_of(session, job.id)
    causes = service.causes_of(session, actor, job)
    detail = views.job_detail_body(job, attempts, steps, causes, actor)
    return {**detail, **extra, "result": result, "result_bytes": size}
