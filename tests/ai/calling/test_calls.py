"""The one place where a model is asked: each call is admitted before, and accounted for after, however it ends."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest

from backend.ai.calling import faults
from backend.ai.calling.calls import STOPPED, call_model, cost_of
from backend.ai.calling.provider import ProviderFault
from backend.config import ProviderSettings
from backend.jobs import Use
from tests.ai.calling.callers import CALL, Stopped, TestCaller, ignore, provider_of
from tests.ai.protocol_server import Answer, ProtocolServer

SOON = 5.0  # a hang bound


def test_an_answer_is_accounted_for_with_what_the_provider_counted_and_what_it_costs(server: ProtocolServer) -> None:
    server.script({"colour": "red"})
    caller = TestCaller()

    answer = call_model(provider_of(server, price_in=2.0, price_out=10.0), CALL, caller, ignore)

    (record,) = caller.records
    assert (record.operation, record.provider, record.model) == ("colour", "test", server.models[0])
    assert (record.tokens_in, record.tokens_out) == (answer.tokens_in, answer.tokens_out)
    assert answer.tokens_in and answer.tokens_out
    assert record.cost == Decimal(2 * answer.tokens_in + 10 * answer.tokens_out) / 1_000_000
    assert (record.success, record.error, record.estimated, record.cached) == (True, None, False, False)
    assert record.asker == caller.asker


def test_tokens_that_nobody_counted_are_counted_by_the_length_of_the_texts(server: ProtocolServer) -> None:
    old = Answer(text={"colour": "red"}, refuses=("stream_options",))
    server.script(old, old)
    caller = TestCaller()

    call_model(provider_of(server), CALL, caller, ignore)

    (record,) = caller.records
    assert record.estimated
    assert record.tokens_in >= len("Name a colour.A warm one.") // 4
    assert record.tokens_out == -(-len('{"colour": "red"}') // 4)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=429, retry_after="5"), "provider_rate_limited"),
        (Answer(status=500), "provider_unavailable"),
        (Answer(status=401), "provider_refused_key"),
        (Answer(hang_before=True), "provider_timeout"),
    ],
)
def test_a_call_that_was_never_answered_is_accounted_for_and_costs_nothing(
    server: ProtocolServer, answer: Answer, code: str
) -> None:
    server.script(answer)
    caller = TestCaller()

    with pytest.raises(ProviderFault):
        call_model(provider_of(server, price_in=2.0, price_out=10.0, timeout=0.3), CALL, caller, ignore)

    (record,) = caller.records
    assert (record.success, record.error) == (False, code)
    assert (record.tokens_in, record.tokens_out, record.cost) == (0, 0, Decimal(0))


def test_a_stream_that_breaks_off_costs_what_had_come(server: ProtocolServer) -> None:
    server.script(Answer(text="x" * 400, chunk=40, delay=0.06, cut_after=5))
    caller = TestCaller()

    with pytest.raises(ProviderFault):
        call_model(provider_of(server, price_out=10.0), CALL, caller, ignore)

    (record,) = caller.records
    assert (record.success, record.estimated) == (False, True)
    assert 0 < record.tokens_out <= 200 // 4
    assert record.cost > 0


def test_a_cancelled_call_costs_what_had_come(server: ProtocolServer) -> None:
    server.script(Answer(text="x" * 4000, chunk=40, delay=0.06))
    caller, heard = TestCaller(), threading.Event()

    def on_text(text: str) -> None:
        if len(text) >= 80:
            heard.set()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call_model, provider_of(server), CALL, caller, on_text)
        assert heard.wait(SOON)
        caller.stop()
        with pytest.raises(Stopped):
            running.result(timeout=SOON)

    (record,) = caller.records
    assert (record.success, record.error, record.estimated) == (False, STOPPED, True)
    assert 20 <= record.tokens_out < 1000


class Refusing(TestCaller):
    """Lets no provider be asked."""

    def admitted(self, _provider: ProviderSettings, _tokens: int) -> AbstractContextManager[Use]:
        raise faults.unavailable("test", "is left alone")


def test_a_provider_that_may_not_be_asked_is_not_asked_and_has_no_account(server: ProtocolServer) -> None:
    caller = Refusing()

    with pytest.raises(ProviderFault):
        call_model(provider_of(server), CALL, caller, ignore)

    assert (caller.records, server.requests) == ([], [])


def test_a_price_is_exact() -> None:
    provider = ProviderSettings("p", "http://h/v1", "m", "k", price_in=0.1, price_out=0.7)

    assert cost_of(provider, 1_000_000, 3) == Decimal("0.1") + Decimal("0.0000021")
