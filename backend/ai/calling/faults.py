"""Our few faults of a provider, each with a sentence: what happened, what it means, what to do."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

from backend.ai.calling.provider import FaultCode, ProviderFault
from backend.jobs import ProviderWait

# A provider that says 429 without saying for how long is asked again after this many seconds.
DEFAULT_RETRY_AFTER = 15.0
MAX_RETRY_AFTER = 3600.0  # seconds
NOTHING = "Nothing was drawn."
WITHOUT_A_MODEL = "Structured instructions such as “A -> B; if no -> C” work without any model."


def timed_out(provider: str) -> ProviderFault:
    """Nothing, or not everything, came in time."""
    return ProviderFault(
        "provider_timeout",
        f"The model provider “{provider}” took too long to answer.",
        f"{NOTHING} If it keeps happening, shorten the instructions or raise this provider's timeout.",
    )


def unavailable(provider: str, what: str, *, retry_after: float | None = None) -> ProviderFault:
    """The provider, or the way to it, is down."""
    return ProviderFault(
        "provider_unavailable",
        f"The model provider “{provider}” {what}.",
        f"{NOTHING} {WITHOUT_A_MODEL}",
        retry_after=retry_after,
    )


def bad_answer(provider: str, what: str, *, senseless: bool = False) -> ProviderFault:
    """An answer came, and it is of no use."""
    return ProviderFault(
        "provider_bad_answer",
        f"The model of “{provider}” {what}.",
        f"{NOTHING} Say more exactly what should be on the canvas, or ask for less at once, and try again.",
        senseless=senseless,
    )


def unknown_model(provider: str, model: str) -> ProviderFault:
    """There is no such model, or no such address."""
    return ProviderFault(
        "provider_unknown_model",
        f"The model provider “{provider}” does not know the model “{model}” (404).",
        f"{NOTHING} The operator must correct its model or its address (base_url). {WITHOUT_A_MODEL}",
    )


def refused_request(provider: str, status: int) -> ProviderFault:
    """The provider will not have this request, now or later."""
    return ProviderFault(
        "provider_refused_request",
        f"The model provider “{provider}” refused the request ({status}).",
        f"{NOTHING} Shorter instructions or a smaller canvas may help; otherwise the operator should try another model.",
    )


def rate_limited(provider: str, wait: float | None) -> ProviderFault:
    """Asked to slow down: the job waits, without spending an attempt."""
    seconds = DEFAULT_RETRY_AFTER if wait is None else wait
    return ProviderFault(
        "provider_rate_limited",
        f"The model provider “{provider}” asks us to slow down, for about {max(1, round(seconds))} s.",
        "Your job waits and goes on by itself; the wait costs nothing.",
        retry_after=seconds,
    )


def must_wait(wait: ProviderWait) -> ProviderFault:
    """It is to be left alone for now: the job waits with all others, without spending an attempt."""
    code: FaultCode = "provider_rate_limited" if wait.why in ("busy", "rate") else "provider_unavailable"
    return ProviderFault(code, wait.reason, retry_after=wait.seconds, wait=wait)


def refused_key(provider: str, what: str) -> ProviderFault:
    """The provider does not know us, or wants to be paid."""
    return ProviderFault(
        "provider_refused_key",
        f"The model provider “{provider}” {what}.",
        f"{NOTHING} The operator must correct its key (api_key) or the account behind it. {WITHOUT_A_MODEL}",
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
