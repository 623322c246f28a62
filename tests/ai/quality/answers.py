"""Whom ``make ai-quality`` asks: the same providers as a worker, every answer kept, so that no question is asked twice."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from backend.ai.calling.calls import call_model
from backend.ai.calling.chain import Parsed, ask
from backend.ai.calling.provider import Caller, ModelAnswer, ModelCall, OnText
from backend.ai.embedded.catalogue import NAME, QWEN, choose
from backend.ai.embedded.keeper import TIMEOUT, EmbeddedProvider
from backend.ai.embedded.serving import Serving
from backend.ai.embedded.weights import is_verified
from backend.ai.generation import Ask
from backend.ai.streaming.prefix import growing
from backend.config import ProviderSettings, Settings
from tests.ai.calling.callers import TestCaller

T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """An answer as it came: after how many seconds each piece of it was there."""

    key: str
    answer: dict[str, Any]
    seconds: float
    pieces: list[tuple[float, int]]  # seconds since the question, characters that were there


class Model:
    """One provider, asked through the chain as every job asks. ``spent`` are the seconds that answers have taken so far."""

    def __init__(self, provider: ProviderSettings, kept: Path) -> None:
        self.provider = provider
        self.spent = 0.0
        self.now = 0.0  # as ``spent``, while an answer grows
        self.calls = self.tokens_in = self.tokens_out = 0
        self._kept = kept
        self._known = {each.key: each for each in _read(kept)}

    def begin(self) -> None:
        """Another case: its account begins at nothing."""
        self.spent = self.now = 0.0
        self.calls = self.tokens_in = self.tokens_out = 0

    @property
    def ask(self) -> Ask:
        """As generation wants it."""

        def run(call: ModelCall, parse: Callable[[Any], T], on_growth: Callable[[Any], None]) -> Parsed[T]:
            def heard(text: str) -> None:
                value = growing(text, call.schema)
                if value is not None:
                    on_growth(value)

            with patch("backend.ai.calling.chain.call_model", self._call):
                return ask([self.provider], call, parse, TestCaller(), heard)

        return run

    def _call(self, provider: ProviderSettings, call: ModelCall, caller: Caller, on_text: OnText) -> ModelAnswer:
        key = _key(provider, call)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._asked(key, provider, call, caller)
        text = found.answer["text"]
        for seconds, length in found.pieces:
            self.now = self.spent + seconds
            on_text(text[:length])
        answer = ModelAnswer(**found.answer)
        self.spent += found.seconds
        self.calls += 1
        self.tokens_in += answer.tokens_in or 0
        self.tokens_out += answer.tokens_out or 0
        return answer

    def _asked(self, key: str, provider: ProviderSettings, call: ModelCall, caller: Caller) -> Kept:
        provider = provider.located(caller.checkpoint)  # its loading is not the answer's time
        pieces: list[tuple[float, int]] = []
        began = time.monotonic()
        answer = call_model(
            provider, call, caller, lambda text: pieces.append((round(time.monotonic() - began, 2), len(text)))
        )
        found = Kept(key, asdict(answer), round(time.monotonic() - began, 2), pieces)
        with self._kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
        return found


@contextmanager
def models(settings: Settings, kept: Path) -> Iterator[list[Model]]:
    """Those of AI_PROVIDERS, and the embedded one where its file is on this machine."""
    providers = list(settings.providers)
    folder = settings.data_dir / "models"
    file = choose(settings, has_providers=bool(providers)).file
    if file is None and settings.embedded_model != "off" and is_verified(folder / QWEN.file, QWEN):
        file = folder / QWEN.file
    if file is None:
        yield [Model(provider, kept) for provider in providers]
        return
    folder.mkdir(parents=True, exist_ok=True)
    serving = Serving(file.resolve(), file.stem, folder)
    providers.append(EmbeddedProvider(NAME, "", file.stem, "", timeout=TIMEOUT, serving=serving))
    try:
        yield [Model(provider, kept) for provider in providers]
    finally:
        serving.close()


def _key(provider: ProviderSettings, call: ModelCall) -> str:
    said = [(message.role, message.content) for message in call.messages]
    form = provider.form(call.schema_name, call.schema, call.narrow, call.most)
    asked = json.dumps([said, form, call.temperature, provider.name, provider.model])
    return hashlib.blake2b(asked.encode(), digest_size=16).hexdigest()


def _read(path: Path) -> Iterator[Kept]:
    with suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8").splitlines():
            found = Kept(**json.loads(line))
            yield replace(found, pieces=[(seconds, length) for seconds, length in found.pieces])
