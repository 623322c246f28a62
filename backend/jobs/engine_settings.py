"""The settings that hold in this process: the web application's, or the worker's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, has_app_context

from backend.config import Settings

SILENT_LEASES = 2  # without a heartbeat, and nobody counts on the worker any more

_process: Settings | None = None


def use_settings(settings: Settings) -> None:
    """Called once by a process that is not a web application."""
    global _process  # noqa: PLW0603 - one process, one configuration
    _process = settings


@contextmanager
def keeping_settings() -> Iterator[None]:
    """Whatever ``use_settings`` says inside, those of before are in force again behind it."""
    global _process  # noqa: PLW0603
    before = _process
    try:
        yield
    finally:
        _process = before


def current_settings() -> Settings:
    """The settings in force."""
    if has_app_context():
        found: Settings = current_app.extensions["collabcanvas.settings"]
        return found
    if _process is None:
        raise RuntimeError("no settings: call use_settings() first, or work inside an application context")
    return _process


def worker_silence() -> float:
    """For how many seconds a worker may have been silent to be called live."""
    return SILENT_LEASES * current_settings().lease_seconds


def priority_offsets() -> dict[str, int]:
    """How far each priority goes ahead, in microseconds of virtual time; negative: it stays behind."""
    return {priority: int(offset * 1_000_000) for priority, offset in current_settings().priority_offsets.items()}
