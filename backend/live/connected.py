"""Who stays connected to this process: sockets, streams, requests that wait. Each may last for days, so whoever decides about
rights is able to end it (``Connected.end``) when the right with which it began is gone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import g

from backend.db import db
from backend.identity import Actor, require_actor


@dataclass(frozen=True)
class Connected:
    """Somebody who stays. ``end`` may be called from any thread, and more than once."""

    actor: Actor
    end: Callable[[], object]


@dataclass
class Attendance:
    """Everybody who is connected, by the socket's id or the stream's name."""

    present: dict[str, Connected] = field(default_factory=dict)
    changes: int = 0  # how often rights were said to have changed

    def enter(self, name: str, ask: Callable[[], Actor | None], end: Callable[[], object]) -> Actor | None:
        """Ask who it is and enter it; None, and nobody is entered, if ``ask`` knows nobody.

        A right that ends between the answer and the entry is heard of before the entry stands: then it is asked again.
        """
        while True:
            changes = self.changes
            actor = ask()
            if actor is None:
                return None
            self.present[name] = Connected(actor, end)
            if changes == self.changes:
                return actor
            self.leave(name)

    def leave(self, name: str) -> None:
        """It has gone."""
        self.present.pop(name, None)

    def end_all(self) -> None:
        """The process stops."""
        for connected in list(self.present.values()):
            connected.end()

    @contextmanager
    def while_waiting(self, end: Callable[[], object]) -> Iterator[Actor]:
        """The present request stays for longer, as whoever sent it; ``end`` is called when its right is gone.

        Raises Unauthorized. Holds no connection to the database.
        """
        name = f"request:{uuid.uuid4().hex}"
        actor = self.enter(name, actor_anew, end)
        try:
            yield actor or actor_anew()
        finally:
            self.leave(name)
            g.pop("actor", None)  # who answers asks again


def actor_anew() -> Actor:
    """The actor of this request as the database knows it now. Ends the session's transaction. Raises Unauthorized."""
    db.session.rollback()
    g.pop("actor", None)
    actor = require_actor()
    db.session.rollback()
    return actor
