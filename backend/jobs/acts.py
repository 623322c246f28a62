"""What people do to jobs, queues and limits is told to whoever keeps a record of it, in the transaction that does it.

The engine knows no feature: ``backend.audit`` asks to be told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from backend.db import AnySession
from backend.identity import Actor


class Recorder(Protocol):
    """Writes down that ``actor`` did ``action`` to ``targets``; commits nothing."""

    def __call__(
        self,
        session: AnySession,
        actor: Actor,
        action: str,
        target_type: str,
        targets: Iterable[object],
        **details: Any,
    ) -> None: ...


_recorders: list[Recorder] = []


def record_by(recorder: Recorder) -> None:
    """Have every act recorded from now on; asking twice changes nothing."""
    if recorder not in _recorders:
        _recorders.append(recorder)


def note_act(
    session: AnySession, actor: Actor, action: str, target_type: str, targets: Iterable[object], **details: Any
) -> None:
    """``actor`` did something. Call it in the transaction in which it was done."""
    named = list(targets)
    for recorder in _recorders:
        recorder(session, actor, action, target_type, named, **details)
