"""Where people point and what they have selected: shown at once to those in this process, relayed to other processes.

Nothing of it is stored and any of it may be lost: the next movement corrects it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import psycopg
import structlog

from backend.canvases.elements import MAX_COORDINATE, MAX_ID
from backend.errors import BadRequest

CHANNEL = "canvas_presence"
RELAY_SECONDS = 0.1  # between two NOTIFYs of a process: ten a second, however many people move
MAX_PAYLOAD = 7_500  # bytes; Postgres takes 7,999
MAX_SELECTION = 200

Body = dict[str, Any]
log = structlog.get_logger(__name__)


def clean_pointer(payload: Mapping[str, Any]) -> Body:
    """{pointer, selection} of a message. Raises BadRequest."""
    return {"pointer": _clean_point(payload.get("pointer")), "selection": _clean_selection(payload.get("selection"))}


def _clean_point(point: Any) -> Body | None:
    if point is None:
        return None
    numbers = [point.get("x"), point.get("y")] if isinstance(point, dict) else [None]
    if not all(isinstance(n, (int, float)) and not isinstance(n, bool) and abs(n) <= MAX_COORDINATE for n in numbers):
        raise BadRequest("“pointer” must be {x, y} in the canvas's units, or null.")
    tool, button = point.get("tool", "pointer"), point.get("button", "up")
    if tool not in ("pointer", "laser") or button not in ("up", "down"):
        raise BadRequest("“tool” must be pointer or laser, “button” up or down.")
    return {"x": point["x"], "y": point["y"], "tool": tool, "button": button}


def _clean_selection(selection: Any) -> list[str]:
    if selection is None:
        return []
    fits = isinstance(selection, list) and len(selection) <= MAX_SELECTION
    if not fits or not all(isinstance(item, str) and item.isascii() and len(item) <= MAX_ID for item in selection):
        raise BadRequest(f"“selection” must be a list of at most {MAX_SELECTION} ids of elements.")
    return list(selection)


class Pointers:
    """The feed of channel ``canvas_presence``; ``notify`` sends one payload in a transaction of its own."""

    channel = CHANNEL

    def __init__(
        self,
        show: Callable[[Body], object],
        notify: Callable[[str], object],
        spawn: Callable[..., object],
        sleep: Callable[[float], object],
        process: str,
    ) -> None:
        self._show = show
        self._notify = notify
        self._spawn = spawn
        self._sleep = sleep
        self._process = process
        self._waiting: dict[tuple[str, str], Body] = {}
        self._relaying = False
        self._lock = threading.Lock()

    def relay(self, body: Body) -> None:
        """Send to the other processes soon; a newer movement of the same connection replaces this one meanwhile."""
        with self._lock:
            self._waiting[body["canvas_id"], body["id"]] = body
            starts, self._relaying = not self._relaying, True
        if starts:
            self._spawn(self._relay_until_quiet)

    def on_notify(self, _connection: psycopg.Connection[Any], payloads: Sequence[str]) -> None:
        """Show what other processes have sent."""
        for payload in payloads:
            message = orjson.loads(payload)
            if message["from"] != self._process:
                for body in message["bodies"]:
                    self._show(body)

    def sweep(self, _connection: psycopg.Connection[Any]) -> None:
        """Nothing is kept, so nothing was missed."""

    def _relay_until_quiet(self) -> None:
        while True:
            self._sleep(RELAY_SECONDS)
            with self._lock:
                bodies, self._waiting = list(self._waiting.values()), {}
                if not bodies:
                    self._relaying = False
                    return
            for payload in payloads_of(self._process, bodies):
                try:
                    self._notify(payload)
                except Exception:
                    log.exception("presence_not_relayed")


def payloads_of(process: str, bodies: Sequence[Body]) -> list[str]:
    """As few payloads as hold them all. A selection too long for a payload is left out: the pointer matters more."""
    payloads: list[str] = []
    batch: list[Body] = []
    for body in bodies:
        fitting = body if len(_payload(process, [body])) <= MAX_PAYLOAD else {**body, "selection": []}
        if batch and len(_payload(process, [*batch, fitting])) > MAX_PAYLOAD:
            payloads.append(_payload(process, batch).decode())
            batch = []
        batch.append(fitting)
    return [*payloads, _payload(process, batch).decode()] if batch else payloads


def _payload(process: str, bodies: Sequence[Body]) -> bytes:
    return orjson.dumps({"from": process, "bodies": bodies})
