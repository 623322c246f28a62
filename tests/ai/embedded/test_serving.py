"""A real model, served by a child process as every other provider is: answers, schema, streaming, cancel, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

from backend.ai.calling.calls import call_model
from backend.ai.calling.provider import Message, ModelCall, ProviderFault
from backend.ai.embedded.catalogue import NAME
from backend.ai.embedded.keeper import EmbeddedProvider
from backend.ai.embedded.machine import threads
from backend.ai.embedded.serving import Serving
from backend.ai.kinds.change_schema import schema_for
from backend.ai.kinds.forms import FORMS
from backend.config import ROOT
from tests.ai.calling.callers import CALL, SCHEMA, Stopped, TestCaller, ignore
from tests.ai.embedded.model_file import model_file

MODEL = "smollm2"
PATIENCE = 120.0  # a hang bound
LIST = {
    "type": "object",
    "properties": {"words": {"type": "array", "items": {"type": "string"}, "minItems": 60, "maxItems": 60}},
    "required": ["words"],
    "additionalProperties": False,
}
LONG = ModelCall((Message("system", "List sixty animals."), Message("user", "Go.")), "animals", LIST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def serving(folder: Path) -> Iterator[Serving]:
    started = Serving(model_file(), MODEL, folder)
    yield started
    started.close()


@pytest.fixture
def provider(serving: Serving) -> EmbeddedProvider:
    return EmbeddedProvider(NAME, "", MODEL, "", timeout=PATIENCE, serving=serving)


def eventually(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.02)
    return found


def never() -> None:
    """Nobody cancels."""


def test_it_answers_in_the_form_that_is_asked_for_and_counts_its_tokens(provider: EmbeddedProvider) -> None:
    import json

    caller = TestCaller()
    answer = call_model(provider, CALL, caller, ignore)

    assert set(json.loads(answer.text)) == set(SCHEMA["properties"])  # type: ignore[call-overload]
    assert (answer.provider, answer.model, answer.structured) == (NAME, MODEL, True)
    (record,) = caller.records
    assert record.success and not record.estimated
    assert record.tokens_in > 10 and record.tokens_out > 3
    assert record.cost == 0


def test_it_streams_and_a_cancel_frees_it_for_the_next_call(provider: EmbeddedProvider) -> None:
    caller, seen = TestCaller(), []

    def on_text(text: str) -> None:
        seen.append(text)
        if len(seen) == 3:
            caller.stop()

    with pytest.raises(Stopped):
        call_model(provider, LONG, caller, on_text)
    stopped = time.monotonic()
    assert all(text.startswith(before) for before, text in pairwise(seen))

    first: list[float] = []
    next_caller = TestCaller()

    def on_next(_text: str) -> None:
        first.append(time.monotonic())
        next_caller.stop()

    with pytest.raises(Stopped):
        call_model(provider, CALL, next_caller, on_next)
    # The whole list would take several seconds; the bar is 0.4 s on a machine that does nothing else.
    assert first[0] - stopped < 3.0
    assert caller.records[0].error == "stopped"
    assert 0 < caller.records[0].tokens_out < 100


def test_it_listens_on_loopback_alone_and_wants_its_key(serving: Serving, folder: Path) -> None:
    address = serving.address(never)
    assert (folder / "server.json").stat().st_mode & 0o077 == 0
    url = f"{address.base_url}/chat/completions"
    assert requests.post(url, json={"messages": []}, timeout=PATIENCE).status_code == 401
    assert requests.get(f"http://127.0.0.1:{address.port}/", timeout=PATIENCE).status_code in (401, 404)


def test_workers_of_one_machine_share_one_server(serving: Serving, folder: Path) -> None:
    others = [Serving(model_file(), MODEL, folder) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda other: other.address(never), others))
    assert set(found) == {serving.address(never)}
    assert all(other._process is None for other in others)


def test_one_that_dies_is_started_again(provider: EmbeddedProvider, serving: Serving) -> None:
    before = serving.address(never)
    assert serving._process is not None
    os.kill(serving._process.pid, signal.SIGKILL)
    serving._process.wait()

    call_model(provider, CALL, TestCaller(), ignore)

    assert serving.address(never) != before


def test_a_server_ends_with_its_worker_however_that_dies(folder: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from backend.ai.embedded.serving import Serving\n"
        "address = Serving(Path(sys.argv[1]), 'smollm2', Path(sys.argv[2])).address(lambda: None)\n"
        "print(address.port, flush=True); import time; time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(model_file()), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        port = next(int(line) for line in worker.stdout if line.strip().isdigit())  # the others are its log
        assert requests.get(f"http://127.0.0.1:{port}/health", timeout=PATIENCE).status_code == 200
        worker.kill()
    eventually(lambda: not _answers(port))


def test_a_file_that_is_no_model_is_a_fault_and_not_a_hang(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(ProviderFault) as caught:
        Serving(broken, "broken", tmp_path).address(never)
    assert caught.value.code == "provider_unavailable"
    assert "could not be started" in caught.value.sentence


def test_who_no_longer_waits_for_the_start_is_let_go(tmp_path: Path) -> None:
    caller = TestCaller()
    caller.stop()
    with pytest.raises(Stopped):
        Serving(model_file(), MODEL, tmp_path).address(caller.checkpoint)
    assert not (tmp_path / "server.lock").exists()


@pytest.mark.parametrize(("available", "used"), [(1, 1), (2, 1), (4, 2), (9, 4)])
def test_it_leaves_processors_to_web_and_worker(available: int, used: int) -> None:
    assert threads(available) == used


def _answers(port: int) -> bool:
    try:
        requests.get(f"http://127.0.0.1:{port}/health", timeout=1)
    except requests.RequestException:
        return False
    return True


@pytest.mark.parametrize("schema", [*(form.kind.schema for form in FORMS), schema_for(['a "b" \\ c\n„d“', "日本"])])
def test_the_grammar_of_every_form_is_understood(provider: EmbeddedProvider, schema: Any) -> None:
    seen: list[str] = []
    caller = TestCaller()

    def on_text(text: str) -> None:
        seen.append(text)
        if text:
            caller.stop()

    with pytest.raises(Stopped):
        call_model(provider, ModelCall(CALL.messages, "form", schema), caller, on_text)
    assert "".join(seen).startswith("{"), "a grammar that is not understood is refused, and asked again without"
