"""Z: a worker that is frozen beyond its lease, and wakes up when others have gone on, writes nothing any more."""

from __future__ import annotations

import random
import signal
import time
import uuid

import pytest

from tests.jobs.engine import Engine
from tests.soak.conftest import Nursery, Tally, send
from tests.soak.history import faults, snapshot

QUICK_LEASE = {"LEASE_SECONDS": "0.5", "HEARTBEAT_INTERVAL": "0.1"}
# What a frozen process holds in an open transaction nobody can take over before the server ends it: here after one second.
END_TRANSACTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'idle in transaction' AND application_name LIKE 'collabcanvas handler%'
    AND state_change < clock_timestamp() - interval '1 s'
"""


class Herd:
    """As many workers as there are zombies, each with one thread, and the jobs of one round."""

    def __init__(self, engine: Engine, nursery: Nursery, size: int, fault: str) -> None:
        self.engine = engine
        self.size = size
        self.finished: dict[uuid.UUID, str] = {}
        self.stale: set[uuid.UUID] = set()
        self.pids = [nursery.start("--concurrency", "1", SOAK_FAULT=fault, **QUICK_LEASE) for _ in range(size)]

    def round(self, *, others_finish: bool) -> None:
        """Freeze all in the midst of their jobs, let others take over, wake all up."""
        ids = [self._enqueue(number) for number in range(self.size)]
        self._until("SELECT count(DISTINCT job_id) FROM mark WHERE job_id = ANY(%s)", ids)
        time.sleep(random.uniform(0, 0.1))  # not a synchronisation: the moment of the freeze is to be any
        send(self.pids, signal.SIGSTOP)
        try:
            with self.engine.worker(concurrency=self.size):
                if others_finish:
                    self._until("SELECT count(*) FROM ai_job WHERE id = ANY(%s) AND completed_at IS NOT NULL", ids)
                    self.compare()
                else:
                    self._until(
                        "SELECT count(*) FROM ai_job WHERE id = ANY(%s) AND (runs > 1 OR completed_at IS NOT NULL)", ids
                    )
                send(self.pids, signal.SIGCONT)
                self._until("SELECT count(*) FROM ai_job WHERE id = ANY(%s) AND completed_at IS NOT NULL", ids)
        finally:
            send(self.pids, signal.SIGCONT)

    def compare(self) -> None:
        """Nothing that had finished may have changed since."""
        now = snapshot(self.engine)
        self.stale |= {job_id for job_id, text in self.finished.items() if now[job_id] != text}
        self.finished = now

    def trials(self) -> int:
        """How many runs were really lost to somebody else."""
        row = self.engine.connection.execute("SELECT coalesce(sum(runs - 1), 0) FROM ai_job").fetchone()
        return int(row[0]) if row else 0

    def rest(self) -> None:
        """All zombies have had their say: each has run another job, and a worker writes its endings in order."""
        for _ in range(2):
            ids = [self._enqueue(0) for _ in range(self.size)]
            self._until("SELECT count(*) FROM ai_job WHERE id = ANY(%s) AND completed_at IS NOT NULL", ids)
        self.compare()

    def _enqueue(self, number: int) -> uuid.UUID:
        canvas_id = uuid.uuid4()
        self.engine.connection.execute(
            "INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'soak')", (canvas_id, self.engine.user_id)
        )
        kind = ("soak_write", "soak_return")[number % 2]
        request = {"canvas_id": str(canvas_id), "times": 12, "stubborn": number % 4 == 0}
        return self.engine.enqueue(kind, request).id

    def _until(self, counting: str, ids: list[uuid.UUID]) -> None:
        def all_of_them() -> bool:
            self.engine.connection.execute(END_TRANSACTIONS)
            return self.engine.connection.execute(counting.encode(), (ids,)).fetchone() == (len(ids),)

        self.engine.until(all_of_them)


def shake(engine: Engine, nursery: Nursery, *, size: int, trials: int, fault: str = "") -> tuple[int, dict[str, int]]:
    """Rounds until so many trials are done; how many there were, and what was found."""
    herd = Herd(engine, nursery, size, fault)
    number = 0
    while herd.trials() < trials:
        herd.round(others_finish=number % 2 == 0)
        number += 1
    herd.rest()
    found = faults(engine)
    if herd.stale:
        found["changed after its end"] = len(herd.stale)
    return herd.trials(), found


@pytest.mark.parametrize(("size", "trials"), [(5, 10), pytest.param(20, 1000, marks=pytest.mark.soak)])
def test_zombies_write_nothing(engine: Engine, nursery: Nursery, tally: Tally, size: int, trials: int) -> None:
    done, found = shake(engine, nursery, size=size, trials=trials)
    tally("zombies: frozen past the lease, woken up later", done, f"{sum(found.values())} stale writes")
    assert found == {}


def test_stale_writes_are_found_without_the_guard(engine: Engine, nursery: Nursery, tally: Tally) -> None:
    done, found = shake(engine, nursery, size=6, trials=12, fault="no tokens")
    tally("zombies, and nobody checks their tokens", done, f"must find: {found}")
    assert found != {}
