"""The feed of a page to which no WebSocket gets through: what is said in its person's rooms, as Server-Sent Events.

It begins with ``ready`` and says nothing of what was before: whoever reads it asks for that afterwards, as with a socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from backend.live.listener import Listener
from backend.live.sse import BEGIN, HEARTBEAT, HEARTBEAT_SECONDS, Stream, message

MAX_UNREAD = 2_000  # events; a reader so far behind is let go, comes back and asks how things stand


class FeedStream(Stream):
    """A subscriber of rooms."""

    def __init__(self) -> None:
        super().__init__()
        self._unread: deque[tuple[str, Any]] = deque()

    def tell(self, event: str, body: Any) -> None:
        """Something was said in one of its rooms."""
        if len(self._unread) >= MAX_UNREAD:
            self.end()
            return
        self._unread.append((event, body))
        self.wake.set()

    def read(self, listener: Listener, ready: dict[str, Any], leave: Callable[[], None]) -> Iterator[str]:
        """What is said, until the right ends, the reader leaves or the process stops."""
        try:
            yield BEGIN + message("ready", ready)
            while not (self.ended or listener.stopping):
                self.wake.clear()
                while self._unread:
                    yield message(*self._unread.popleft())
                if not (self.ended or self.wake.wait(HEARTBEAT_SECONDS)):
                    yield HEARTBEAT
        finally:
            leave()
