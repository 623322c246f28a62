"""Socket.IO's rooms with an index by socket: when one leaves, only its own rooms are looked at.

The library looks at every room of the process for each socket that goes. Five thousand that go at once, each with a room of its
person, would keep the process busy for seconds in which it answers nobody.
"""

from __future__ import annotations

from typing import Any

from socketio import Manager


class IndexedManager(Manager):  # type: ignore[misc] # the library has no types
    """The library's own manager, in one process."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms_of: dict[tuple[str, str], set[str | None]] = {}

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """A socket enters a room."""
        super().basic_enter_room(sid, namespace, room, eio_sid)
        self._rooms_of.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """A socket leaves a room."""
        super().basic_leave_room(sid, namespace, room)
        rooms = self._rooms_of.get((namespace, sid))
        if rooms is not None:
            rooms.discard(room)
            if not rooms:
                del self._rooms_of[namespace, sid]

    def basic_disconnect(self, sid: str, namespace: str, **_options: Any) -> None:
        """A socket goes: it leaves all its rooms. What else the library forgets of it is forgotten as there."""
        for room in list(self._rooms_of.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)
                if not waiting[namespace]:
                    del waiting[namespace]
