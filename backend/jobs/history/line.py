"""Jobs that wait, in the order in which they come: what stands in a line as it is claimed, then what waits for the clock, then
what waits for something else. The next page begins behind a place, which is the row's own: it stays while others go.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    extract,
    literal,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from backend.db import AnySession
from backend.jobs.history.job_filter import JobFilter, conditions
from backend.jobs.history.search import LIVE, LIVE_TEXTS, NEWEST, NEWEST_TEXTS, limited_time
from backend.jobs.models import AiJob

IN_LINE, BY_CLOCK, BLOCKED = range(3)
FOR_A_LIMIT = "limit:%"  # put aside until there is room; it keeps its place in the line


class Place(NamedTuple):
    """Where a job stands among all that wait."""

    rank: int
    key: int
    id: uuid.UUID


def find_waiting(
    session: AnySession, wanted: JobFilter, queues: Collection[str], *, limit: int, after: Place | None
) -> list[Place]:
    """Up to ``limit`` jobs that wait and fit, from behind ``after`` on. Raises ``SearchTimeout``.

    ``wanted.user_id`` must say whose jobs may be seen; None is everybody's. As many are looked at
    one by one as in a search.
    """
    names = sorted(queues) if wanted.queue is None else [wanted.queue]
    if wanted.user_id is None:
        kinds = _everybodys(wanted, names, limit, after)
    else:
        kinds = iter([_ones(wanted, wanted.user_id, names, after)])
    found: list[Place] = []
    with limited_time(session):
        for kind in kinds:
            found += [Place(*row) for row in session.execute(kind.limit(limit - len(found)))]
            if len(found) >= limit:
                break
    return found


def _everybodys(wanted: JobFilter, names: Collection[str], limit: int, after: Place | None) -> Iterator[Select[Any]]:
    """One rank after the other. Each line is read from its index, in order, no further than is needed."""
    rank = IN_LINE if after is None else after.rank
    if rank == IN_LINE:
        place = tuple_(AiJob.sort_key, AiJob.id)
        behind = [] if after is None else [place > tuple_(literal(after.key), literal(after.id))]
        windows = [
            select(AiJob).where(line, *behind).order_by(AiJob.sort_key, AiJob.id).limit(_looked(wanted))
            for line in _lines(names)
        ]
        heads = [_fitting(window, wanted, None, IN_LINE).limit(limit).subquery().select() for window in windows]
        yield _ordered(union_all(*heads).subquery())
    if rank <= BY_CLOCK:
        clock = (AiJob.status == "queued", ~AiJob.runnable, AiJob.blocked_on.is_(None))
        yield _fitting(select(AiJob).where(*clock).order_by(AiJob.run_at).limit(_looked(wanted)), wanted, after)
    blocked = (AiJob.status == "queued", AiJob.blocked_on.isnot(None), ~AiJob.blocked_on.like(FOR_A_LIMIT))
    yield _fitting(select(AiJob).where(*blocked).limit(_looked(wanted)), wanted, after)


def _ones(wanted: JobFilter, user_id: uuid.UUID, names: Collection[str], after: Place | None) -> Select[Any]:
    """Of one's newest jobs those that wait, and what one has in the lines, by the indexes of both."""
    last = tuple_(literal(user_id), literal(uuid.UUID(int=2**128 - 1)))
    owned = (
        AiJob.user_id >= user_id,
        tuple_(AiJob.user_id, AiJob.id) <= last,
    )  # “=” would walk over others': search._owned
    newest = select(AiJob.id).where(*owned).order_by(AiJob.user_id.desc(), AiJob.id.desc())
    newest = newest.limit(NEWEST if wanted.q is None else NEWEST_TEXTS)
    lines = [select(AiJob.id).where(line, AiJob.user_id == user_id).limit(_looked(wanted)) for line in _lines(names)]
    own = union(*(part.subquery().select() for part in (newest, *lines))).subquery()
    return _fitting(select(AiJob).where(AiJob.id.in_(select(own.c.id)), AiJob.status == "queued"), wanted, after)


def _looked(wanted: JobFilter) -> int:
    """Jobs of each kind that are looked at: with words each is read."""
    return LIVE if wanted.q is None else LIVE_TEXTS


def _lines(names: Collection[str]) -> list[ColumnElement[bool]]:
    """What stands in the line of each queue: in two indexes that have it in order."""
    kinds = (AiJob.runnable, AiJob.blocked_on.like(FOR_A_LIMIT))
    return [and_(AiJob.queue == name, AiJob.status == "queued", kind) for name in names for kind in kinds]


def _fitting(window: Select[Any], wanted: JobFilter, after: Place | None, known: int | None = None) -> Select[Any]:
    """The places of what fits of the jobs of a window, in order; of a ``known`` rank in the order in which it is read."""
    job: Any = aliased(AiJob, window.subquery())
    in_line = or_(job.runnable, job.blocked_on.like(FOR_A_LIMIT))
    rank: ColumnElement[Any] = case((in_line, IN_LINE), (job.blocked_on.is_(None), BY_CLOCK), else_=BLOCKED)
    moment = cast(extract("epoch", job.run_at) * 1_000_000, BigInteger)
    key: ColumnElement[Any] = case((rank == BY_CLOCK, moment), else_=job.sort_key)
    if known == IN_LINE:
        rank, key = literal(IN_LINE), job.sort_key
    behind = [] if after is None else [tuple_(rank, key, job.id) > tuple_(*(literal(part) for part in after))]
    found = select(rank.label("rank"), key.label("key"), job.id.label("id"))
    order = ("key", "id") if known == IN_LINE else ("rank", "key", "id")
    return found.where(~job.hidden, *conditions(wanted, job), *behind).order_by(*order)


def _ordered(found: Any) -> Select[Any]:
    return select(found.c.rank, found.c.key, found.c.id).order_by(found.c.rank, found.c.key, found.c.id)
