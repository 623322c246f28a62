"""What there is to do when a run is taken from a handler that did not stop."""

from __future__ import annotations

import structlog

from backend.jobs.handling import handler_store
from backend.jobs.handling.run import Run
from backend.jobs.link import HANDLER, application_name
from backend.jobs.store import Connection

log = structlog.get_logger(__name__)

TOO_LONG = "The job took longer than it may and did not stop."


def end_transaction(connection: Connection, run: Run) -> None:
    """End the transaction that the handler of ``run``, which was taken from it, may have left open."""
    if handler_store.end_handler_transaction(connection, run.job.id, run.token, application_name(HANDLER)):
        log.warning("handler_transaction_ended", job_id=str(run.job.id))
