"""The embedded model of this worker's machine: what becomes of it, and the provider that it is once it is there."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import structlog

from backend.ai.embedded import state_store
from backend.ai.embedded.catalogue import NAME, Choice, Weights, choose
from backend.ai.embedded.fetch import DONE, TAKEN
from backend.ai.embedded.grammar import grammar_of
from backend.ai.embedded.serving import Serving
from backend.ai.embedded.weights import is_verified
from backend.config import ROOT, ProviderSettings, Settings

log = structlog.get_logger(__name__)

FIRST_PAUSE = 5.0  # seconds after the start of the worker: the installation is ready first
LOOK_AGAIN = 5.0  # seconds, while another worker of this machine fetches
RETRY_PAUSES = (60.0, 300.0, 900.0, 3600.0)  # seconds after a failed fetch; the last one for ever
LOOKS, SOONEST_LOOK, LATEST_LOOK = 20, 2.0, 30.0  # of waiting jobs: how many, and seconds between two
TIMEOUT = 900.0  # seconds for one answer: a few tokens a second, and others may be before


@dataclass(frozen=True)
class Condition:
    """How the embedded model stands. ``state``: off, waiting, fetching, verifying, ready or failed. Sizes in bytes."""

    state: str
    model: str | None = None
    done: int = 0
    total: int = 0
    message: str = ""

    @property
    def on_its_way(self) -> bool:
        """Whether waiting for it makes sense."""
        return self.state in ("waiting", "fetching", "verifying")

    @property
    def percent(self) -> int:
        """How much of it is there."""
        return min(99, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True)
class EmbeddedProvider(ProviderSettings):
    """The provider that the embedded model is. Its server has no address before the first need."""

    serving: Serving | None = None

    def located(self, _checkpoint: Callable[[], None]) -> ProviderSettings:
        """The same with the address of its server, which is started if need be."""
        if self.serving is None:
            return self
        address = self.serving.address(_checkpoint)
        return replace(self, base_url=address.base_url, api_key=address.key)

    mends_afresh: ClassVar[bool] = True

    def form(
        self, _name: str, schema: Mapping[str, Any], narrow: Mapping[str, Any] | None = None, most: int = 0
    ) -> dict[str, Any]:
        """As a grammar: its model needs narrower bounds than a schema says. Lists have room for ``most`` entries at least."""
        return {"extra_body": {"grammar": grammar_of(narrow or schema, most)}}


class Keeper:
    """Fetches in a thread and a process of its own; what becomes of it stands in the database, where staff see it."""

    def __init__(self, settings: Settings, has_providers: Callable[[], bool]) -> None:
        self._settings = settings
        self._has_providers = has_providers
        self._folder = settings.data_dir / "models"
        self._condition = Condition("waiting")
        self._provider: EmbeddedProvider | None = None
        self._stopped = threading.Event()
        self._began: tuple[float, int] | None = None  # when this fetch began, and with how many bytes

    @property
    def condition(self) -> Condition:
        """How it stands."""
        return self._condition

    @property
    def provider(self) -> ProviderSettings | None:
        """The provider, once there is one."""
        return self._provider

    def look_again_in(self) -> float:
        """Seconds after which who waits for it shall look again: some twenty times until it is there."""
        if self._began is None:
            return SOONEST_LOOK
        at, done = self._began
        came, left = self._condition.done - done, self._condition.total - self._condition.done
        rest = (time.monotonic() - at) * left / came if came > 0 else 0.0
        return min(max(rest / LOOKS, SOONEST_LOOK), LATEST_LOOK)

    def loop(self) -> None:
        """Bring the model to this machine, whatever it takes; returns when it is there, or is not wanted."""
        choice = choose(self._settings, has_providers=self._has_providers())
        if choice.weights is None:
            self._settle_without_fetch(choice)
            return
        if is_verified(self._folder / choice.weights.file, choice.weights):
            self._serve(self._folder / choice.weights.file, choice.weights.model)
            return
        self._become(Condition("waiting", choice.weights.model, 0, choice.weights.size))
        pause, failures = FIRST_PAUSE, 0
        while not self._stopped.wait(pause):
            code = self._fetch(choice.weights)
            if code == DONE:
                self._serve(self._folder / choice.weights.file, choice.weights.model)
                return
            pause = LOOK_AGAIN if code == TAKEN else RETRY_PAUSES[min(failures, len(RETRY_PAUSES) - 1)]
            failures += code != TAKEN

    def stop(self) -> None:
        """Give up what is under way."""
        self._stopped.set()
        provider = self._provider
        if provider is not None and provider.serving is not None:
            provider.serving.close()

    def _settle_without_fetch(self, choice: Choice) -> None:
        if choice.file is None:
            self._become(Condition("off", message=choice.why_not))
        else:
            self._serve(choice.file, choice.file.stem)

    def _serve(self, file: Path, model: str) -> None:
        serving = Serving(file.resolve(), model, self._folder)
        self._provider = EmbeddedProvider(NAME, "", model, "", timeout=TIMEOUT, serving=serving)
        size = file.stat().st_size
        self._become(Condition("ready", model, size, size))

    def _fetch(self, weights: Weights) -> int:
        """One try, in a process that ends with this one; its exit code."""
        told = json.dumps(asdict(weights))
        command = [sys.executable, "-m", "backend.ai.embedded.fetch", str(self._folder), told]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with process:
            for line in process.stdout or ():
                self._hear(weights, json.loads(line))
        if process.returncode == TAKEN:
            self._follow(weights)
        return process.returncode

    def _hear(self, weights: Weights, told: dict[str, Any]) -> None:
        if "error" in told:
            self._become(replace(self._condition, state="failed", message=told["error"]))
            log.warning("embedded_model_not_fetched", error=told["error"])
        else:
            self._began = self._began or (time.monotonic(), told["done"])
            self._become(Condition(told["doing"], weights.model, told["done"], weights.size))

    def _follow(self, weights: Weights) -> None:
        """Another worker of this machine fetches: its figures count here, too."""
        found = state_store.read(self._settings)
        if found is not None and found[0] in ("fetching", "verifying"):
            self._condition = Condition(found[0], weights.model, found[1], weights.size)

    def _become(self, condition: Condition) -> None:
        self._condition = condition
        state_store.keep(
            self._settings,
            state=condition.state,
            model=condition.model,
            done=condition.done,
            total=condition.total,
            message=condition.message,
        )
        if condition.state in ("ready", "off"):
            log.info("embedded_model", state=condition.state, model=condition.model, message=condition.message)


_installed: Keeper | None = None


def install(keeper: Keeper) -> None:
    """Let it keep this process' embedded model, and begin."""
    global _installed  # noqa: PLW0603 - one for each process, as its server is
    _installed = keeper
    threading.Thread(target=keeper.loop, name="embedded", daemon=True).start()


def installed() -> Keeper | None:
    """Who keeps the embedded model of this process; None where none was begun (web, commands, tests)."""
    return _installed
