"""Whom to ask, in order: the providers of AI_PROVIDERS, those that staff have added, the embedded model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import structlog
from psycopg.rows import dict_row

from backend.ai.embedded import keeper
from backend.config import ProviderSettings, Settings
from backend.jobs import FinalError, JobContext, Snooze
from backend.jobs.link import connect
from backend.sealing import Unreadable, seal, unseal

log = structlog.get_logger(__name__)

FRESH = 3.0  # seconds until a change by staff counts everywhere
KEYS = "provider keys"  # what they are sealed for
READ = """
SELECT name, base_url, model, sealed_key, price_in, price_out, timeout, requests_per_minute, tokens_per_minute
FROM ai_provider WHERE CASE WHEN %(name)s::text IS NULL THEN enabled ELSE lower(name) = lower(%(name)s) END
ORDER BY position, id
"""

Connection = psycopg.Connection[Any]


def providers_of(ctx: JobContext) -> tuple[ProviderSettings, ...]:
    """Whom a job may ask, in order; none at all: only the planner is there."""

    def read() -> Sequence[ProviderSettings]:
        with ctx.transaction() as connection:
            return read_staffs(connection, ctx.settings)

    added = _roster.added(ctx.settings, read)
    kept = keeper.installed()
    embedded = kept.provider if kept is not None else None
    return (*ctx.settings.providers, *added, *((embedded,) if embedded else ()))


def without_model(sentence: str, code: str) -> Exception:
    """What a job raises that needs a model where there is none: it waits if one is on its way, else fails with ``sentence``."""
    kept = keeper.installed()
    if kept is None or not kept.condition.on_its_way:
        return FinalError(code, sentence)
    return Snooze(kept.look_again_in(), f"Waiting for the embedded model, {kept.condition.percent} %")


def has_providers(settings: Settings) -> bool:
    """Whether anything but the embedded model is set up. Nobody is known while the database is away."""
    if settings.providers:
        return True
    try:
        with connect(settings.listen_url or "", "providers") as connection:
            return bool(read_staffs(connection, settings))
    except psycopg.Error:
        return False


def read_staffs(connection: Connection, settings: Settings) -> list[ProviderSettings]:
    """The enabled providers of staff. One whose name AI_PROVIDERS has, too, or whose key cannot be read, is left out."""
    taken = {provider.name.casefold() for provider in settings.providers}
    found = []
    for row in _rows(connection, None):
        if row["name"].casefold() in taken:
            continue
        try:
            found.append(_opened(settings, row))
        except Unreadable:
            log.warning("provider_key_unreadable", provider=row["name"])
    return found


def read_provider(connection: Connection, settings: Settings, name: str) -> ProviderSettings | None:
    """The provider of staff with this name, enabled or not. Raises Unreadable if its key is."""
    return next((_opened(settings, row) for row in _rows(connection, name)), None)


def open_key(settings: Settings, sealed: str | None) -> str:
    """The API key, empty where none is needed. Raises Unreadable."""
    if sealed is None:
        return ""
    if settings.secret_key is None:
        raise Unreadable(KEYS)
    return unseal(settings.secret_key, KEYS, sealed)


def seal_key(settings: Settings, key: str) -> str:
    """The API key as it is stored."""
    if settings.secret_key is None:
        raise RuntimeError("SECRET_KEY is not set")  # the web application does not start without
    return seal(settings.secret_key, KEYS, key)


def _rows(connection: Connection, name: str | None) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(READ, {"name": name}).fetchall()


def _opened(settings: Settings, row: dict[str, Any]) -> ProviderSettings:
    return ProviderSettings(api_key=open_key(settings, row.pop("sealed_key")), **row)


class _Roster:
    """What staff have added, read anew every few seconds."""

    def __init__(self) -> None:
        self._known: dict[str | None, tuple[float, Sequence[ProviderSettings]]] = {}
        self._lock = threading.Lock()

    def added(self, settings: Settings, read: Callable[[], Sequence[ProviderSettings]]) -> Sequence[ProviderSettings]:
        with self._lock:
            at, found = self._known.get(settings.database_url, (-FRESH, ()))
        if time.monotonic() - at >= FRESH:
            found = read()
            with self._lock:
                self._known[settings.database_url] = (time.monotonic(), found)
        return found


_roster = _Roster()
