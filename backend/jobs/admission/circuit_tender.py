"""The duty that looks after the circuits of providers."""

from __future__ import annotations

from backend.jobs.admission import circuit
from backend.jobs.store import Connection

NO_CIRCUIT_PAUSE = 30.0  # seconds; a hint ends it when a circuit opens
SOONEST = 0.02


class CircuitTender:
    """Lets one job probe when a provider's window has passed, and all go when there is nothing to wait for."""

    def __call__(self, connection: Connection) -> float:
        due = circuit.tend(connection)
        return NO_CIRCUIT_PAUSE if due is None else max(SOONEST, due)
