"""One call to a real HTTP server: streaming, every fault, and closing the connection."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import pytest

from backend.ai.calling.openai_compatible import complete
from backend.ai.calling.provider import ModelAnswer, ProviderFault
from backend.config import ProviderSettings
from tests.ai.calling.callers import CALL, SCHEMA, Stopped, TestCaller, ignore, provider_of
from tests.ai.protocol_server import Answer, ProtocolServer

# A hang bound, not a measurement: a cancel that does not reach the socket would take HANG_LIMIT or the timeout.
SOON = 5.0


def ask(server: ProtocolServer, **changes: object) -> ModelAnswer:
    return complete(provider_of(server, **changes), CALL, TestCaller(), ignore)


def fault(server: ProtocolServer, answer: Answer, **changes: object) -> ProviderFault:
    server.script(answer)
    with pytest.raises(ProviderFault) as caught:
        ask(server, **changes)
    return caught.value


def test_an_answer_arrives_piece_by_piece_and_whole(server: ProtocolServer) -> None:
    server.script(Answer(text={"colour": "grün – 緑"}, chunk=3, delay=0.06))
    seen: list[str] = []

    answer = complete(provider_of(server), CALL, TestCaller(), seen.append)

    assert answer.text == '{"colour": "grün – 緑"}'
    assert len(seen) > 3
    assert seen == sorted(seen, key=len)
    assert seen[-1] == answer.text
    assert all(answer.text.startswith(text) for text in seen)


def test_tokens_and_the_models_name_are_reported(server: ProtocolServer) -> None:
    server.script({"colour": "red"})

    answer = ask(server)

    assert (answer.provider, answer.model) == ("test", server.models[0])
    assert answer.tokens_in is not None and answer.tokens_in > 0
    assert answer.tokens_out is not None and answer.tokens_out > 0


def test_the_schema_is_sent_as_strict_structured_output(server: ProtocolServer) -> None:
    server.script({"colour": "red"})

    ask(server)

    (request,) = server.requests
    assert request.body["stream"] is True
    assert request.schema == SCHEMA
    assert request.body["response_format"]["json_schema"]["strict"] is True
    assert request.headers["authorization"] == f"Bearer {server.key}"


def test_a_server_without_structured_output_is_asked_again_in_words(server: ProtocolServer) -> None:
    old = Answer(text={"colour": "red"}, refuses=("response_format", "stream_options", "temperature"))
    server.script(old, old)

    answer = ask(server)

    assert answer.text == '{"colour": "red"}'
    assert answer.tokens_in is None
    assert '"colour"' in server.requests[1].prompt


def test_a_request_that_is_refused_either_way_is_final(server: ProtocolServer) -> None:
    server.otherwise = Answer(status=400, message="context length exceeded")

    found = fault(server, Answer(status=400))

    assert (found.code, found.passing) == ("provider_refused_request", False)
    assert len(server.requests) == 2


def test_429_says_how_long_to_wait(server: ProtocolServer) -> None:
    found = fault(server, Answer(status=429, retry_after="7"))

    assert (found.code, found.passing, found.retry_after) == ("provider_rate_limited", True, 7.0)
    assert "7 s" in found.sentence
    assert len(server.requests) == 1, "the SDK must not retry by itself"


def test_429_with_a_date_waits_until_then(server: ProtocolServer) -> None:
    found = fault(server, Answer(status=429, retry_after=formatdate(time.time() + 120, usegmt=True)))

    assert found.retry_after is not None
    assert 60 < found.retry_after <= 121


@pytest.mark.parametrize("nonsense", [None, "soon", "-5", "nan", "1e99", "inf"])
def test_429_with_no_or_a_nonsensical_wait_still_waits_a_bounded_time(
    server: ProtocolServer, nonsense: str | None
) -> None:
    found = fault(server, Answer(status=429, retry_after=nonsense))

    assert found.retry_after is not None
    assert 0 <= found.retry_after <= 3600


@pytest.mark.parametrize(
    ("status", "code", "passing"),
    [
        (401, "provider_refused_key", False),
        (403, "provider_refused_key", False),
        (404, "provider_unknown_model", False),
        (408, "provider_timeout", True),
        (500, "provider_unavailable", True),
        (503, "provider_unavailable", True),
        (301, "provider_unavailable", True),
    ],
)
def test_each_error_status_has_its_fault(server: ProtocolServer, status: int, code: str, passing: bool) -> None:
    found = fault(server, Answer(status=status))

    assert (found.code, found.passing) == (code, passing)
    assert "“test”" in found.sentence


def test_a_wrong_key_is_named_as_the_operators_business(server: ProtocolServer) -> None:
    found = fault(server, Answer(), api_key="another key")

    assert found.code == "provider_refused_key"
    assert "api_key" in found.sentence
    assert "another key" not in found.sentence


def test_a_wrong_model_name_is_named(server: ProtocolServer) -> None:
    found = fault(server, Answer(), model="gpt-0")

    assert found.code == "provider_unknown_model"
    assert "gpt-0" in found.sentence


def test_a_provider_that_nobody_runs_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    provider = ProviderSettings("gone", f"http://127.0.0.1:{port}/v1", "m", "k")

    with pytest.raises(ProviderFault) as caught:
        complete(provider, CALL, TestCaller(), ignore)

    assert (caught.value.code, caught.value.passing) == ("provider_unavailable", True)


def test_a_provider_that_never_answers_times_out(server: ProtocolServer) -> None:
    assert fault(server, Answer(hang_before=True), timeout=0.3).code == "provider_timeout"


def test_a_stream_that_falls_silent_times_out_and_is_closed(server: ProtocolServer) -> None:
    found = fault(server, Answer(text={"colour": "red"}, chunk=4, hang_after=2), timeout=0.5)

    assert found.code == "provider_timeout"
    assert server.requests[0].closed_by_client.wait(SOON)


def test_a_provider_that_drips_for_ever_times_out_all_the_same(server: ProtocolServer) -> None:
    found = fault(server, Answer(text="x" * 2000, chunk=1, delay=0.05), timeout=0.5)

    assert found.code == "provider_timeout"
    assert server.requests[0].closed_by_client.wait(SOON)


def test_a_stream_that_breaks_off_is_an_outage(server: ProtocolServer) -> None:
    found = fault(server, Answer(text={"colour": "red"}, chunk=4, cut_after=2))

    assert (found.code, found.passing) == ("provider_unavailable", True)


def test_a_stream_that_ends_without_saying_so_is_an_outage(server: ProtocolServer) -> None:
    found = fault(server, Answer(raw=b'data: {"choices": [{"index": 0, "delta": {"content": "{"}}]}\n\n'))

    assert found.code == "provider_unavailable"
    assert "middle" in found.sentence


def test_an_error_inside_the_stream_is_an_outage(server: ProtocolServer) -> None:
    assert fault(server, Answer(text="{}{}{}{}", chunk=1, error_after=3)).code == "provider_unavailable"


def test_garbage_instead_of_the_protocol_is_a_bad_answer(server: ProtocolServer) -> None:
    assert fault(server, Answer(raw=b"data: {not json\n\ndata: [DONE]\n\n")).code == "provider_bad_answer"


def test_a_mistake_of_whoever_reads_the_answer_is_not_blamed_on_the_provider(server: ProtocolServer) -> None:
    server.script({"colour": "red"})

    def stumble(_: str) -> None:
        raise ValueError("max() arg is an empty sequence")

    with pytest.raises(ValueError, match="empty sequence"):
        complete(provider_of(server), CALL, TestCaller(), stumble)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_cut_short_by_the_provider_is_not_used(server: ProtocolServer, reason: str) -> None:
    found = fault(server, Answer(text='{"colour": "red"}', finish_reason=reason))

    assert (found.code, found.passing) == ("provider_bad_answer", False)


def test_an_endless_answer_is_cut_off(server: ProtocolServer) -> None:
    found = fault(server, Answer(text="x" * 1_500_000, chunk=50_000, delay=0.001))

    assert found.code == "provider_bad_answer"
    assert server.requests[0].chunks_sent < 30


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.mark.parametrize(
    "answer",
    [
        Answer(hang_before=True),
        Answer(text="x" * 4000, chunk=4, hang_after=2),
        Answer(text="x" * 4000, chunk=4, delay=0.02),
    ],
    ids=["before the first byte", "while it is silent", "while it writes"],
)
def test_a_cancel_closes_the_connection_at_once(
    server: ProtocolServer, pool: ThreadPoolExecutor, answer: Answer
) -> None:
    server.script(answer)
    caller = TestCaller()
    running = pool.submit(complete, provider_of(server), CALL, caller, ignore)
    (request,) = server.wait_for_requests(1)
    if not answer.hang_before:
        assert request.streaming.wait(SOON)

    caller.stop()

    with pytest.raises(Stopped):
        running.result(timeout=SOON)
    assert request.closed_by_client.wait(SOON)


def test_a_cancel_while_the_connection_is_made_is_not_lost(server: ProtocolServer) -> None:
    caller = TestCaller()
    caller.stop()

    with pytest.raises(Stopped):
        complete(provider_of(server), CALL, caller, ignore)

    assert server.requests == []


def test_calls_leave_no_thread_and_no_open_connection_behind(server: ProtocolServer) -> None:
    before = threading.active_count()
    server.script({"colour": "red"})

    ask(server)

    assert server.requests[0].finished.wait(SOON)
    assert not [
        t for t in threading.enumerate() if isinstance(t, threading.Timer) and t.is_alive() and not t.finished.is_set()
    ]
    assert threading.active_count() <= before + 2  # the server's own connection thread may still be ending


def test_an_account_without_credit_is_not_asked_again(server: ProtocolServer) -> None:
    body = b'{"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}'
    found = fault(server, Answer(status=429, raw=body))

    assert (found.code, found.passing) == ("provider_refused_key", False)


def test_a_server_that_needs_no_key_is_given_none_that_matters(server: ProtocolServer) -> None:
    server.key = "none"
    server.script({"colour": "red"})

    assert ask(server, api_key="").text == '{"colour": "red"}'
