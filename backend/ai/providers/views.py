"""Providers as the API shows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from backend.ai.providers import service
from backend.ai.providers.models import AiProvider, EmbeddedModel
from backend.ai.providers.roster import open_key
from backend.config import ProviderSettings, Settings
from backend.db import AnySession
from backend.jobs.admission.circuit import CircuitRow
from backend.sealing import Unreadable

KINDS_BY_HOST = {
    "api.openai.com": "openai",
    "generativelanguage.googleapis.com": "gemini",
    "openrouter.ai": "openrouter",
}
KEY_UNREADABLE = "Its key was stored under another SECRET_KEY and cannot be read: enter it again."
HIDDEN = "AI_PROVIDERS has one of the same name, which is asked instead."
CLOSED = {"state": "closed", "open_until": None, "reason": None, "waiting": 0}


def list_body(session: AnySession, settings: Settings) -> dict[str, Any]:
    """All providers in the order in which they are asked, and the embedded model of each machine."""
    circuits = service.circuits(session)
    configured = [configured_body(provider, circuits) for provider in settings.providers]
    added = [row_body(row, settings, circuits) for row in service.all_rows(session)]
    machines = session.scalars(select(EmbeddedModel).order_by(EmbeddedModel.machine))
    return {"items": [*configured, *added], "embedded": list(machines)}


def configured_body(provider: ProviderSettings, circuits: dict[str, CircuitRow]) -> dict[str, Any]:
    """One of AI_PROVIDERS: it can be looked at and tried."""
    return {
        **{name: getattr(provider, name) for name in service.FIGURES},
        "id": None,
        "source": "settings",
        "kind": next((kind for host, kind in KINDS_BY_HOST.items() if host in provider.base_url), "other"),
        "key_hint": service.hint_of(provider.api_key),
        "enabled": True,
        "problem": None,
        "circuit": circuits.get(provider.circuit, CLOSED),
    }


def row_body(row: AiProvider, settings: Settings, circuits: dict[str, CircuitRow]) -> dict[str, Any]:
    """One that staff have added."""
    return {
        **{name: getattr(row, name) for name in service.FIGURES},
        "id": row.id,
        "source": "staff",
        "kind": row.kind,
        "key_hint": row.key_hint,
        "enabled": row.enabled,
        "problem": _problem(row, settings),
        "circuit": circuits.get(f"{row.name}/{row.model}", CLOSED),
    }


def _problem(row: AiProvider, settings: Settings) -> str | None:
    if service.find_configured(settings, row.name) is not None:
        return HIDDEN
    try:
        open_key(settings, row.sealed_key)
    except Unreadable:
        return KEY_UNREADABLE
    return None
