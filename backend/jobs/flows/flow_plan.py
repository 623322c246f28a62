"""From what a caller wants to the rows of it: jobs, and who needs whom. Pure, but for the new ids."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import orjson

from backend.db import uuid7
from backend.errors import Unprocessable
from backend.jobs.enqueue import parameters_of, parse_request, required_task
from backend.jobs.flows.flow_store import GROUP_TYPE
from backend.jobs.options import Options, check_options
from backend.jobs.payload import clean
from backend.jobs.registry import DEFAULT_QUEUE, MAX_SUMMARY, Task

MAX_JOBS = 20_000  # of one call
OnFailure = Literal["cancel", "run"]
POLICIES = ("cancel", "run")


@dataclass(frozen=True)
class JobSpec:
    """A job to be made, with the options of ``enqueue`` that belong to one job of several. It is made in any case: neither
    an equal unique job nor a stored result stands in for it."""

    job_type: str
    request: Mapping[str, Any] = field(default_factory=dict)
    canvas_id: uuid.UUID | None = None
    priority: str = "normal"
    queue: str | None = None
    run_at: datetime | None = None
    expires_at: datetime | None = None
    max_attempts: int | None = None
    tags: Sequence[str] = ()
    correlation_id: str | None = None
    limit_key: str | None = None

    @property
    def options(self) -> Options:
        """All but type and request."""
        return Options(**{name: value for name, value in vars(self).items() if name not in ("job_type", "request")})


@dataclass(frozen=True)
class GroupSpec:
    """Jobs that run side by side, under a parent that ends after the last of them."""

    jobs: Sequence[Spec]
    on_failure: OnFailure = "cancel"
    summary: str | None = None


@dataclass(frozen=True)
class ChainSpec:
    """Jobs that run one after the other."""

    links: Sequence[Spec]
    on_failure: OnFailure = "cancel"


Spec = JobSpec | GroupSpec | ChainSpec
Admission = Callable[[Task, dict[str, Any], Options], uuid.UUID | None]
Need = tuple[Sequence[uuid.UUID], OnFailure]
NOTHING: Need = ((), "cancel")


class Plan:
    """Jobs of one user to be inserted together. Every job's id is larger than its parent's: who locks several locks in
    the order of ids."""

    def __init__(self, user_id: uuid.UUID, admit: Admission | None = None) -> None:
        """``admit`` is asked about each job; it may change the parsed request and names the job's canvas."""
        self.user_id = user_id
        self._admit = admit
        self.rows: list[dict[str, Any]] = []
        self.edges: list[tuple[uuid.UUID, uuid.UUID, int, OnFailure]] = []
        self.groups: list[uuid.UUID] = []
        self._last_id = uuid.UUID(int=0)

    def add(self, spec: Spec, need: Need = NOTHING, parent_id: uuid.UUID | None = None) -> list[uuid.UUID]:
        """Add what ``spec`` wants, after what it needs; the jobs of it that its surroundings see, the last one last."""
        match spec:
            case JobSpec():
                return [self._add_job(spec, need, parent_id)]
            case ChainSpec():
                return self._add_chain(spec, need, parent_id)
            case GroupSpec():
                if not spec.jobs:
                    raise Unprocessable("A group within a chain or a group needs at least one job.")
                return [self.add_group(spec, need, parent_id)]

    def add_group(self, spec: GroupSpec, need: Need = NOTHING, parent_id: uuid.UUID | None = None) -> uuid.UUID:
        """Add a group's parent and its children. The children need what the group needs; the parent needs the children."""
        group_id = self._new_id()
        row, first = _group_row(spec), len(self.rows) + 1
        self._append(row, group_id, parent_id, blocked=True)
        self.groups.append(group_id)
        children = [child for job in spec.jobs for child in self.add(job, need, group_id)]
        self._need(group_id, children, spec.on_failure)
        canvases = {row["canvas_id"] for row in self.rows[first:]}
        row["canvas_id"] = canvases.pop() if len(canvases) == 1 else None
        return group_id

    def parameters(self) -> dict[str, Any]:
        """The parameters of ``enqueue_flow``."""
        needed = {needs_id for _, needs_id, _, _ in self.edges} | set(self.groups)
        columns = {plural: [row[name] for row in self.rows] for plural, name in _COLUMNS.items()}
        return {
            **columns,
            "user_id": self.user_id,
            "followed": [row["id"] in needed for row in self.rows],
            "dependents": [edge[0] for edge in self.edges],
            "needs": [edge[1] for edge in self.edges],
            "positions": [edge[2] for edge in self.edges],
            "policies": [edge[3] for edge in self.edges],
            "groups": self.groups,
        }

    def _add_chain(self, spec: ChainSpec, need: Need, parent_id: uuid.UUID | None) -> list[uuid.UUID]:
        if not spec.links:
            raise Unprocessable("A chain needs at least one job.")
        seen: list[uuid.UUID] = []
        for link in spec.links:
            added = self.add(link, need, parent_id)
            seen += added
            need = ([added[-1]], check_policy(spec.on_failure))
        return seen

    def _add_job(self, spec: JobSpec, need: Need, parent_id: uuid.UUID | None) -> uuid.UUID:
        options = spec.options
        check_options(options)
        task = required_task(spec.job_type)
        request = parse_request(task, spec.request)
        if self._admit is not None:
            options = replace(options, canvas_id=self._admit(task, request, options))
        row = parameters_of(task, request, options, self.user_id, "")
        row = {**row, "tags": orjson.dumps(row["tags"]).decode()}
        job_id = self._new_id()
        needs, policy = need
        self._append(row, job_id, parent_id, blocked=bool(needs))
        self._need(job_id, needs, policy)
        return job_id

    def _append(self, row: dict[str, Any], job_id: uuid.UUID, parent_id: uuid.UUID | None, *, blocked: bool) -> None:
        if len(self.rows) >= MAX_JOBS:
            raise Unprocessable(
                f"At most {MAX_JOBS} jobs can be made at once; make several groups.", code="too_many_jobs"
            )
        row.update(id=job_id, parent_id=parent_id, blocked=blocked)
        self.rows.append(row)

    def _need(self, job_id: uuid.UUID, needs: Sequence[uuid.UUID], policy: OnFailure) -> None:
        check_policy(policy)
        self.edges += [(job_id, needs_id, position, policy) for position, needs_id in enumerate(needs)]

    def _new_id(self) -> uuid.UUID:
        """UUIDs of one millisecond come in any order: take the next number instead of a smaller one."""
        self._last_id = max(uuid7(), uuid.UUID(int=self._last_id.int + 1))
        return self._last_id


_COLUMNS = {
    "ids": "id",
    "parent_ids": "parent_id",
    "canvas_ids": "canvas_id",
    "job_types": "job_type",
    "queues": "queue",
    "priorities": "priority",
    "offsets": "offset",
    "run_ats": "run_at",
    "expires_ats": "expires_at",
    "summaries": "summary",
    "requests": "request",
    "max_attempts": "max_attempts",
    "tags": "tags",
    "correlation_ids": "correlation_id",
    "idempotency_keys": "idempotency_key",
    "idempotency_hashes": "idempotency_hash",
    "limit_keys": "limit_key",
    "blocked": "blocked",
}


def check_policy(policy: OnFailure) -> OnFailure:
    """Refuse what is no failure policy."""
    if policy not in POLICIES:
        raise Unprocessable(
            f"“{policy}” is no failure policy.", errors={"on_failure": [f"Use one of: {', '.join(POLICIES)}."]}
        )
    return policy


def _group_row(spec: GroupSpec) -> dict[str, Any]:
    jobs = len(spec.jobs)
    summary = spec.summary or (f"{jobs} jobs" if jobs != 1 else "1 job")
    return {
        "canvas_id": None,
        "job_type": GROUP_TYPE,
        "queue": DEFAULT_QUEUE,
        "priority": "normal",
        "offset": 0,
        "run_at": None,
        "expires_at": None,
        "summary": clean(" ".join(summary.split()))[:MAX_SUMMARY],
        "request": orjson.dumps({"jobs": jobs, "on_failure": spec.on_failure}).decode(),
        "max_attempts": 1,
        "tags": "[]",
        "correlation_id": None,
        "idempotency_key": None,
        "idempotency_hash": None,
        "limit_key": None,
    }
