"""One worker process: ``python worker.py [--queues a,b] [--concurrency N] [--drain]``. Settings come from the environment."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
import threading

import backend.tasks  # noqa: F401 - fills the registry
from backend.ai.embedded import keeper
from backend.ai.providers.roster import has_providers
from backend.ai.warm_up import warm_up
from backend.config import Settings, SettingsError
from backend.jobs.admission.queues import check_routes
from backend.jobs.registry import queue_names
from backend.jobs.runtime.worker import Worker
from backend.monitoring.logs import configure_logging
from backend.processes import StopSignal, refuse, settings_or_exit

MAX_CONCURRENCY = 256
AI_QUEUE = "ai"
# Allocations between two looks for cycles. A claim of quick jobs makes thousands of objects, none of them in a cycle: at Python's
# 700 the looks took a fifth of the claimer's time.
COLLECT_AFTER = 20_000


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM (or, with ``--drain``, until nothing is runnable); returns the exit code."""
    settings = settings_or_exit()
    if settings.listen_url is None:
        refuse("DATABASE_URL is not set; start.py runs the embedded Postgres and sets it")
    try:
        check_routes(settings)
    except SettingsError as error:
        refuse(str(error))
    options = _parse(arguments)
    configure_logging(settings, "worker")
    stop = StopSignal()
    worker = Worker(settings, queues=options.queues, concurrency=options.concurrency, drain=options.drain)
    threading.Thread(target=_stop_when_told, args=(stop, worker), name="stop", daemon=True).start()
    # Beside the first claims: a job that is waiting already is not held up by it.
    threading.Thread(target=_warm_up, args=(settings,), name="warm-up", daemon=True).start()
    if options.queues is None or AI_QUEUE in options.queues:
        keeper.install(keeper.Keeper(settings, lambda: has_providers(settings)))
    gc.set_threshold(COLLECT_AFTER)
    return worker.run()


def _warm_up(settings: Settings) -> None:
    """Load what the first drawing needs; what is there then stays, and no look for cycles has to visit it again."""
    warm_up(settings)
    gc.freeze()


def _stop_when_told(stop: StopSignal, worker: Worker) -> None:
    """SIGTERM, SIGINT, or the end of the start.py that started this process."""
    stop.wait()
    worker.stop()


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="worker.py", description="Runs CollabCanvas jobs.")
    parser.add_argument("--queues", type=_queues, help=f"serve only these, by comma; known: {', '.join(queue_names())}")
    parser.add_argument("--concurrency", type=_concurrency, help="threads; default MAX_CONCURRENT_JOBS")
    parser.add_argument("--drain", action="store_true", help="stop when nothing is runnable")
    return parser.parse_args(arguments)


def _queues(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("name at least one queue")
    return names


def _concurrency(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_CONCURRENCY:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MAX_CONCURRENCY}")
    return int(text)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a handler that did not stop must not keep the process: its job was given back
