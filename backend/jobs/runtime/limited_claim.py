"""Chooses between the plain claim and the one under limits, and looks further where limits keep jobs back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import psycopg
import structlog

from backend.jobs import store
from backend.jobs.admission import limit_store
from backend.jobs.job import Job
from backend.jobs.store import Connection

log = structlog.get_logger(__name__)

MAX_LOOK = 128  # jobs looked at by one statement
PATIENT_ROUNDS = 3  # looks for more while jobs that were taken wait to be run
ROUNDS = 64  # looks in one go: a few thousand limited jobs are put aside before others have to wait for the next claim


class Claims:
    """Belongs to one claimer. The plain statement takes nothing while there are limits, so a stale flag does no harm."""

    def __init__(self) -> None:
        self._limited = False

    @property
    def limited(self) -> bool:
        """Whether there were limits at the last look: then more may be there than it has seen."""
        return self._limited

    def take(
        self,
        connection: Connection,
        *,
        queues: Sequence[str],
        limit: int,
        token: uuid.UUID,
        worker_id: int,
        lease: float,
        lead: bool,
    ) -> list[Job]:
        """Take up to ``limit`` jobs for a worker, none beyond a limit."""
        if not self._limited:
            jobs = store.claim(
                connection, queues=queues, limit=limit, token=token, worker_id=worker_id, lease=lease, lead=lead
            )
            if jobs or not limit_store.limits_exist(connection):
                return jobs
            self._limited = True
        taken: list[Job] = []
        for turn, look in enumerate(_looks(limit)):
            try:
                claim = limit_store.claim_limited(
                    connection,
                    queues=queues,
                    limit=limit - len(taken),
                    look=look,
                    token=token,
                    worker_id=worker_id,
                    lease=lease,
                    lead=lead,
                )
                self._limited = claim.limited
                taken += claim.jobs
                if claim.left:
                    limit_store.park(connection, claim)
            except psycopg.Error as error:
                if not taken:
                    raise
                # Each claim is committed: what it took is ours. If the connection broke, its next use shows it.
                log.warning("claim_broken_off", jobs=len(taken), error=str(error).strip())
                break
            if not claim.left or len(taken) >= limit or (taken and turn >= PATIENT_ROUNDS):
                break
        return taken


def _looks(limit: int) -> Iterator[int]:
    """How many jobs to look at, in turn: as many as are wanted at first, because whatever is looked at is locked."""
    look = limit
    for _ in range(ROUNDS):
        yield look
        look = min(look * 4, max(MAX_LOOK, limit))
