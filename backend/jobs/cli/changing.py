"""Commands that make, rescue and remove jobs: enqueue, rescue, cleanup."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
import orjson

from backend.db import db
from backend.identity import OPERATOR, Actor
from backend.jobs import service
from backend.jobs.acts import note_act
from backend.jobs.cli.arguments import Moment, as_json, confirm, find_person, yes
from backend.jobs.cli.group import engine_connection, jobs_commands
from backend.jobs.cli.looking import job_story
from backend.jobs.cli.printing import print_json
from backend.jobs.engine_settings import current_settings
from backend.jobs.models import FINISHED, PRIORITIES
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.maintenance import SILENT_BEATS
from backend.jobs.store import Connection
from backend.jobs.tasks import CLEAN_UP
from backend.jobs.upkeep import retention

LOOK_INTERVAL = 0.1  # seconds


@jobs_commands.command("rescue")
@as_json
def rescue(as_json: bool) -> None:
    """Take back the jobs of dead workers now. Workers do so themselves several times a second: for when none runs."""
    settings = current_settings()
    with engine_connection() as connection:
        found = worker_store.rescue(
            connection,
            lease=settings.lease_seconds,
            silence=SILENT_BEATS * settings.heartbeat_interval,
            held_tokens=[],
        )
    note_act(db.session, OPERATOR, "job.rescue", "job", found)
    db.session.commit()
    if as_json:
        print_json(found)
        return
    for job_id in found:
        click.echo(job_id)
    click.echo(f"{len(found)} jobs rescued.")


@jobs_commands.command("cleanup")
@click.option("--older-than", "days", type=click.FloatRange(0), required=True, help="Days since the job ended.")
@click.option("--failed", is_flag=True, help="Failures too.")
@click.option("--now", "here", is_flag=True, help="Here and now, not as a job.")
@click.option("--user", help="For whom the job is run (id or address); default: the first member of staff.")
@yes
def cleanup(days: float, failed: bool, here: bool, user: str | None, yes: bool) -> None:
    """Remove finished jobs with their events before their retention ends, in small batches. Counts are kept."""
    failed_days = days if failed else None
    with engine_connection() as connection:
        total = retention.count_prunable(connection, days=days, failed_days=failed_days)
        confirm(f"Remove {total} finished jobs that ended more than {days:g} days ago?", sure=yes)
        if here:
            removed = _clean_up_here(connection, total, days=days, failed=failed)
            click.echo(f"{removed} jobs removed.")
            return
        actor = Actor(find_person(connection, user), role="staff", name=OPERATOR.name, via=OPERATOR.via)
    job = service.submit(db.session, actor, CLEAN_UP, {"older_than_days": days, "failed": failed}).job
    _note_clean_up([job.id], days, failed=failed)
    db.session.commit()
    click.echo(f"{job.id} removes {total} jobs; watch it with: flask --app backend jobs show {job.id}")


def _clean_up_here(connection: Connection, total: int, *, days: float, failed: bool) -> int:
    """Remove them, and note what was removed even if it was broken off; returns how many."""
    removed = 0
    try:
        for batch in retention.clean_up(connection, days=days, failed_days=days if failed else None):
            removed += batch
            click.echo(f"{removed} of {max(total, removed)} removed", err=True)
    finally:
        _note_clean_up(["finished"] if removed else [], days, failed=failed, removed=removed)
        db.session.commit()
    return removed


def _note_clean_up(targets: Sequence[object], days: float, *, failed: bool, removed: int | None = None) -> None:
    note_act(
        db.session, OPERATOR, "history.clean_up", "jobs", targets, older_than_days=days, failed=failed, removed=removed
    )


jobs_commands.add_command(cleanup, "purge")


@jobs_commands.command("enqueue")
@click.argument("job_type")
@click.argument("request_data", default="{}")
@click.option("--user", help="Whose job it is (id or address); default: the first member of staff.")
@click.option("--queue")
@click.option("--priority", type=click.Choice(PRIORITIES), default="normal", show_default=True)
@click.option("--run-at", type=Moment(future=True), help="Not before: 15m, 2h or ISO 8601.")
@click.option("--tag", "tags", multiple=True)
@click.option("--wait", type=click.FloatRange(0), help="Wait so many seconds for its end and show it.")
@click.pass_context
def enqueue_job(
    ctx: click.Context,
    job_type: str,
    request_data: str,
    user: str | None,
    queue: str | None,
    priority: str,
    run_at: datetime | None,
    tags: tuple[str, ...],
    wait: float | None,
) -> None:
    """Queue a job of any type; REQUEST_DATA is JSON."""
    request = _json_object(request_data)
    with engine_connection() as connection:
        actor = Actor(find_person(connection, user), role="staff", name=OPERATOR.name, via=OPERATOR.via)
    options: dict[str, Any] = {"queue": queue, "priority": priority, "run_at": run_at, "tags": tags}
    job = service.submit(db.session, actor, job_type, request, **options).job
    note_act(db.session, OPERATOR, "job.enqueue", "job", [job.id], job_type=job_type, owner=str(actor.user_id))
    db.session.commit()
    if wait is None:
        click.echo(job.id)
        return
    story = _story_at_the_end(job.id, wait)
    print_json(story)
    if story["status"] != "completed":
        ctx.exit(1)


def _json_object(text: str) -> dict[str, Any]:
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"is no JSON: {error}.", param_hint="REQUEST_DATA") from None
    if not isinstance(request, dict):
        raise click.BadParameter('must be an object, such as {"seconds": 1}.', param_hint="REQUEST_DATA")
    return request


def _story_at_the_end(job_id: uuid.UUID, seconds: float) -> dict[str, Any]:
    """The job once it has finished, or as it stands when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        story = job_story(job_id)
        db.session.rollback()  # the next look is a new one
        if story["status"] in FINISHED or time.monotonic() > deadline:
            return story
        time.sleep(LOOK_INTERVAL)
