"""``python -m backend.ai.embedded.server FILE MODEL FOLDER``: serves a file of weights on the loopback interface.

llama.cpp's own OpenAI-compatible server, so that it is asked as every other provider is. A process that loads xllamacpp can load
no other module that a different Cython has made: this one loads nothing else. Where it listens stands in
``FOLDER/server.json``, with the key that only this user can read. It ends when its stdin does, that is, with its worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import xllamacpp

from backend.ai.embedded.machine import threads

CONTEXT = 8_192  # tokens of a question and its answer together
SEED = 7  # the same question gets the same answer
IDLE_SECONDS = 900  # without a call, after which the model leaves memory; the next call loads it again
PROMPT_CACHE_MIB = 256
NICENESS = 5  # below the worker and the web
OOM_SCORE = 600  # of 1000: when memory runs out this process goes first
ADDRESS_FILE = "server.json"


def main(file: Path, model: str, folder: Path) -> None:
    """Load the model, say where it is served, and serve until the worker is gone."""
    began = time.monotonic()
    _be_modest()
    key = secrets.token_urlsafe(24)
    server = xllamacpp.Server(_parameters(file, model, key))
    port = urlsplit(server.listening_address).port
    _publish(folder / ADDRESS_FILE, {"pid": os.getpid(), "port": port, "key": key, "model": model, "file": str(file)})
    sys.stderr.write(f"{model} loaded in {time.monotonic() - began:.1f} s, serving on port {port}\n")
    sys.stderr.flush()
    sys.stdin.buffer.read()
    os._exit(0)  # its threads know no end of their own


def _parameters(file: Path, model: str, key: str) -> xllamacpp.CommonParams:
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(file)
    wanted.model_alias = {model}
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0
    wanted.api_keys = [key]
    wanted.n_ctx = CONTEXT
    wanted.n_parallel = 1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads()
    wanted.use_jinja = True
    _avoid_loops(wanted.sampling)
    wanted.cache_ram_mib = PROMPT_CACHE_MIB
    wanted.sleep_idle_seconds = IDLE_SECONDS
    wanted.ui = wanted.endpoint_slots = wanted.endpoint_props = wanted.endpoint_metrics = False
    wanted.offline = True  # nothing is fetched
    wanted.verbosity = 0
    return wanted


def _avoid_loops(sampling: xllamacpp.CommonParamsSampling) -> None:
    """Small models fall into writing the same entry again and again. A long repetition is made less likely, hardly more the
    longer it is: a word of the instructions must be written as it is.
    """
    sampling.seed = SEED
    sampling.dry_multiplier = 1.0
    sampling.dry_base = 1.15
    sampling.dry_allowed_length = 4
    sampling.dry_penalty_last_n = CONTEXT


def _be_modest() -> None:
    # A platform may send signals to every process; the worker decides.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")


def _publish(path: Path, address: dict[str, object]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(address, file)
    unfinished.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
