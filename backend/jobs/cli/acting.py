"""Commands that do something with jobs that exist, by id or with all that fit: cancel, retry, priority, delete."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import click

from backend.db import db
from backend.identity import OPERATOR
from backend.jobs import service
from backend.jobs.actions import OPEN_TO, Action, act
from backend.jobs.cli.arguments import Moment, confirm, find_person
from backend.jobs.cli.group import engine_connection, jobs_commands
from backend.jobs.cli.printing import print_table
from backend.jobs.history.job_filter import JobFilter
from backend.jobs.models import PRIORITIES

PAGE = 200  # jobs to a transaction
SHOWN = 20  # of what a dry run would change

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Selection:
    """Which jobs: those named, or all that fit the filters and that the action can change."""

    ids: Sequence[uuid.UUID]
    filters: JobFilter

    @property
    def named(self) -> bool:
        """Whether single jobs were named."""
        return bool(self.ids)


def selecting(command: F) -> F:
    """The arguments and options by which jobs are selected."""
    options = [
        click.argument("job_ids", type=click.UUID, nargs=-1),
        click.option("--type", "job_type", help="All of this type."),
        click.option("--queue", help="All of this queue."),
        click.option("--tag", help="All with this tag."),
        click.option("--user", help="All of this person (id or address)."),
        click.option("--since", type=Moment(), help="All that were made after: 15m, 2h, 3d or ISO 8601."),
        click.option("--until", type=Moment(), help="All that were made before."),
        click.option("--error", help="All that failed with this code."),
        click.option("--all", "every", is_flag=True, help="All, without any filter."),
        click.option("--dry-run", is_flag=True, help="Only show which."),
        click.option("--yes", is_flag=True, help="Do not ask."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _selection(
    action: Action,
    *,
    job_ids: tuple[uuid.UUID, ...],
    job_type: str | None,
    queue: str | None,
    tag: str | None,
    user: str | None,
    since: datetime | None,
    until: datetime | None,
    error: str | None,
    every: bool,
) -> Selection:
    filtered = any((job_type, queue, tag, user, since, until, error))
    if bool(job_ids) + filtered + every != 1:
        raise click.UsageError("Name jobs by their ids, or select them with filters, or say --all.")
    with engine_connection() as connection:
        user_id = find_person(connection, user) if user else None
    statuses = ("failed",) if action == "retry" or error is not None else OPEN_TO[action]
    filters = JobFilter(
        statuses=statuses,
        job_type=job_type,
        queue=queue,
        tag=tag,
        error_code=error,
        since=since,
        until=until,
        user_id=user_id,
    )
    return Selection(job_ids, filters)


@jobs_commands.command("cancel")
@selecting
def cancel(dry_run: bool, yes: bool, **selected: Any) -> None:
    """Cancel jobs: a queued one never starts, a running one stops at its next checkpoint."""
    _act("cancel", _selection("cancel", **selected), dry_run=dry_run, yes=yes)


@jobs_commands.command("retry")
@selecting
def retry(dry_run: bool, yes: bool, **selected: Any) -> None:
    """Queue jobs again, with all their attempts before them: failed or cancelled ones by id, failed ones by filter."""
    _act("retry", _selection("retry", **selected), dry_run=dry_run, yes=yes)


@jobs_commands.command("priority")
@click.argument("priority", type=click.Choice(PRIORITIES))
@selecting
def change_priority(priority: str, dry_run: bool, yes: bool, **selected: Any) -> None:
    """Let queued jobs overtake others, or be overtaken."""
    _act("priority", _selection("priority", **selected), dry_run=dry_run, yes=yes, priority=priority)


@jobs_commands.command("delete")
@selecting
def delete(dry_run: bool, yes: bool, **selected: Any) -> None:
    """Delete the records of finished jobs with their events. For whole ages of them see cleanup."""
    _act("delete", _selection("delete", **selected), dry_run=dry_run, yes=yes)


def _act(action: Action, selection: Selection, *, dry_run: bool, yes: bool, priority: str | None = None) -> None:
    if dry_run:
        _show(selection)
        return
    if action == "delete" or not selection.named:
        _confirm(action, selection, sure=yes)
    done, skipped = 0, Counter[str]()
    for ids in _pages(selection):
        acted = act(db.session, OPERATOR, action, ids, priority)
        db.session.commit()
        done += len(acted.done)
        skipped.update(acted.skipped.values())
        if selection.named:
            for job_id, reason in acted.skipped.items():
                click.echo(f"{job_id}: {reason.replace('_', ' ')}", err=True)
    click.echo(f"{action}: {done} done" + "".join(f", {count} {reason}" for reason, count in skipped.items()))
    if skipped and selection.named:
        click.get_current_context().exit(1)


def _pages(selection: Selection) -> Iterator[list[uuid.UUID]]:
    """Ids, the newest job first, one transaction's worth at a time."""
    if selection.named:
        for start in range(0, len(selection.ids), PAGE):
            yield list(selection.ids[start : start + PAGE])
        return
    before: uuid.UUID | None = None
    while page := service.list_jobs(db.session, OPERATOR, selection.filters, limit=PAGE, before=before):
        before = page[-1].id
        yield [job.id for job in page]


def _count(selection: Selection) -> int:
    return len(selection.ids) or service.count_jobs(db.session, OPERATOR, selection.filters)


def _confirm(action: Action, selection: Selection, *, sure: bool) -> None:
    if not sure:
        confirm(f"{action.capitalize()} {_count(selection)} jobs?", sure=False)


def _show(selection: Selection) -> None:
    if selection.named:
        jobs = service.visible_jobs(db.session, OPERATOR, selection.ids[:SHOWN])
    else:
        jobs = service.list_jobs(db.session, OPERATOR, selection.filters, limit=SHOWN, before=None)
    rows = [
        {"id": job.id, "status": job.status, "type": job.job_type, "queue": job.queue, "error": job.error_code}
        for job in jobs
    ]
    print_table(rows, ("id", "status", "type", "queue", "error"), empty="No job fits.")
    more = _count(selection) - SHOWN
    if more > 0:
        click.echo(f"… and {more} more.")
