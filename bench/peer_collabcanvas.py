"""One workload on the shipped engine, its figures as one line of JSON.

``python bench/peer_collabcanvas.py --workload W3 [--workers 2] [--jobs N] [--variant session]``, with ``BENCH_PG`` naming a
server. Nothing is switched off: events, attempts, claim tokens and hints are written as in every installation.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # the project, not this folder

from bench.client import VARIANTS, Client
from bench.workloads import WORKLOADS

NAME = "collabcanvas"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, return the exit code."""
    options = _parse(arguments)
    label = f"{NAME}-{options.variant}" if options.variant else NAME
    with ExitStack() as stack:
        if options.lock:
            lock = stack.enter_context(Path(options.lock).open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        client = Client(options.variant, f"bench_{label}_{options.workload}".replace("-", "_").lower())
        answer = WORKLOADS[options.workload](client, options)
    sys.stdout.write(json.dumps({"peer": label, "workload": options.workload, **answer}) + "\n")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workload", required=True, choices=list(WORKLOADS))
    parser.add_argument("--variant", default="", choices=VARIANTS, help="how jobs are made; default a plain connection")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rate", type=float, default=200, help="jobs a second of W6")
    parser.add_argument("--limit", type=float, default=60, help="seconds after which a drain is given up")
    parser.add_argument("--lock", help="file to lock during the run, so that measurements do not overlap")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
