"""Hints over NOTIFY, coalesced: never the data, always after it.

A NOTIFY in every transaction would serialise all commits (a quarter of the throughput is left). So at most one is
sent per channel and window: at once when it has been quiet (the leading edge, inside the statement that has the news),
else one for all at the window's end, armed only after the commit it speaks of, or it would overtake the row.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable

import structlog

READY, LATER, CANCEL, EVENT = "job_ready", "job_later", "job_cancel", "job_event"
WINDOW = 0.002  # seconds; 20 ms made every client that works step by step wait for it
LONGEST_WINDOW = 0.02
REST = 5  # times what sending took: where many jobs are on the move, hints come seldom enough not to add to the load
LINGER = 0.5  # seconds that the thread of the trailing hints waits for more
MAX_LISTED = 150  # jobs named in one payload (8,000 bytes are the limit); beyond it: look at everything
EVERYTHING = "*"

log = structlog.get_logger(__name__)
Send = Callable[[list[tuple[str, str]]], None]


class Hints:
    """The hints of one process. ``send`` delivers (channel, payload) pairs in a transaction of its own."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._armed = threading.Condition(self._lock)
        self._settled = threading.Condition(self._lock)
        self._sending = False  # there is a thread for the trailing ones
        self._last: dict[str, float] = {}
        self._events: dict[uuid.UUID, int] = {}
        self._many = False  # there is news of more jobs than can be listed: _events has not all
        self._plain: set[tuple[str, str]] = set()
        self._trailing = False
        self._busy = False  # the trailing ones are on their way
        self._window = WINDOW
        self._not_before = 0.0

    def lead(self, channel: str) -> bool:
        """Whether the caller's statement shall carry the hint itself. If not, ``owe`` it after the commit."""
        now = time.monotonic()
        with self._lock:
            if now - self._last.get(channel, 0.0) < self._window:
                return False
            self._last[channel] = now
            return True

    def owe_events(self, written: Iterable[tuple[uuid.UUID, int]]) -> None:
        """News of jobs is committed: (job, sequence number of its last event)."""
        self.owe_all((), written)

    def owe_all(self, plain: Iterable[tuple[str, str]], written: Iterable[tuple[uuid.UUID, int]]) -> None:
        """What a transaction has committed: hints by (channel, payload), and news of jobs. Under one lock, which every
        thread of the process wants."""
        with self._lock:
            self._plain.update(plain)
            for job_id, seq in written:
                if self._many:
                    break
                self._events[job_id] = max(seq, self._events.get(job_id, 0))
                self._many = len(self._events) > MAX_LISTED
            if self._trailing or not (self._events or self._plain):
                return
            self._trailing = True
            if self._sending:
                self._armed.notify()
                return
            self._sending = True
        threading.Thread(target=self._send_trailing, name="hints", daemon=True).start()

    def owe_starts(self, written: Iterable[tuple[uuid.UUID, int]]) -> None:
        """Jobs have been started. They leave the leading edge to their ends, which somebody waits for, and are not told of
        at all if those come within the window."""
        with self._lock:
            self._not_before = time.monotonic() + self._window
        self.owe_events(written)

    def told(self, job_ids: Iterable[uuid.UUID]) -> None:
        """A statement that carried the hint itself has told of these jobs: what is still owed of them is older news."""
        with self._lock:
            if self._many or not self._events:
                return
            for job_id in job_ids:
                self._events.pop(job_id, None)

    def owe(self, channel: str, payload: str) -> None:
        """Something else is committed that others want to know."""
        self.owe_all([(channel, payload)], ())

    def settle(self, seconds: float) -> bool:
        """Wait until all that is owed has been sent, so that nobody needs ``send`` any more; False after ``seconds``."""
        with self._lock:
            return self._settled.wait_for(lambda: not (self._trailing or self._busy), seconds)

    def _send_trailing(self) -> None:
        """The sender's work: it stays a moment, because starting a thread for each hint costs more than the hint."""
        try:
            while True:
                self._trail()
                with self._lock:
                    self._busy = False
                    self._settled.notify_all()
                    if not self._armed.wait_for(lambda: self._trailing, LINGER):
                        self._sending = False  # under the same lock, or whoever arms now would count on us
                        return
        except BaseException:
            with self._lock:
                self._sending = self._busy = False
                self._settled.notify_all()
            raise

    def _trail(self) -> None:
        due = max(self._not_before, max(self._last.values(), default=0.0) + self._window)
        time.sleep(max(0.0, due - time.monotonic()))
        with self._lock:
            self._trailing, self._busy = False, True
            jobs = len(self._events)
            pairs = sorted(self._plain)
            if self._many:
                pairs.append((EVENT, EVERYTHING))
            elif self._events:
                pairs.append((EVENT, ",".join(f"{job_id}:{seq}" for job_id, seq in self._events.items())))
            self._plain.clear()
            self._events.clear()
            self._many = False
            now = time.monotonic()
            self._last.update((channel, now) for channel, _ in pairs)
        if not pairs:
            return
        began = time.monotonic()
        try:
            self._send(pairs)
        except Exception:  # a lost hint delays until the next poll or sweep, it loses nothing
            log.warning("hints_not_sent", hints=len(pairs), exc_info=True)
        # News of one job: a client that works step by step, who would wait for the rest at every step.
        rest = REST * (time.monotonic() - began) if jobs > 1 else 0.0
        self._window = min(LONGEST_WINDOW, max(WINDOW, rest))
