"""From the SDK's many exceptions to our few faults, each with a sentence: what happened, what it means, what to do."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

import openai

from backend.ai.providers.provider import ProviderFault

# A provider that says 429 without saying for how long is asked again after this many seconds.
DEFAULT_RETRY_AFTER = 15.0
MAX_RETRY_AFTER = 3600.0  # seconds
WITHOUT_A_MODEL = "Structured instructions such as “A -> B; if no -> C” work without any model."


def fault_of(error: Exception, provider: str, model: str) -> ProviderFault:
    """The fault that an exception of the SDK, or of reading its stream, stands for."""
    if isinstance(error, openai.APITimeoutError):
        return timed_out(provider)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, provider, model)
    if isinstance(error, openai.APIConnectionError):
        return unavailable(provider, "could not be reached, or broke the connection")
    if isinstance(error, openai.APIError):  # an error object inside a stream that began well
        return unavailable(provider, "reported an error while it was answering")
    return bad_answer(provider, "sent something that is not the protocol it claims to speak")


def timed_out(provider: str) -> ProviderFault:
    """Nothing, or not everything, came in time."""
    return ProviderFault(
        "provider_timeout",
        f"The model provider “{provider}” took too long to answer. Nothing was drawn. "
        "If it keeps happening, shorten the instructions or raise this provider's timeout in AI_PROVIDERS.",
    )


def unavailable(provider: str, what: str, *, retry_after: float | None = None) -> ProviderFault:
    """The provider, or the way to it, is down."""
    return ProviderFault(
        "provider_unavailable",
        f"The model provider “{provider}” {what}. Nothing was drawn. {WITHOUT_A_MODEL}",
        retry_after=retry_after,
    )


def bad_answer(provider: str, what: str) -> ProviderFault:
    """An answer came, and it is of no use."""
    return ProviderFault(
        "provider_bad_answer",
        f"The model of “{provider}” {what}. Nothing was drawn. "
        "Say more exactly what should be on the canvas, or ask for less at once, and try again.",
    )


def _of_status(error: openai.APIStatusError, provider: str, model: str) -> ProviderFault:
    status = error.status_code
    wait = retry_after(error.response.headers)
    if status in (401, 403):
        return _refused_key(provider, f"does not accept our API key ({status})")
    if status == 404:
        return _unknown_model(provider, model)
    if status in (400, 413, 422):
        return _refused_request(provider, status)
    if status == 429:
        return _rate_limited(error, provider, wait)
    if status == 408:
        return timed_out(provider)
    return unavailable(provider, f"answered with an error ({status})", retry_after=wait)


def _unknown_model(provider: str, model: str) -> ProviderFault:
    return ProviderFault(
        "provider_unknown_model",
        f"The model provider “{provider}” does not know the model “{model}” (404). Nothing was drawn. "
        f"The operator must correct model or base_url in AI_PROVIDERS. {WITHOUT_A_MODEL}",
    )


def _refused_request(provider: str, status: int) -> ProviderFault:
    return ProviderFault(
        "provider_refused_request",
        f"The model provider “{provider}” refused the request ({status}). Nothing was drawn. "
        "Shorter instructions or a smaller canvas may help; otherwise the operator should try another model.",
    )


def _rate_limited(error: openai.APIStatusError, provider: str, wait: float | None) -> ProviderFault:
    if error.code == "insufficient_quota":
        return _refused_key(provider, "has no credit left for our account")
    seconds = DEFAULT_RETRY_AFTER if wait is None else wait
    return ProviderFault(
        "provider_rate_limited",
        f"The model provider “{provider}” asks us to slow down. Your job waits about {max(1, round(seconds))} s "
        "and goes on by itself; the wait costs nothing.",
        retry_after=seconds,
    )


def _refused_key(provider: str, what: str) -> ProviderFault:
    return ProviderFault(
        "provider_refused_key",
        f"The model provider “{provider}” {what}. Nothing was drawn. "
        f"The operator must correct api_key or the account behind it in AI_PROVIDERS. {WITHOUT_A_MODEL}",
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the provider wants to be asked again (``Retry-After`` as a number or a date), None if it is silent."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    # NaN compares false with everything: max() with it second gives 0.
    return min(max(0.0, seconds), MAX_RETRY_AFTER)
