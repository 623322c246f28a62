"""The providers of ``AI_PROVIDERS``: parsed once, refused with what would have been right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

MAX_NAME, MAX_MODEL, MAX_KEY, MAX_URL = 60, 120, 500, 500  # characters
RESERVED_NAMES = frozenset({"embedded", "planner"})
MOST = 1e9  # of every number: beyond it somebody has mistyped
SHAPE = '[{"name": "openai", "base_url": "https://…/v1", "model": "…", "api_key": "…"}]'


@dataclass(frozen=True)
class ProviderSettings:
    """One model of an OpenAI-compatible endpoint. Prices are US dollars per million tokens; a rate of None is no limit."""

    name: str
    base_url: str
    model: str
    api_key: str = field(repr=False)
    price_in: float = 0.0
    price_out: float = 0.0
    timeout: float = 120.0
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    mends_afresh: ClassVar[bool] = False  # whether an answer is mended by asking anew, without what it was

    @property
    def circuit(self) -> str:
        """What the engine's circuit of this model is called: limits are counted by model."""
        return f"{self.name}/{self.model}"

    def located(self, _checkpoint: Callable[[], None]) -> ProviderSettings:
        """The same with the address where it is asked now. One whose server has to be started first has another
        (``backend.ai.embedded``); ``checkpoint`` raises when nobody waits for it any more."""
        return self

    def form(
        self, name: str, schema: Mapping[str, Any], _narrow: Mapping[str, Any] | None = None, _most: int = 0
    ) -> dict[str, Any]:
        """How a request says that its answer must be JSON of this schema, in whose lists ``most`` entries may be needed.

        ``narrow`` has less to choose from, for a model that chooses badly.
        """
        return {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": name, "strict": True, "schema": dict(schema)},
            }
        }

    def complaint(self) -> str | None:
        """What is wrong with it, if anything is: whoever wrote it by hand is told at the start."""
        texts = {"name": self.name, "base_url": self.base_url, "model": self.model, "api_key": self.api_key}
        for field_name, value in texts.items():
            if not isinstance(value, str) or not value.isprintable():
                return f"{field_name} of {self.name!r} must be a printable text"
        if not 1 <= len(self.name) <= MAX_NAME or not 1 <= len(self.model) <= MAX_MODEL:
            return f"a name has 1 to {MAX_NAME}, a model 1 to {MAX_MODEL} characters"
        if self.name.casefold() in RESERVED_NAMES:
            return f"{self.name!r} is a name of our own; choose another one"
        if urlsplit(self.base_url).scheme not in ("http", "https"):
            return f"base_url of {self.name!r} must begin with http:// or https://"
        return self._complaint_about_numbers()

    def _complaint_about_numbers(self) -> str | None:
        limits = {
            "timeout": self.timeout,
            "requests_per_minute": self.requests_per_minute,
            "tokens_per_minute": self.tokens_per_minute,
        }
        for field_name, value in {"price_in": self.price_in, "price_out": self.price_out, **limits}.items():
            if value is None and field_name in ("requests_per_minute", "tokens_per_minute"):
                continue
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not 0 <= value <= MOST or (value == 0 and field_name in limits):  # type: ignore[operator] # a number
                return (
                    f"{field_name} of {self.name!r} must be a number {'above 0' if field_name in limits else 'from 0'}"
                )
        return None


def parse_providers(text: str) -> tuple[ProviderSettings, ...]:
    """Providers written as a JSON list. Raises ``ValueError`` with a phrase about what is wrong."""
    if not text:
        return ()
    try:
        rows = json.loads(text)
        if not isinstance(rows, list):
            raise TypeError("not a list")
        found = tuple(ProviderSettings(**row) for row in rows)
    except (ValueError, TypeError) as error:
        raise ValueError(f"it must be a JSON list like {SHAPE} ({error})") from None
    for provider in found:
        complaint = provider.complaint()
        if complaint:
            raise ValueError(complaint)
    if len({provider.name.casefold() for provider in found}) < len(found):
        raise ValueError("two providers have the same name")
    return found
