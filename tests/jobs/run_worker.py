"""``python -m tests.jobs.run_worker``: the shipped worker with the sample tasks, and those of ``MODULES``, by comma."""

from __future__ import annotations

import importlib
import os
import sys

import worker
from tests.jobs import flow_tasks, sample_tasks

assert sample_tasks.gates is not None
assert flow_tasks.QUICK is not None

if __name__ == "__main__":
    for module in filter(None, os.environ.get("MODULES", "").split(",")):
        importlib.import_module(module)
    code = worker.main()
    sys.stderr.flush()
    os._exit(code)
