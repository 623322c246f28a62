"""Several providers: fall-backs, the round that mends an answer, and which fault is told in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from backend.ai.calling.chain import AnswerError, CopiedExample, ImperfectAnswer, Parsed, ask, best_of
from backend.ai.calling.provider import Message, ProviderFault
from tests.ai.calling.callers import CALL, TestCaller, ignore, provider_of
from tests.ai.protocol_server import Answer, ProtocolServer


@pytest.fixture
def second() -> Iterator[ProtocolServer]:
    with ProtocolServer() as running:
        yield running


def colour(answer: dict[str, Any]) -> str:
    if answer.get("colour") not in ("red", "orange"):
        raise AnswerError("The colour must be red or orange.")
    return str(answer["colour"])


def ask_all(*servers: ProtocolServer) -> Parsed[str]:
    providers = [provider_of(server, name=f"p{number}") for number, server in enumerate(servers, 1)]
    return ask(providers, CALL, colour, TestCaller(), ignore)


def test_the_first_provider_that_answers_is_used(server: ProtocolServer, second: ProtocolServer) -> None:
    server.script({"colour": "red"})

    parsed = ask_all(server, second)

    assert (parsed.value, parsed.answer.provider) == ("red", "p1")
    assert second.requests == []


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(status=500),
        Answer(status=429, retry_after="60"),
        Answer(status=401),
        Answer(status=404),
        Answer(text="{}", cut_after=0),
    ],
)
def test_the_next_provider_answers_when_the_first_fails(
    server: ProtocolServer, second: ProtocolServer, trouble: Answer
) -> None:
    server.script(trouble)
    second.script({"colour": "orange"})

    parsed = ask_all(server, second)

    assert (parsed.value, parsed.answer.provider) == ("orange", "p2")


def test_a_useless_answer_is_mended_in_one_round_that_tells_why(server: ProtocolServer) -> None:
    server.script({"colour": "blue"}, {"colour": "red"})

    assert ask_all(server).value == "red"

    assert [m["role"] for m in server.requests[1].body["messages"]] == ["system", "user", "assistant", "user"]
    assert "must be red or orange" in server.requests[1].prompt
    assert '"blue"' in server.requests[1].prompt


def test_a_copied_example_is_asked_for_once_more_without_it(server: ProtocolServer) -> None:
    def parse(answer: dict[str, Any]) -> str:
        if answer["colour"] == "blue":
            raise CopiedExample("It repeats the example.")
        return str(answer["colour"])

    server.script({"colour": "blue"}, {"colour": "red"})
    example = (Message("user", "the sky"), Message("assistant", '{"colour":"blue"}'))
    call = replace(CALL, messages=(CALL.messages[0], *example, *CALL.messages[1:]))

    assert ask([provider_of(server)], call, parse, TestCaller(), ignore).value == "red"

    assert [m["role"] for m in server.requests[1].body["messages"]] == ["system", "user"]
    assert "blue" not in server.requests[1].prompt


def test_a_model_that_repeats_what_it_sees_is_asked_afresh(server: ProtocolServer) -> None:
    server.script({"colour": "blue"}, {"colour": "red"})
    provider = provider_of(server)
    with patch.object(type(provider), "mends_afresh", True):
        assert ask([provider], CALL, colour, TestCaller(), ignore).value == "red"

    assert [m["role"] for m in server.requests[1].body["messages"]] == ["system", "user"]
    assert "must be red or orange" in server.requests[1].prompt
    assert '"blue"' not in server.requests[1].prompt


@pytest.mark.parametrize("broken", ["{not json", "[1, 2]", "", "I would rather not.", "{" * 100_000])
def test_an_answer_that_is_no_json_object_is_mended(server: ProtocolServer, broken: str) -> None:
    server.script(Answer(text=broken, chunk=50_000), {"colour": "red"})

    assert ask_all(server).value == "red"


def test_json_in_a_code_fence_is_understood(server: ProtocolServer) -> None:
    server.script('Sure!\n```json\n{"colour": "red"}\n```')

    assert ask_all(server).value == "red"


def test_two_useless_answers_go_on_to_the_next_provider(server: ProtocolServer, second: ProtocolServer) -> None:
    server.script({"colour": "blue"}, {"colour": "green"})
    second.script({"colour": "red"})

    assert ask_all(server, second).answer.provider == "p2"
    assert len(server.requests) == 2


def test_two_useless_answers_of_the_last_provider_are_final(server: ProtocolServer) -> None:
    server.script({"colour": "blue"}, {"colour": "green"})

    with pytest.raises(ProviderFault) as caught:
        ask_all(server)

    assert (caught.value.code, caught.value.passing) == ("provider_bad_answer", False)


def test_a_wait_is_told_rather_than_a_wrong_key(server: ProtocolServer, second: ProtocolServer) -> None:
    server.script(Answer(status=401))
    second.script(Answer(status=429, retry_after="30"))

    with pytest.raises(ProviderFault) as caught:
        ask_all(server, second)

    assert (caught.value.code, caught.value.retry_after) == ("provider_rate_limited", 30.0)


def test_the_shortest_wait_is_told(server: ProtocolServer, second: ProtocolServer) -> None:
    server.script(Answer(status=429, retry_after="90"))
    second.script(Answer(status=429, retry_after="20"))

    with pytest.raises(ProviderFault) as caught:
        ask_all(server, second)

    assert caught.value.retry_after == 20.0


def shades(answer: dict[str, Any]) -> str:
    """Wants no dark one, and no pale one even less."""
    faults = ["dark", "pale pale"].index(answer["colour"]) + 1 if answer["colour"] in ("dark", "pale pale") else 0
    if faults:
        raise ImperfectAnswer("Lighter.", answer["colour"], faults)
    return colour(answer)


def ask_shades(server: ProtocolServer) -> Parsed[str]:
    return ask([provider_of(server)], CALL, shades, TestCaller(), ignore)


@pytest.mark.parametrize(
    ("first", "then", "used"),
    [
        ("dark", "red", "red"),
        ("dark", "pale pale", "dark"),
        ("pale pale", "dark", "dark"),
        ("dark", "dark", "dark"),
        ("dark", "blue", "dark"),
        ("blue", "dark", "dark"),
    ],
)
def test_an_imperfect_answer_is_used_when_no_better_one_comes(
    server: ProtocolServer, first: str, then: str, used: str
) -> None:
    server.script({"colour": first}, {"colour": then})

    assert ask_shades(server).value == used

    assert len(server.requests) == 2


@pytest.mark.parametrize("trouble", [Answer(status=500), Answer(status=429), Answer(text="{}", cut_after=0)])
def test_an_imperfect_answer_is_used_when_the_second_call_fails(server: ProtocolServer, trouble: Answer) -> None:
    server.script({"colour": "dark"}, trouble)

    assert ask_shades(server).value == "dark"


def test_what_nobody_can_mend_any_more_is_used_as_it_is() -> None:
    assert best_of(shades, {"colour": "dark"}) == "dark"
    assert best_of(shades, {"colour": "red"}) == "red"
    with pytest.raises(AnswerError):
        best_of(shades, {"colour": "blue"})
