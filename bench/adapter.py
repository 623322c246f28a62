"""W1–W7 of a job system by its adapter: a script ``peer_<name>.py`` that runs one workload and prints one line of JSON.

Ours is ``bench/peer_collabcanvas.py``. Others join from the folder that ``PEER_PATH`` names, each run by the interpreter that
``PYTHON_<NAME>`` names.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import OURS, Figure
from bench.sizes import Sizes

HERE = Path(__file__).parent
LIMIT = 300.0  # seconds for one run of an adapter: then it hangs
Answer = Mapping[str, Any]


class AdapterFailed(Exception):
    """The adapter gave no figures; the text is what it said instead."""


class PeerMissing(Exception):
    """The interpreter of a peer has not its packages; the text says what to do."""


@dataclass(frozen=True)
class Adapter:
    """One system's script."""

    system: str
    script: Path
    interpreter: str

    def run(self, workload: str, server_url: str, jobs: int, workers: int = 1) -> Answer:
        """Run one workload; what the script printed. Raises ``AdapterFailed`` or ``PeerMissing``."""
        command = [self.interpreter, str(self.script), "--workload", workload, "--jobs", str(jobs)]
        command += ["--workers", str(workers)]
        environ = {**os.environ, "BENCH_PG": server_url}
        try:
            done = subprocess.run(
                command, cwd=self.script.parent, env=environ, capture_output=True, text=True, timeout=LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            raise AdapterFailed(f"no answer in {LIMIT:g} s") from None
        lines = done.stdout.strip().splitlines()
        answer: dict[str, Any] = json.loads(lines[-1]) if lines else {}
        if not answer or "error" in answer:
            silent = done.stderr.strip() or f"exit code {done.returncode} and not a word"
            raise self._failure(str(answer.get("error", silent)))
        return answer

    def _failure(self, said: str) -> Exception:
        lacks = re.search(r"ModuleNotFoundError: No module named '([^']+)'", said)
        if lacks is None or self.system == OURS:
            return AdapterFailed(said[-1500:])
        return PeerMissing(f"{self.interpreter} has no {lacks[1]}; name one that has in PYTHON_{self.system.upper()}")


def ours() -> Adapter:
    """This product."""
    return Adapter(OURS, HERE / "peer_collabcanvas.py", sys.executable)


def peer(name: str, environ: Mapping[str, str] = os.environ) -> Adapter | None:
    """Another system, if its adapter is here."""
    script = Path(environ.get("PEER_PATH", "")) / f"peer_{name}.py"
    if "PEER_PATH" not in environ or not script.exists():
        return None
    return Adapter(name, script, environ.get(f"PYTHON_{name.upper()}", sys.executable))


def measure(adapter: Adapter, workload: str, server_url: str, sizes: Sizes) -> list[Figure]:
    """The figures of one run of a workload; W3 is run with one worker process, then with two."""
    figures: list[Figure] = []
    for jobs, workers, prefix in _runs(workload, sizes):
        answer = adapter.run(workload, server_url, jobs, workers)
        figures += figures_of(adapter.system, workload, answer, jobs, prefix)
    return figures


def figures_of(system: str, workload: str, answer: Answer, jobs: int, prefix: str = "") -> list[Figure]:
    """What a line of JSON says. Raises ``AdapterFailed`` if jobs were left that should have been done."""
    if answer.get("complete") is False:
        raise AdapterFailed(f"{workload}: not all jobs were done: {dict(answer)}")
    values = {f"{prefix}{name}": value for name, value in _READERS[workload](answer).items()}
    samples = int(answer.get("n", jobs))
    return [Figure(workload, system, name, value, samples) for name, value in values.items() if value is not None]


def _runs(workload: str, sizes: Sizes) -> list[tuple[int, int, str]]:
    """(jobs, worker processes, what the metrics begin with)."""
    if workload == "W3":
        return [(sizes.drain, 1, ""), (2 * sizes.drain, 2, "two_workers_")]
    jobs = {"W1": sizes.single, "W2": sizes.bulk, "W4": sizes.paced, "W5": sizes.paced, "W6": sizes.steady}
    return [(jobs.get(workload, sizes.crash), 1, "")]


def _rate(answer: Answer) -> dict[str, Any]:
    return {"jobs_per_s": answer["jobs_s"]}


def _drain(answer: Answer) -> dict[str, Any]:
    return {
        "jobs_per_s": answer["jobs_s"],
        "rss_peak_mb": answer.get("rss_peak_mb"),
        "database_mb": answer.get("db_mb"),
    }


def _pick_up(answer: Answer) -> dict[str, Any]:
    if answer["n"] < answer.get("sent", answer["n"]):
        raise AdapterFailed(f"only {answer['n']} of {answer['sent']} jobs were picked up")
    return {f"{name}_ms": value for name, value in answer["pickup_ms"].items()}


def _observed(answer: Answer) -> dict[str, Any]:
    return {f"{name}_ms": value for name, value in answer["observed_ms"].items()}


def _crash(answer: Answer) -> dict[str, Any]:
    last = answer["all_done_s"]  # a text such as ">60" if they never were
    return {
        "unfinished": answer["not_finished_after_cap"],
        "ran_twice": answer["ran_twice"],
        "last_s": last if isinstance(last, int | float) else None,
    }


_READERS: dict[str, Callable[[Answer], dict[str, Any]]] = {
    "W1": _rate,
    "W2": _rate,
    "W3": _drain,
    "W4": _pick_up,
    "W5": _observed,
    "W6": _pick_up,
    "W7": _crash,
}
