"""What is told of a queue that was paused or resumed."""

from __future__ import annotations

from backend.db import AnySession
from backend.identity import Actor
from backend.jobs.acts import note_act
from backend.jobs.admission.queues import QueueState


def note_steering(session: AnySession, actor: Actor, action: str, before: QueueState, after: QueueState) -> None:
    """A queue stands otherwise than before. Pausing it again for the same reason changes nothing, and is not told."""
    if before.standing != after.standing:
        now = "running" if after.paused_at is None else "paused"
        said = {"before": before.standing, "after": now, "reason": after.reason}
        note_act(session, actor, action, "queue", [after.name], **said)
