"""Commands that say what may be claimed: pause, resume, limit, circuits, close-circuit."""

from __future__ import annotations

from dataclasses import asdict

import click

from backend.db import db, driver_connection
from backend.identity import OPERATOR
from backend.jobs.acts import note_act
from backend.jobs.admission.circuit import close_circuit, list_circuits
from backend.jobs.admission.limit_models import SCOPES
from backend.jobs.admission.limits import limit_slots, limits_overview, remove_limit, set_limit
from backend.jobs.admission.queues import pause_queue, queue_state, resume_queue
from backend.jobs.admission.steering import note_steering
from backend.jobs.cli.arguments import as_json
from backend.jobs.cli.group import engine_connection, jobs_commands
from backend.jobs.cli.printing import duration, print_json, print_table


@jobs_commands.command("pause")
@click.argument("queue")
@click.option("--reason", help="Shown to whoever asks why a job does not run.")
def pause(queue: str, reason: str | None) -> None:
    """Let no worker claim from a queue until it is resumed. What runs goes on."""
    before = queue_state(db.session, queue)
    pause_queue(db.session, queue, by=None, reason=reason)
    note_steering(db.session, OPERATOR, "queue.pause", before, queue_state(db.session, queue))
    db.session.commit()
    click.echo(f"The queue “{queue}” is paused.")


@jobs_commands.command("resume")
@click.argument("queue")
def resume(queue: str) -> None:
    """Let workers claim from a paused queue again."""
    before = queue_state(db.session, queue)
    was_paused = resume_queue(db.session, queue)
    note_steering(db.session, OPERATOR, "queue.resume", before, queue_state(db.session, queue))
    db.session.commit()
    click.echo(f"The queue “{queue}” {'is resumed' if was_paused else 'was not paused'}.")


@jobs_commands.group("limit")
def limit() -> None:
    """How many jobs of a queue, user, type or key may run at the same time, over all workers."""


@limit.command("set")
@click.argument("scope", type=click.Choice(SCOPES))
@click.argument("key")
@click.argument("slots", type=click.IntRange(1))
def change_limit(scope: str, key: str, slots: int) -> None:
    """At most SLOTS jobs at a time; KEY * means each for itself. What runs already goes on, and counts."""
    was = limit_slots(db.session, scope, key)
    set_limit(db.session, scope, key, slots)
    note_act(db.session, OPERATOR, "limit.set", "limit", [f"{scope}:{key}"], before=was, after=slots)
    db.session.commit()
    click.echo(f"At most {slots} jobs of {scope} {key} run at the same time.")


@limit.command("remove")
@click.argument("scope", type=click.Choice(SCOPES))
@click.argument("key")
def drop_limit(scope: str, key: str) -> None:
    """Remove a limit. One that the settings or a task name comes back with the next start of a worker."""
    was = limit_slots(db.session, scope, key)
    removed = remove_limit(db.session, scope, key)
    note_act(db.session, OPERATOR, "limit.remove", "limit", [f"{scope}:{key}"] if removed else [], before=was)
    db.session.commit()
    if not removed:
        raise click.ClickException(f"There is no limit for {scope} {key}.")
    click.echo(f"The limit for {scope} {key} is removed.")


@limit.command("list")
@as_json
def list_limits(as_json: bool) -> None:
    """All limits, with how much of each is taken and how many jobs wait for it."""
    rows = [asdict(row) for row in limits_overview(db.session)]
    if as_json:
        print_json(rows)
        return
    print_table(
        rows, ("scope", "key", "slots", "held", "waiting", "source", "updated_at"), empty="There are no limits."
    )


@jobs_commands.command("circuits")
@as_json
def circuits(as_json: bool) -> None:
    """Providers that refused or were out: whether they are asked, until when not, why, and how many jobs wait for them."""
    with engine_connection() as connection:
        rows = [asdict(row) for row in list_circuits(connection)]
    if as_json:
        print_json(rows)
        return
    shown = [{**row, "window": duration(row["window_seconds"]) if row["window_seconds"] else None} for row in rows]
    columns = ("provider", "state", "open_until", "waiting", "failures", "reason", "probe_job", "budget", "window")
    print_table(shown, columns, empty="No provider has refused or been out.")


@jobs_commands.command("close-circuit")
@click.argument("provider")
def close(provider: str) -> None:
    """Let all jobs ask PROVIDER again at once, without a probe. If it still refuses, it is left alone again."""
    found = close_circuit(driver_connection(db.session), provider)
    if found is None:
        raise click.ClickException(f"No provider called “{provider}” has refused or been out: see flask jobs circuits.")
    state, gone = found
    note_act(db.session, OPERATOR, "circuit.close", "provider", [provider], before=state, let_go=gone)
    db.session.commit()
    let_go = "1 job goes" if gone == 1 else f"{gone} jobs go"
    click.echo(f"The circuit of “{provider}” was {state.replace('_', ' ')} and is closed; {let_go} that waited for it.")
