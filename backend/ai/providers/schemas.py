"""Shapes of the providers that staff see and change."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from backend.config_providers import MAX_KEY, MAX_MODEL, MAX_NAME, MAX_URL, MOST, RESERVED_NAMES

KINDS = ("openai", "gemini", "openrouter", "ollama", "vllm", "other")
SOURCES = ("settings", "staff", "embedded")
CIRCUIT_STATES = ("closed", "open", "half_open")
MAX_TIMEOUT = 3_600  # seconds
MAX_PROVIDERS = 50


def check_name(value: str) -> None:
    """A visible name that is none of our own."""
    if not 1 <= len(value) <= MAX_NAME or not value.isprintable():
        raise ValidationError(f"Write a name of 1 to {MAX_NAME} visible characters.")
    if value.casefold() in RESERVED_NAMES:
        raise ValidationError("This name is one of our own; choose another one.")


def check_model(value: str) -> None:
    """A model as its provider calls it."""
    if not 1 <= len(value) <= MAX_MODEL or not value.isprintable():
        raise ValidationError(f"Write the model as the provider calls it, in 1 to {MAX_MODEL} visible characters.")


def check_url(value: str) -> None:
    """An http(s) address without anything secret in it. Staff decide where it leads: a model on loopback is a good one."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - raises for one that is no number
    except ValueError:
        raise ValidationError("This is no address. It looks like https://api.openai.com/v1.") from None
    if len(value) > MAX_URL or not value.isprintable() or " " in value:
        raise ValidationError(f"Write an address without spaces, of at most {MAX_URL} characters.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValidationError("Begin the address with https:// or http:// and a host, as in https://api.openai.com/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValidationError("Leave out names, passwords, ? and #: the key has a field of its own.")
    if parts.path.endswith(("/chat/completions", "/completions", "/models")):
        raise ValidationError("Give the address before /chat/completions: it ends with /v1, as a rule.")


def check_key(value: str) -> None:
    """A key that fits into a header."""
    if len(value) > MAX_KEY or not value.isascii() or not value.isprintable() or " " in value:
        raise ValidationError(f"Write the key as the provider gave it: at most {MAX_KEY} characters, no spaces.")


_price = validate.Range(min=0, max=MOST, error="Write a price from {min:g} to {max:g} US dollars a million tokens.")
_rate = validate.Range(
    min=0, min_inclusive=False, max=MOST, error="Write a number above {min:g}, or leave it empty for no limit."
)
_timeout = validate.Range(min=1, max=MAX_TIMEOUT, error="Write from {min:g} to {max:g} seconds.")


class ProviderChangeSchema(Schema):
    """What changes of a provider. ``api_key``: left out it stays, empty it is removed."""

    name = fields.String(validate=check_name)
    kind = fields.String(validate=validate.OneOf(KINDS))
    base_url = fields.String(validate=check_url)
    model = fields.String(validate=check_model)
    api_key = fields.String(validate=check_key, load_only=True)
    price_in = fields.Float(validate=_price, metadata={"description": "US dollars a million tokens."})
    price_out = fields.Float(validate=_price)
    requests_per_minute = fields.Float(allow_none=True, validate=_rate)
    tokens_per_minute = fields.Float(allow_none=True, validate=_rate)
    timeout = fields.Float(validate=_timeout, metadata={"description": "Seconds for one answer."})
    enabled = fields.Boolean()

    @pre_load
    def strip(self, data: Any, **_: Any) -> Any:
        """Space around a text comes from copying; so does a slash at the end of an address."""
        if not isinstance(data, dict):
            return data
        tidy = {key: value.strip() if isinstance(value, str) else value for key, value in data.items()}
        if isinstance(tidy.get("base_url"), str):
            tidy["base_url"] = tidy["base_url"].rstrip("/")
        return tidy


class NewProviderSchema(ProviderChangeSchema):
    """A provider to add."""

    name = fields.String(required=True, validate=check_name)
    kind = fields.String(load_default="other", validate=validate.OneOf(KINDS))
    base_url = fields.String(required=True, validate=check_url)
    model = fields.String(required=True, validate=check_model)
    api_key = fields.String(load_default="", validate=check_key, load_only=True)
    price_in = fields.Float(load_default=0.0, validate=_price)
    price_out = fields.Float(load_default=0.0, validate=_price)
    requests_per_minute = fields.Float(load_default=None, allow_none=True, validate=_rate)
    tokens_per_minute = fields.Float(load_default=None, allow_none=True, validate=_rate)
    timeout = fields.Float(load_default=120.0, validate=_timeout)
    enabled = fields.Boolean(load_default=True)


class OrderSchema(Schema):
    """Every provider of staff, in the order in which they shall be asked."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=MAX_PROVIDERS))


class TestSchema(Schema):
    """Which provider to try."""

    __test__ = False

    name = fields.String(required=True, validate=validate.Length(min=1, max=MAX_NAME))


class CircuitSchema(Schema):
    """Whether a provider is asked just now."""

    state = fields.String(required=True, validate=validate.OneOf(CIRCUIT_STATES))
    open_until = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "What it said last."})
    waiting = fields.Integer(required=True, metadata={"description": "Jobs that wait for it; counted to 1,000."})


class ProviderSchema(Schema):
    """A provider, without its key."""

    id = fields.UUID(required=True, allow_none=True, metadata={"description": "None unless staff have added it."})
    source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    base_url = fields.String(required=True)
    model = fields.String(required=True)
    key_hint = fields.String(
        required=True, allow_none=True, metadata={"description": "“…abcd”, or none without a key."}
    )
    price_in = fields.Float(required=True)
    price_out = fields.Float(required=True)
    requests_per_minute = fields.Float(required=True, allow_none=True)
    tokens_per_minute = fields.Float(required=True, allow_none=True)
    timeout = fields.Float(required=True)
    enabled = fields.Boolean(required=True)
    problem = fields.String(required=True, allow_none=True, metadata={"description": "Why it is not asked at all."})
    circuit = fields.Nested(CircuitSchema, required=True)


class EmbeddedSchema(Schema):
    """How the embedded model stands on one machine."""

    machine = fields.String(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(("off", "waiting", "fetching", "verifying", "ready", "failed"))
    )
    model = fields.String(required=True, allow_none=True)
    bytes_done = fields.Integer(required=True)
    bytes_total = fields.Integer(required=True)
    message = fields.String(required=True, allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class ProviderListSchema(Schema):
    """Every provider in the order in which they are asked, and the embedded model, which comes last."""

    items = fields.List(fields.Nested(ProviderSchema), required=True)
    embedded = fields.List(fields.Nested(EmbeddedSchema), required=True)


class TestStartedSchema(Schema):
    """The job that tries it."""

    __test__ = False

    job_id = fields.UUID(required=True)
    status_url = fields.String(required=True)
    result_url = fields.String(required=True)
