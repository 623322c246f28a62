"""Commands that only look: list, show, stats, queues, workers, vacuum-check."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import select

from backend.db import db
from backend.identity import OPERATOR
from backend.jobs import service
from backend.jobs.admission.queues import queues_overview
from backend.jobs.admission.waiting import waiting_bodies
from backend.jobs.caching import cache_store
from backend.jobs.cli.arguments import Moment, as_json, find_person
from backend.jobs.cli.group import engine_connection, jobs_commands
from backend.jobs.cli.printing import ago, cell, duration, print_fields, print_json, print_table
from backend.jobs.history.job_filter import JobFilter
from backend.jobs.http import views
from backend.jobs.http.listing import detail_body
from backend.jobs.models import STATUSES, AiJob, AiJobEvent
from backend.jobs.runtime.worker_store import list_workers
from backend.jobs.upkeep.overview import FIGURES, overview_of_all
from backend.jobs.upkeep.statistics import installation_statistics
from backend.jobs.upkeep.vacuum import HELD_SECONDS, find_holders, find_table_sizes

MAX_EVENTS = 200
HOURS_SHOWN = 12


@jobs_commands.command("list")
@click.option("--status", multiple=True, type=click.Choice(STATUSES))
@click.option("--type", "job_type")
@click.option("--queue")
@click.option("--tag")
@click.option("--canvas", type=click.UUID)
@click.option("--user", help="Id or address.")
@click.option(
    "--text",
    help="Words or their beginnings, all of which it says: in summary, type, request, tags or error. Or an id.",
)
@click.option("--since", type=Moment(), help="Made after: 15m, 2h, 3d or ISO 8601.")
@click.option("--until", type=Moment(), help="Made before.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@as_json
def list_jobs(
    status: tuple[str, ...],
    job_type: str | None,
    queue: str | None,
    tag: str | None,
    canvas: uuid.UUID | None,
    user: str | None,
    text: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """Jobs, the newest first."""
    with engine_connection() as connection:
        user_id = find_person(connection, user) if user else None
    wanted = JobFilter(
        statuses=status,
        job_type=job_type,
        queue=queue,
        tag=tag,
        canvas_id=canvas,
        q=text,
        since=since,
        until=until,
        user_id=user_id,
    )
    jobs = service.list_jobs(db.session, OPERATOR, wanted, limit=limit, before=None)
    if as_json:
        print_json([views.job_status_body(job, OPERATOR) for job in jobs])
        return
    rows = [
        {
            "id": job.id,
            "status": "waiting" if job.status == "queued" and not job.runnable else job.status,
            "type": job.job_type,
            "queue": job.queue,
            "priority": job.priority,
            "tries": f"{job.attempt}/{job.max_attempts}",
            "made": ago(job.created_at),
            "what": job.error_message if job.status == "failed" else job.summary or job.progress_message,
        }
        for job in jobs
    ]
    columns = ("id", "status", "type", "queue", "priority", "tries", "made", "what")
    print_table(rows, columns, empty="There are no such jobs.")


@jobs_commands.command("show")
@click.argument("job_id", type=click.UUID)
@as_json
def show(job_id: uuid.UUID, as_json: bool) -> None:
    """Everything that is known about one job."""
    body = job_story(job_id)
    if as_json:
        print_json(body)
        return
    attempts, events, steps, causes = (body.pop(name) for name in ("attempts", "events", "steps", "waiting_for"))
    print_fields(body)
    click.echo("\nRuns that have ended")
    print_table(
        attempts, ("run", "attempt", "outcome", "started_at", "ended_at", "error_code", "error_message"), empty="None."
    )
    for attempt in attempts:
        if attempt.get("traceback"):
            click.echo(f"\nRun {attempt['run']}\n{attempt['traceback']}")
    if causes:
        click.echo("\nWhy it does not run")
        print_table(causes, ("cause", "message", "until"), empty="None.")
    if steps:
        click.echo("\nSteps")
        print_table(steps, ("name", "started_at", "ended_at", "duration_ms"), empty="None.")
    click.echo("\nEvents")
    print_table(events, ("seq", "at", "type", "progress", "message", "data"), empty="None.")


def job_story(job_id: uuid.UUID) -> dict[str, Any]:
    """A job with its runs, steps and last events, as the API and the tables have them."""
    job = service.visible_job(db.session, OPERATOR, job_id)
    newest = select(AiJobEvent).where(AiJobEvent.job_id == job_id).order_by(AiJobEvent.seq.desc()).limit(MAX_EVENTS)
    return {
        **detail_body(db.session, OPERATOR, job),
        "runnable": job.runnable,
        "blocked_on": "flight" if _follows(job) else job.blocked_on,  # the run is hidden
        "wait_reason": job.wait_reason,
        "runs": job.runs,
        "rescues": job.rescues,
        "worker_id": job.worker_id,
        "lease_until": job.lease_until,
        "parent_id": job.parent_id,
        "result": job.result_data,
        "events": [_columns(event) for event in reversed(db.session.scalars(newest).all())],
    }


def _follows(job: AiJob) -> bool:
    return job.blocked_on is not None and job.blocked_on.startswith("flight:")


def _columns(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns if column.name != "job_id"}


@jobs_commands.command("why")
@click.argument("job_id", type=click.UUID)
@as_json
def why(job_id: uuid.UUID, as_json: bool) -> None:
    """Why a job is not running: every cause, with what is behind it."""
    job = service.visible_job(db.session, OPERATOR, job_id)
    causes = waiting_bodies(service.causes_of(db.session, OPERATOR, job), staff=True)
    if as_json:
        print_json({"status": job.status, "waiting_for": causes})
        return
    if job.status != "queued":
        click.echo(f"It is {job.status}.")
    for cause in causes:
        behind = {name: value for name, value in cause.items() if name not in ("cause", "message", "until")}
        until = f" Until {cell(cause['until'])} UTC." if cause["until"] else ""
        click.echo(f"{cause['message']}{until}")
        click.echo(
            f"  {cause['cause']} {', '.join(f'{name} {cell(value)}' for name, value in behind.items())}".rstrip()
        )
    if job.status == "queued" and not causes:
        click.echo("Nothing keeps it: it is the next one for a free thread.")


@jobs_commands.command("stats")
@click.option("--hours", type=click.IntRange(1, 744), default=24, show_default=True)
@as_json
def stats(hours: int, as_json: bool) -> None:
    """The dashboard's four figures (today is UTC's); what waits, what runs, what has ended and how, how long it took."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with engine_connection() as connection:
        found = installation_statistics(connection, hours)
        overview = overview_of_all(connection, "hour", today)
    figures = {name: {key: overview[name][key] for key in ("value", "at_least")} for name in FIGURES}
    if as_json:
        print_json({**found, "overview": figures})
        return
    for warning in found["warnings"]:
        click.secho(f"Warning: {warning}\n", fg="yellow")
    print_fields({name: _figure_words(name, figures[name]) for name in FIGURES})
    click.echo(f"\nNow (each count up to {found['counted_up_to']} a queue)")
    live = [{**row, "since": ago(row["oldest"])} for row in found["live"]]
    print_table(live, ("state", "queue", "job_type", "jobs", "since"), empty="Nothing waits and nothing runs.")
    click.echo(f"\nEnded in the last {hours} h (counted until {cell(found['counted_until'])} UTC)")
    ended = [{**row, "wait": duration(row["mean_wait"]), "run": duration(row["mean_run"])} for row in found["finished"]]
    outcome = ("queue", "job_type", "status", "error_code", "jobs", "attempts", "rescues", "wait", "run")
    print_table(ended, outcome, empty="Nothing.")
    click.echo("\nSeconds waited and run")
    times = ("queue", "job_type", "jobs", "wait_p50", "wait_p95", "run_p50", "run_p95")
    print_table(found["times"], times, empty="No runs.")
    click.echo("\nEnded by hour (UTC)")
    print_table(found["throughput"][-HOURS_SHOWN:], ("at", "completed", "failed", "cancelled"), empty="Nothing.")


def _figure_words(name: str, figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "not known"
    words = duration(figure["value"]) if name == "usual_wait" else f"{figure['value']:,}"
    return f"{'at least ' if figure['at_least'] else ''}{words}"


@jobs_commands.command("queues")
@as_json
def queues(as_json: bool) -> None:
    """Every queue: what waits in it, what runs of it, and who serves it."""
    with engine_connection() as connection:
        live = installation_statistics(connection, 1)["live"]
        workers = [row for row in list_workers(connection) if row["state"] == "live"]
        known = {state.name: state for state in queues_overview(connection)}
    rows = []
    for name in sorted({*known, *(row["queue"] for row in live)}):
        counts = {
            state: sum(row["jobs"] for row in live if (row["queue"], row["state"]) == (name, state))
            for state in ("ready", "delayed", "blocked", "processing")
        }
        waiting = [row["oldest"] for row in live if (row["queue"], row["state"]) == (name, "ready") and row["oldest"]]
        served = sum(1 for worker in workers if worker["queues"] is None or name in worker["queues"])
        paused = known[name].paused_at if name in known else None
        reason = known[name].reason if name in known else None
        rows.append(
            {
                "queue": name,
                **counts,
                "oldest": min(waiting, default=None),
                "workers": served,
                "paused_at": paused,
                "reason": reason,
            }
        )
    if as_json:
        print_json(rows)
        return
    shown = [
        {**row, "oldest": ago(row["oldest"]), "paused": ago(row["paused_at"]) if row["paused_at"] else None}
        for row in rows
    ]
    columns = ("queue", "ready", "oldest", "delayed", "blocked", "processing", "workers", "paused", "reason")
    print_table(shown, columns, empty="No queues.")


@jobs_commands.command("workers")
@click.option("--all", "every", is_flag=True, help="Also those that have stopped.")
@as_json
def workers(every: bool, as_json: bool) -> None:
    """Worker processes: live, silent (no heartbeat: their jobs are being rescued) or stopped, and what they hold."""
    with engine_connection() as connection:
        rows = list_workers(connection, every=every)
    if as_json:
        print_json(rows)
        return
    shown = [
        {
            **row,
            "heartbeat": f"{duration(row['silent_seconds'])} ago",
            "queues": cell(row["queues"]) if row["queues"] else "all",
            "threads": row["concurrency"],
            "first_job": cell((row["job_ids"] or [None])[0]),
        }
        for row in rows
    ]
    columns = (
        "id",
        "name",
        "state",
        "mode",
        "heartbeat",
        "lock_held",
        "threads",
        "abandoned",
        "queues",
        "jobs",
        "first_job",
    )
    print_table(shown, columns, empty="No worker is running: start python worker.py.")


@jobs_commands.command("cache")
@click.option("--hours", type=click.IntRange(1, 744), default=24, show_default=True)
@as_json
def cache(hours: int, as_json: bool) -> None:
    """Stored results by type, and of what use they were: runs that nobody waited for, and the time that those had taken."""
    with engine_connection() as connection:
        rows = [line._asdict() for line in cache_store.read_stats(connection, hours)]
    if as_json:
        print_json(rows)
        return
    shown = [{**row, "saved": duration(row["saved_seconds"])} for row in rows]
    columns = ("job_type", "entries", "bytes", "hits", "misses", "shared", "saved")
    print_table(shown, columns, empty="Nothing is stored, and nothing was asked for.")


@jobs_commands.command("vacuum-check")
@click.option(
    "--seconds", type=click.FloatRange(0), default=HELD_SECONDS, show_default=True, help="Name what is older."
)
@as_json
@click.pass_context
def vacuum_check(ctx: click.Context, seconds: float, as_json: bool) -> None:
    """Dead rows of the engine's tables, and what keeps vacuum from removing them. Exit code 1 if something does."""
    with engine_connection() as connection:
        tables = [row._asdict() for row in find_table_sizes(connection)]
        holders = find_holders(connection, seconds=seconds)
    if as_json:
        print_json({"tables": tables, "holders": holders})
    else:
        shown = [
            {**row, "table_mb": row["table_bytes"] / 2**20, "index_mb": row["index_bytes"] / 2**20} for row in tables
        ]
        print_table(
            shown,
            ("table", "live", "dead", "table_mb", "index_mb", "vacuumed_at", "vacuums", "analyzed_at"),
            empty="No tables.",
        )
        for holder in holders:
            click.secho(f"\n{holder.sentence()}", fg="yellow")
            if holder.query:
                click.echo(
                    f"  role {holder.role}, {holder.state}, last query at {cell(holder.query_start)}: {cell(holder.query)}"
                )
            if holder.pid is not None:
                click.echo(f"  To end it: SELECT pg_terminate_backend({holder.pid})")
        if not holders:
            click.echo("\nNothing keeps vacuum from its work.")
    if holders:
        ctx.exit(1)
