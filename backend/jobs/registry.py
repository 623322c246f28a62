"""The tasks of this installation: declared by ``@task`` where their feature lives, found here by name."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

from marshmallow import INCLUDE, Schema

from backend.config import Settings
from backend.config_rules import STANDARD_QUEUES
from backend.db import AnySession
from backend.identity import Actor
from backend.jobs.plain_schema import quick_check
from backend.jobs.retry import RetryPolicy
from backend.jobs.unique import Unique

if TYPE_CHECKING:
    from backend.jobs.handling.context import JobContext

Access = Literal["user", "staff", "internal"]
CacheScope = Literal["user", "shared"]
DEFAULT_QUEUE = "default"
MAX_SUMMARY = 200  # characters
MAX_LIMIT_KEY = 200  # characters


class Handler(Protocol):
    """The decorated function: does the work and returns a result that JSON can hold."""

    def __call__(self, ctx: JobContext, request: dict[str, Any], /) -> dict[str, Any]: ...


class Admit(Protocol):
    """Runs in the enqueuing transaction before the insert: checks access, may create rows and normalise the request.

    Returns the job's canvas, if it has one; raises an ``ApiError`` to refuse.
    """

    def __call__(self, session: AnySession, actor: Actor, request: dict[str, Any], /) -> uuid.UUID | None: ...


@dataclass(frozen=True)
class Task:
    """A declared task. ``timeout`` and ``hard_timeout`` are in seconds; None: the installation's.

    ``process``: the handler computes, and runs in a child process of the worker.
    """

    name: str
    handler: Handler
    schema: Schema
    queue: str
    retry: RetryPolicy
    timeout: float | None
    hard_timeout: float | None
    access: Access
    admit: Admit | None
    summarise: Callable[[dict[str, Any]], str] | None
    unique: Unique | None = None
    limit: int | None = None
    key_of: Callable[[dict[str, Any]], str | None] | None = None
    process: bool = False
    cache_seconds: float | None = None
    cache_scope: CacheScope = "user"
    version: int = 1

    def time_limits(self, timeout: float, grace: float) -> tuple[float, float]:
        """Seconds until a run is asked to stop, and until it is given up; the installation's values where none is declared."""
        soft = self.timeout or timeout
        return soft, self.hard_timeout or soft + grace

    def parse(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The request of a caller, validated. Raises marshmallow's ``ValidationError``."""
        if type(raw) is dict and self._is_plain(raw):
            return raw.copy()
        loaded: dict[str, Any] = self.schema.load(raw)
        return loaded

    def stored(self, request: dict[str, Any]) -> dict[str, Any]:
        """The parsed request as it is stored: what the schema dumps, and what ``admit`` added beside it."""
        if self._is_plain(request):
            return request
        extra = {key: value for key, value in request.items() if key not in self.schema.fields}
        dumped: dict[str, Any] = self.schema.dump(request)
        return {**extra, **dumped}

    def restore(self, stored: dict[str, Any]) -> dict[str, Any]:
        """The stored request as the handler gets it."""
        if not self.schema.fields:
            return stored
        if self._fits is not None and self._fits(stored):
            return stored.copy()
        loaded: dict[str, Any] = self.schema.load(stored, unknown=INCLUDE)
        return loaded

    def _is_plain(self, request: dict[str, Any]) -> bool:
        """Whether it has the schema's fields, no others, and is stored as it was sent."""
        return self._fits is not None and len(request) == len(self.schema.fields) and self._fits(request)

    @cached_property
    def _fits(self) -> Callable[[dict[str, Any]], bool] | None:
        return quick_check(self.schema)

    def summary(self, request: dict[str, Any]) -> str | None:
        """A short title for people."""
        if self.summarise is None:
            return None
        return " ".join(self.summarise(request).split())[:MAX_SUMMARY]

    def limit_key(self, request: dict[str, Any]) -> str | None:
        """What the job shares a limit with, if the task says so."""
        key = None if self.key_of is None else self.key_of(request)
        return None if key is None else " ".join(key.split())[:MAX_LIMIT_KEY]


_tasks: dict[str, Task] = {}


def task(
    name: str,
    *,
    schema: type[Schema],
    queue: str = DEFAULT_QUEUE,
    retry: RetryPolicy | None = None,
    timeout: float | None = None,
    hard_timeout: float | None = None,
    access: Access = "user",
    admit: Admit | None = None,
    summary: Callable[[dict[str, Any]], str] | None = None,
    unique: Unique | None = None,
    limit: int | None = None,
    limit_key: Callable[[dict[str, Any]], str | None] | None = None,
    process: bool = False,
    cache_seconds: float | None = None,
    cache_scope: CacheScope = "user",
    version: int = 1,
) -> Callable[[Handler], Handler]:
    """Declare the decorated function as the handler of jobs of type ``name``, which is stable once it was released.

    ``limit``: how many of them may run at the same time, unless the installation says otherwise. ``limit_key`` says of a
    request which jobs are limited together, by a limit of scope ``key``: the same account elsewhere, for example.
    """

    def declare(handler: Handler) -> Handler:
        declared = Task(
            name,
            handler,
            schema(),
            queue,
            retry or RetryPolicy(),
            timeout,
            hard_timeout,
            access,
            admit,
            summarise=summary,
            unique=unique,
            limit=limit,
            key_of=limit_key,
            process=process,
            cache_seconds=cache_seconds,
            cache_scope=cache_scope,
            version=version,
        )
        _register(declared)
        return handler

    return declare


def _register(task: Task) -> None:
    if task.hard_timeout is not None and task.timeout is not None and task.hard_timeout < task.timeout:
        raise ValueError(f"task {task.name!r}: hard_timeout must not be shorter than timeout")
    known = _tasks.get(task.name)
    if known is not None and known.handler is not task.handler:
        raise ValueError(f"there are two tasks called {task.name!r}")
    _tasks[task.name] = task


def find_task(name: str) -> Task | None:
    """The task called ``name``."""
    return _tasks.get(name)


def all_tasks() -> list[Task]:
    """All tasks, by name."""
    return [_tasks[name] for name in sorted(_tasks)]


def task_names() -> list[str]:
    """Names of all tasks, sorted."""
    return sorted(_tasks)


def process_modules() -> list[str]:
    """The modules whose handlers run in child processes: importing them there declares their tasks."""
    return sorted({known.handler.__module__ for known in _tasks.values() if known.process})


def queue_names() -> list[str]:
    """Queues that always exist, and those that some task routes to."""
    return sorted({*STANDARD_QUEUES, *(known.queue for known in _tasks.values())})


def queue_of(task: Task, settings: Settings) -> str:
    """Where jobs of a task go: by the first of the installation's routes that fits the name, else as declared."""
    for route in settings.queue_routes:
        if fnmatchcase(task.name, route.pattern):
            return route.queue
    return task.queue
