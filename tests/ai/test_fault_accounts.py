"""Each fault of a provider for good: what the job ends as, what it tells the person, and what stands in the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.ai.installation import Installation, with_providers
from tests.ai.protocol_server import Answer, ProtocolServer
from tests.ai.test_charging import MONEY, PRICED, balance, drawn, ledger, spent
from tests.ai.test_create_canvas import CHART

GRANT = 20_000


@dataclass(frozen=True)
class Fault:
    """What the provider does to every call, and what comes of it. ``heard``: it wrote something, which the operator pays for."""

    answer: Answer
    code: str
    words: str
    heard: bool = False
    calls: int = 1
    succeeded: bool = False  # each call by itself: it was answered, though with nonsense
    provider: dict[str, Any] = field(default_factory=dict)


FAULTS = {
    "outage": Fault(Answer(status=503), "provider_unavailable", "answered with an error (503)"),
    "hang before the first byte": Fault(
        Answer(hang_before=True), "provider_timeout", "took too long", provider={"timeout": 0.6}
    ),
    "hang in mid-stream": Fault(
        Answer(text=CHART, chunk=8, delay=0.01, hang_after=12),
        "provider_timeout",
        "took too long",
        heard=True,
        provider={"timeout": 0.8},
    ),
    "slow tokens": Fault(
        Answer(text=CHART, chunk=2, delay=0.1), "provider_timeout", "shorten", heard=True, provider={"timeout": 0.8}
    ),
    "cut stream": Fault(
        Answer(text=CHART, chunk=8, delay=0.01, cut_after=20),
        "provider_unavailable",
        "broke the connection",
        heard=True,
    ),
    "invalid JSON": Fault(
        Answer(text='{"title": '), "provider_bad_answer", "unusable answer twice", heard=True, calls=2, succeeded=True
    ),
    "no protocol": Fault(Answer(raw=b"data: <html>sorry</html>\n\n"), "provider_bad_answer", "not the protocol"),
    "wrong model name": Fault(
        Answer(text=CHART), "provider_unknown_model", "does not know the model “gpt-6”", provider={"model": "gpt-6"}
    ),
    "wrong key": Fault(
        Answer(text=CHART), "provider_refused_key", "does not accept our API key", provider={"api_key": "no"}
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays(environ: dict[str, str], server: ProtocolServer, fault: Fault) -> None:
    server.otherwise = fault.answer
    provider = server.provider(**{**PRICED, **fault.provider})
    installation = Installation(with_providers({**environ, **MONEY, "MAX_JOB_RETRIES": "0"}, provider))
    try:
        person = installation.guest()
        job = drawn(person, installation)
        calls = ledger(installation)
        total, left = spent(installation), balance(installation)
    finally:
        installation.close()

    assert (job["status"], job["attempt"], job["error"]["code"]) == ("failed", 1, fault.code)
    assert fault.words in job["error"]["message"]
    assert "attempt 1 of 1" in job["error"]["message"] or "by itself" not in job["error"]["message"]
    assert len(calls) == len(server.requests) == fault.calls
    for call in calls:
        assert call["success"] is fault.succeeded
        assert call["error_code"] == (None if fault.succeeded else fault.code)
        assert call["cost"] == call["tokens_in"] + 10 * call["tokens_out"]
        assert (call["tokens_out"] > 0) is fault.heard
        assert call["estimated"] is (fault.heard and not fault.succeeded)
        assert call["latency_ms"] is not None
    assert total == sum(call["cost"] for call in calls)
    assert left == GRANT, "a failure costs the person nothing, and nothing stays reserved"


def test_slow_tokens_within_the_time_are_no_fault(environ: dict[str, str], server: ProtocolServer) -> None:
    server.script(Answer(text=CHART, chunk=24, delay=0.05))
    installation = Installation(with_providers({**environ, **MONEY}, server.provider(**{**PRICED, "timeout": 60})))
    try:
        job = drawn(installation.guest(), installation)
        (call,) = ledger(installation)
        left = balance(installation)
    finally:
        installation.close()
    assert job["status"] == "completed"
    assert (call["success"], call["estimated"]) == (True, False)
    assert left == GRANT - call["tokens_in"] - call["tokens_out"]
