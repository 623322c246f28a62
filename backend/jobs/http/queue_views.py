"""How queues look in the API."""

from __future__ import annotations

from typing import Any

from backend.jobs.admission.queues import QueueState


def queue_body(state: QueueState) -> dict[str, Any]:
    """How a queue stands."""
    return {
        "name": state.name,
        "paused": state.paused_at is not None,
        "paused_at": state.paused_at,
        "paused_by": state.paused_by,
        "reason": state.reason,
        "ready": state.ready,
        "running": state.running,
        "workers": state.workers,
        "limits": state.limits,
    }
