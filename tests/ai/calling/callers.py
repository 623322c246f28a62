"""A caller for the tests of providers: cancellable from another thread, as a job is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from backend.ai.calling.provider import Asker, CallRecord, Message, ModelCall
from backend.config import ProviderSettings
from backend.jobs import Use
from tests.ai.protocol_server import ProtocolServer

SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string"}},
    "required": ["colour"],
    "additionalProperties": False,
}
CALL = ModelCall((Message("system", "Name a colour."), Message("user", "A warm one.")), "colour", SCHEMA)


class Stopped(BaseException):
    """What this caller's checkpoint raises."""


class TestCaller:
    """Stops when ``stop()`` is called."""

    __test__ = False

    def __init__(self) -> None:
        self.records: list[CallRecord] = []
        self.growth: list[CallRecord] = []
        self._stopped = threading.Event()
        self._callbacks: list[Callable[[], None]] = []

    def stop(self) -> None:
        """Cancel, as the engine does: flag first, then the callbacks."""
        self._stopped.set()
        for callback in list(self._callbacks):
            callback()

    def checkpoint(self) -> None:
        """Raise Stopped once cancelled."""
        if self._stopped.is_set():
            raise Stopped

    def on_cancel(self, callback: Callable[[], None]) -> AbstractContextManager[Any]:
        """Run ``callback`` when cancelled within the block."""
        return self._registered(callback)

    @property
    def asker(self) -> Asker:
        """Nobody in particular."""
        return Asker("tests", None, None)

    def admitted(self, _provider: ProviderSettings, tokens: int) -> AbstractContextManager[Use]:
        """Every provider may be asked."""
        return contextlib.nullcontext(Use(tokens))

    def on_growth(self, record: CallRecord) -> None:
        """Keep the account of what has come."""
        self.growth.append(record)

    def on_call(self, record: CallRecord) -> None:
        """Keep the account."""
        self.records.append(record)

    @contextmanager
    def _registered(self, callback: Callable[[], None]) -> Iterator[None]:
        self._callbacks.append(callback)
        try:
            yield
        finally:
            with contextlib.suppress(ValueError):
                self._callbacks.remove(callback)


def provider_of(server: ProtocolServer, **changes: Any) -> ProviderSettings:
    """Settings that lead to ``server``."""
    return ProviderSettings(**server.provider(**changes))


def ignore(_text: str) -> None:
    """An OnText that looks away."""
