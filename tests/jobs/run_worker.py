"""``python -m tests.jobs.run_worker``: the shipped worker with the sample tasks."""

from __future__ import annotations

import os
import sys

import worker
from tests.jobs import flow_tasks, sample_tasks

assert sample_tasks.gates is not None
assert flow_tasks.QUICK is not None

if __name__ == "__main__":
    code = worker.main()
    sys.stderr.flush()
    os._exit(code)
