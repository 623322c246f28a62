"""Finding jobs, the newest first, in a time that does not grow with the tables.

What an index of the jobs has in order is read from it. Anything else is looked for where it is likely, step by step: among
the newest jobs, among those that have not ended (both as they are now), among the newest of the history, and only then in the
whole history by the index of its words. Jobs are written to the history when they have ended (``history_keeper``): an index
on the jobs themselves would be written with every change of every job.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, TextClause, cast, literal, select, text, tuple_, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, aliased

from backend.db import AnySession
from backend.errors import ApiError
from backend.jobs.history.history_models import AiJobSearch
from backend.jobs.history.job_filter import JobFilter, conditions, history_query, id_bounds
from backend.jobs.models import AiJob

TIME_LIMIT = 2_000  # milliseconds for each statement
NEWEST, NEWEST_TEXTS = 5_000, 500  # jobs that are looked through one by one; with words less, each is read
NEAR = 20_000  # rows of the history likewise
LIVE, LIVE_TEXTS = 10_000, 500  # jobs of each kind that have not ended
TURNS = 8
SEARCHING = {"enable_seqscan": "off", "jit": "off"}


class SearchTimeout(ApiError):
    """The database did not answer in time."""

    status, code = 503, "search_timeout"


def find_ids(session: AnySession, wanted: JobFilter, *, limit: int, before: uuid.UUID | None) -> list[uuid.UUID]:
    """Ids of up to ``limit`` jobs that fit, the newest first, older than ``before``. Raises ``SearchTimeout``.

    ``wanted.user_id`` must say whose jobs may be seen; None is everybody's.
    """
    with limited_time(session):
        if not wanted.scattered:
            return _plain(session, wanted, limit, before)
        found, oldest = _newest(session, wanted, limit, before)
        if len(found) >= limit or oldest is None:
            return found[:limit]
        rest: set[uuid.UUID] = set()
        if wanted.live:
            rest |= set(_live(session, wanted, limit, oldest))
        if wanted.ended:
            rest |= set(_ended(session, wanted, limit, oldest))
        return [*found, *sorted(rest, reverse=True)][:limit]


def estimate_total(session: AnySession, wanted: JobFilter) -> int:
    """About how many jobs fit, as the planner of the database guesses. Costs nothing."""
    query: Select[uuid.UUID]
    if wanted.q is not None and wanted.ended:
        query = select(AiJobSearch.job_id).where(*_in_history(wanted))
    else:
        query = select(AiJob.id).where(~AiJob.hidden, *conditions(wanted))
    compiled = query.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    with limited_time(session):
        plan = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


@contextmanager
def limited_time(session: AnySession, milliseconds: int = TIME_LIMIT) -> Iterator[None]:
    """Statements inside are given up after a time, read no table from end to end (whatever the planner believes of a line
    that it has not counted yet), and their plans are not compiled: that takes longer than they do.
    """
    wanted = {**SEARCHING, "statement_timeout": str(milliseconds)}
    before = session.execute(_settings("current_setting('{0}'), set_config('{0}', :{0}, true)", wanted), wanted).one()[
        ::2
    ]
    try:
        yield
    except OperationalError as error:
        if "statement timeout" not in str(error.orig):
            raise
        raise SearchTimeout("The database is too busy to search just now; try again, or narrow the search.") from None
    session.execute(_settings("set_config('{0}', :{0}, true)", wanted), dict(zip(wanted, before, strict=True)))


def _settings(call: str, names: Iterable[str]) -> TextClause:
    return text("SELECT " + ", ".join(call.format(name) for name in names))


def _plain(session: AnySession, wanted: JobFilter, limit: int, before: uuid.UUID | None) -> list[uuid.UUID]:
    rest = conditions(replace(wanted, user_id=None))
    query = select(AiJob.id).where(~AiJob.hidden, *_owned(wanted, before), *rest, *_older(AiJob.id, before))
    return list(session.scalars(query.order_by(*_newest_first(wanted)).limit(limit)))


def _newest(
    session: AnySession, wanted: JobFilter, limit: int, before: uuid.UUID | None
) -> tuple[list[uuid.UUID], uuid.UUID | None]:
    """What fits of the newest jobs, and the oldest of those that were looked at; None if that was the last there is."""
    looked = NEWEST if wanted.q is None else NEWEST_TEXTS
    window = select(AiJob).where(~AiJob.hidden, *_owned(wanted, before), *_older(AiJob.id, before))
    window = window.order_by(*_newest_first(wanted))
    job = aliased(AiJob, window.limit(looked).subquery())
    fits = select(job.id).where(*conditions(wanted, job)).order_by(job.id.desc()).limit(limit)
    found = list(session.scalars(fits))
    if len(found) >= limit:
        return found, found[-1]
    edge = window.with_only_columns(AiJob.id).offset(looked - 1).limit(1)
    return found, session.scalar(edge)


def _live(session: AnySession, wanted: JobFilter, limit: int, before: uuid.UUID) -> Sequence[uuid.UUID]:
    """What fits of the jobs that have not ended, by the indexes that the engine has of those."""
    kinds = (
        (AiJob.status == "queued", AiJob.runnable),
        (AiJob.status == "queued", ~AiJob.runnable, AiJob.blocked_on.is_(None)),
        (AiJob.status == "queued", AiJob.blocked_on.isnot(None)),
        (AiJob.worker_id.isnot(None), AiJob.status == "processing"),
        (AiJob.flight_seq.isnot(None),),
    )
    looked = LIVE if wanted.q is None else LIVE_TEXTS
    live = (
        union_all(*(select(AiJob.id).where(*kind).limit(looked).subquery().select() for kind in kinds))
        .cte("live")
        .prefix_with("MATERIALIZED")
    )
    query = select(AiJob.id).where(
        AiJob.id.in_(select(live.c.id)),
        ~AiJob.hidden,
        AiJob.status.in_(("queued", "processing")),
        *conditions(wanted),
        AiJob.id < before,
    )
    return session.scalars(query.order_by(AiJob.id.desc()).limit(limit)).all()


def _ended(session: AnySession, wanted: JobFilter, limit: int, before: uuid.UUID) -> list[uuid.UUID]:
    """What fits of the history and is still so: a job may have been retried since."""
    found: list[uuid.UUID] = []
    near, oldest = _near(session, wanted, limit, before)
    found += _still(session, wanted, near)
    if len(found) >= limit or oldest is None:
        return found[:limit]
    for _ in range(TURNS):
        hits = _by_words(session, wanted, limit, oldest)
        found += _still(session, wanted, hits)
        if len(hits) < limit or len(found) >= limit:
            break
        oldest = hits[-1]
    return found[:limit]


def _near(
    session: AnySession, wanted: JobFilter, limit: int, before: uuid.UUID
) -> tuple[list[uuid.UUID], uuid.UUID | None]:
    window = select(AiJobSearch).where(AiJobSearch.job_id < before).order_by(AiJobSearch.job_id.desc())
    row = aliased(AiJobSearch, window.limit(NEAR).subquery())
    fits = select(row.job_id).where(*_in_history(wanted, row)).order_by(row.job_id.desc()).limit(limit)
    found = list(session.scalars(fits))
    if len(found) >= limit:
        return found, found[-1]
    edge = select(AiJobSearch.job_id).where(AiJobSearch.job_id < before).order_by(AiJobSearch.job_id.desc())
    return found, session.scalar(edge.offset(NEAR - 1).limit(1))


def _by_words(session: AnySession, wanted: JobFilter, limit: int, before: uuid.UUID) -> list[uuid.UUID]:
    """By the index of words. The fence keeps the planner from walking the history backwards instead."""
    hits = (
        select(AiJobSearch.job_id)
        .where(*_in_history(wanted), AiJobSearch.job_id < before)
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    query = select(hits.c.job_id).order_by(hits.c.job_id.desc()).limit(limit)
    return list(session.scalars(query))


def _still(session: AnySession, wanted: JobFilter, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    if not ids:
        return []
    query = select(AiJob.id).where(AiJob.id.in_(ids), ~AiJob.hidden, *conditions(wanted))
    return list(session.scalars(query.order_by(AiJob.id.desc())))


def _in_history(wanted: JobFilter, row: type[AiJobSearch] = AiJobSearch) -> Iterator[ColumnElement[bool]]:
    query = history_query(wanted)
    if query:
        yield row.document.op("@@")(cast(literal(query), TSQUERY))
    lower, upper = id_bounds(wanted)
    if lower is not None:
        yield row.job_id >= lower
    if upper is not None:
        yield row.job_id < upper


def _owned(wanted: JobFilter, before: uuid.UUID | None) -> list[ColumnElement[bool]]:
    """Whose jobs, as bounds in the index of people's jobs. With “=” the planner would walk over the newer jobs of all others to
    somebody who has many.
    """
    if wanted.user_id is None:
        return []
    last = literal(before or uuid.UUID(int=2**128 - 1))
    return [
        AiJob.user_id >= wanted.user_id,
        tuple_(AiJob.user_id, AiJob.id) <= tuple_(literal(wanted.user_id), last),
    ]


def _newest_first(wanted: JobFilter) -> list[ColumnElement[uuid.UUID]]:
    """The order in which an index has them."""
    return [AiJob.id.desc()] if wanted.user_id is None else [AiJob.user_id.desc(), AiJob.id.desc()]


def _older(column: InstrumentedAttribute[uuid.UUID], before: uuid.UUID | None) -> list[ColumnElement[bool]]:
    return [] if before is None else [column < before]
