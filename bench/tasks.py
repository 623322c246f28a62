"""The job that the benchmarks run, and its log.

A run appends 16 bytes with one ``write``: what ran survives kill -9 and can be read from outside.
"""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields

from backend.jobs import JobContext, task

TASK = "bench_job"
LOG_VARIABLE = "BENCH_LOG"
RECORD = struct.Struct("<qq")  # (number, monotonic nanoseconds); the number is -(number + 1) where a run ended


class _Log:
    """The log of this process, opened at the first write."""

    def __init__(self) -> None:
        self._descriptor = -1

    def write(self, number: int) -> None:
        """Append one record."""
        if self._descriptor < 0:
            self._descriptor = os.open(os.environ[LOG_VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(self._descriptor, RECORD.pack(number, time.monotonic_ns()))


_log = _Log()


class BenchSchema(Schema):
    """Which job it is, and how many milliseconds it takes."""

    number = fields.Integer(required=True)
    ms = fields.Integer(load_default=0)


@task(TASK, schema=BenchSchema)
def bench_job(_ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Say that it began; if it takes time, say that it ended."""
    _log.write(request["number"])
    if request["ms"]:
        time.sleep(request["ms"] / 1000)
        _log.write(-request["number"] - 1)
    return {"done": 1}


Times = dict[int, list[float]]  # seconds of the monotonic clock by number


def read_log(path: Path) -> tuple[Times, Times]:
    """When each job began and when it ended."""
    began: Times = {}
    ended: Times = {}
    data = path.read_bytes() if path.exists() else b""
    whole = len(data) // RECORD.size * RECORD.size
    for number, nanoseconds in RECORD.iter_unpack(data[:whole]):
        if number >= 0:
            began.setdefault(number, []).append(nanoseconds / 1e9)
        else:
            ended.setdefault(-number - 1, []).append(nanoseconds / 1e9)
    return began, ended
