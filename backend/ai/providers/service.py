"""What staff do with providers: look, add, change, order, remove, each told in the audit. Keys go in and never come out."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend.ai.providers.models import AiProvider
from backend.ai.providers.roster import seal_key
from backend.ai.providers.schemas import MAX_PROVIDERS
from backend.audit.service import record
from backend.config import ProviderSettings, Settings
from backend.db import AnySession, driver_connection
from backend.errors import Conflict, NotFound, Unprocessable
from backend.identity import Actor
from backend.jobs.admission import circuit

SHOWN = 4  # characters of a key
LONG_ENOUGH = 12  # characters of a key, of which the last may be shown
FIGURES = ("name", "base_url", "model", "price_in", "price_out", "requests_per_minute", "tokens_per_minute", "timeout")
NO_PROVIDER = "There is no such provider among those that staff have added."


def all_rows(session: AnySession) -> list[AiProvider]:
    """What staff have added, in order."""
    return list(session.scalars(select(AiProvider).order_by(AiProvider.position, AiProvider.id)))


def add(session: AnySession, actor: Actor, settings: Settings, fields: dict[str, Any]) -> AiProvider:
    """A new provider, the last in the order."""
    rows = all_rows(session)
    if len(rows) >= MAX_PROVIDERS:
        raise Conflict(f"There are {MAX_PROVIDERS} providers already; remove one first.")
    key = fields.pop("api_key")
    row = AiProvider(**fields, position=max((other.position for other in rows), default=0) + 1)
    _set_key(row, settings, key)
    _check_name(settings, row.name)
    session.add(row)
    _flush(session, row.name)
    _let_go(session, row.name, row.model)
    said = {"name": row.name, "base_url": row.base_url, "model": row.model}
    record(session, actor, "provider.add", "provider", [row.id], **said)
    return row


def change(
    session: AnySession, actor: Actor, settings: Settings, provider_id: uuid.UUID, fields: dict[str, Any]
) -> AiProvider:
    """Change what ``fields`` name. Whoever waits for it may ask it at once."""
    row = _row(session, provider_id)
    key = fields.pop("api_key", None)
    if "base_url" in fields and key is None and row.sealed_key and _host(fields["base_url"]) != _host(row.base_url):
        # Or whoever may change an address could have the key sent to himself.
        message = "The address leads to another host: enter the key again, so that it is not sent there by mistake."
        raise Unprocessable(message, errors={"api_key": [message]})
    if "name" in fields:
        _check_name(settings, fields["name"])
    before = _said(row)
    asked_as = (row.name, row.model)
    for name, value in fields.items():
        setattr(row, name, value)
    if key is not None:
        _set_key(row, settings, key)
    _flush(session, row.name)
    for name, model in {asked_as, (row.name, row.model)}:
        _let_go(session, name, model)
    after = _said(row) | ({"api_key": f"new, {row.key_hint}"} if key else {})
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        said = {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}
        record(session, actor, "provider.change", "provider", [row.id], name=before["name"], **said)
    return row


def remove(session: AnySession, actor: Actor, provider_id: uuid.UUID) -> None:
    """Remove a provider with its key. Who waits for it asks the others."""
    row = _row(session, provider_id)
    session.delete(row)
    session.flush()
    _let_go(session, row.name, row.model)
    record(session, actor, "provider.remove", "provider", [row.id], name=row.name, before=_said(row))


def reorder(session: AnySession, actor: Actor, ids: list[uuid.UUID]) -> None:
    """Ask them in this order."""
    rows = {row.id: row for row in session.scalars(select(AiProvider).with_for_update())}
    if sorted(ids) != sorted(rows):
        message = (
            "Name every provider that staff have added, each once. Somebody may have added or removed one meanwhile."
        )
        raise Conflict(message)
    before = sorted(rows, key=lambda provider_id: (rows[provider_id].position, provider_id))
    for position, provider_id in enumerate(ids, 1):
        rows[provider_id].position = position
    session.flush()
    if ids != before:
        said = {name: [rows[each].name for each in order] for name, order in (("before", before), ("after", ids))}
        record(session, actor, "provider.order", "provider", ids, **said)


def hint_of(key: str) -> str | None:
    """What may be shown of a key."""
    if not key:
        return None
    return f"…{key[-SHOWN:]}" if len(key) >= LONG_ENOUGH else "…"


def circuits(session: AnySession) -> dict[str, circuit.CircuitRow]:
    """The circuits by their names."""
    return {row.provider: row for row in circuit.list_circuits(driver_connection(session))}


def find_configured(settings: Settings, name: str) -> ProviderSettings | None:
    """The provider of this name in AI_PROVIDERS."""
    return next((provider for provider in settings.providers if provider.name.casefold() == name.casefold()), None)


def find_row(session: AnySession, name: str) -> AiProvider | None:
    """The provider of this name that staff have added."""
    return session.scalar(select(AiProvider).where(func.lower(AiProvider.name) == name.lower()))


def _said(row: AiProvider) -> dict[str, Any]:
    """What the audit tells of a provider: all but the key, of which it has what the page shows."""
    figures = {name: getattr(row, name) for name in ("kind", "enabled", *FIGURES)}
    return {**figures, "api_key": row.key_hint or "none"}


def _row(session: AnySession, provider_id: uuid.UUID) -> AiProvider:
    row = session.scalar(select(AiProvider).where(AiProvider.id == provider_id).with_for_update())
    if row is None:
        raise NotFound(NO_PROVIDER)
    return row


def _set_key(row: AiProvider, settings: Settings, key: str) -> None:
    row.sealed_key = seal_key(settings, key) if key else None
    row.key_hint = hint_of(key)


def _check_name(settings: Settings, name: str) -> None:
    if find_configured(settings, name) is not None:
        raise _name_taken(name, "in AI_PROVIDERS")


def _flush(session: AnySession, name: str) -> None:
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise _name_taken(name, "among those that staff have added") from None


def _name_taken(name: str, where: str) -> Conflict:
    message = f"There is a provider called “{name}” {where} already; choose another name."
    return Conflict(message, errors={"name": [message]})


def _let_go(session: AnySession, name: str, model: str) -> None:
    """Forget what was learnt of it: it may be another one now."""
    circuit.close_circuit(driver_connection(session), f"{name}/{model}")


def _host(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
