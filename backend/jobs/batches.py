"""A group that somebody asks for over HTTP: every job of it is checked and admitted as a single one would be."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg.errors

from backend.db import AnySession
from backend.errors import ApiError, Conflict, Unprocessable
from backend.identity import Actor
from backend.jobs import service
from backend.jobs.enqueue import InvalidRequest, required_task
from backend.jobs.flows.flow import Group, make_group
from backend.jobs.flows.flow_plan import GroupSpec, JobSpec, OnFailure, Plan
from backend.jobs.options import Options, check_options
from backend.jobs.registry import Task


def submit_batch(
    session: AnySession,
    actor: Actor,
    jobs: Sequence[Mapping[str, Any]],
    *,
    then: Mapping[str, Any] | None = None,
    on_failure: OnFailure = "cancel",
    summary: str | None = None,
    idempotency_key: str | None = None,
) -> Group:
    """Make a group of what ``actor`` asks for, in the session's transaction: all of it or nothing.

    ``jobs`` and ``then`` are loaded ``NewJobSchema``. Raises an ``ApiError`` that names the job that is wrong.
    """
    specs = [_checked(actor, job, "jobs", index) for index, job in enumerate(jobs)]
    after = None if then is None else _checked(actor, then, "then", None)

    def admit(task: Task, request: dict[str, Any], _options: Options) -> uuid.UUID | None:
        return task.admit(session, actor, request) if task.admit is not None else None

    plan = Plan(actor.user_id, admit)
    try:
        with session.begin_nested():
            return make_group(session, plan, GroupSpec(specs, on_failure, summary), after, idempotency_key)
    except InvalidRequest as error:
        index = len(plan.rows) - 1  # the group's own row is the first
        raise (_placed(error, "jobs", index) if index < len(specs) else _placed(error, "then", None)) from None
    except psycopg.errors.UniqueViolation:  # a single job was made under this key since we looked
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_key_reused") from None


def _checked(actor: Actor, job: Mapping[str, Any], where: str, index: int | None) -> JobSpec:
    fields = dict(job)
    fields.pop("fresh", None)  # no stored result stands in for a job of a group
    spec = JobSpec(fields.pop("job_type"), fields.pop("request_data"), **fields)
    try:
        task = required_task(spec.job_type)
        service.check_access(actor, task)
        service.check_priority(actor, spec.priority)
        check_options(spec.options)
    except ApiError as error:
        raise _placed(error, where, index) from None
    return spec


def _placed(error: ApiError, where: str, index: int | None) -> ApiError:
    """The same error, its messages where the caller wrote the job."""
    if not isinstance(error, Unprocessable):
        return error
    errors = {"request_data": error.errors} if isinstance(error, InvalidRequest) else error.errors
    return Unprocessable(
        error.detail, code=error.code, errors={where: errors if index is None else {str(index): errors}}
    )
