"""From the many exceptions of the openai SDK to our few faults."""

from __future__ import annotations

import openai

from backend.ai.calling import faults
from backend.ai.calling.provider import ProviderFault


def fault_of(error: Exception, provider: str, model: str) -> ProviderFault:
    """The fault that an exception of the SDK, or of reading its stream, stands for."""
    if isinstance(error, openai.APITimeoutError):
        return faults.timed_out(provider)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, provider, model)
    if isinstance(error, openai.APIConnectionError):
        return faults.unavailable(provider, "could not be reached, or broke the connection")
    if isinstance(error, openai.APIError):  # an error object inside a stream that began well
        return faults.unavailable(provider, "reported an error while it was answering")
    return faults.bad_answer(provider, "sent something that is not the protocol it claims to speak")


def _of_status(error: openai.APIStatusError, provider: str, model: str) -> ProviderFault:
    status = error.status_code
    wait = faults.retry_after(error.response.headers)
    if status in (401, 403):
        return faults.refused_key(provider, f"does not accept our API key ({status})")
    if status == 404:
        return faults.unknown_model(provider, model)
    if status in (400, 413, 422):
        return faults.refused_request(provider, status)
    if status == 429:
        broke = error.code == "insufficient_quota"
        why = "has no credit left for our account"
        return faults.refused_key(provider, why) if broke else faults.rate_limited(provider, wait)
    answered = f"answered with an error ({status})"
    return faults.timed_out(provider) if status == 408 else faults.unavailable(provider, answered, retry_after=wait)
