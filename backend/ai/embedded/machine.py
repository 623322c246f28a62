"""What the machine, or the container, has."""

from __future__ import annotations

import os
import re
from pathlib import Path

MEMORY_OF_MACHINE = Path("/proc/meminfo")
# cgroup 2 and 1: what a container may use.
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_bytes() -> int:
    """Memory that this process may use at most: the machine's, or less if the container is limited."""
    try:
        found = re.search(r"^MemTotal:\s+(\d+) kB", MEMORY_OF_MACHINE.read_text(encoding="ascii"), re.MULTILINE)
        total = int(found[1]) * 1024 if found else 0
    except OSError:
        total = 0
    total = total or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([total, *(limit for limit in map(_limit, LIMITS) if limit is not None)])


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(available: int | None = None) -> int:
    """With how many threads a model computes: half of the processors.

    They wait for each other at every step, spinning. Where web, worker and database run beside them, two threads on two
    processors write a tenth of what one writes.
    """
    return max(1, (processors() if available is None else available) // 2)


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))  # "max" is no limit
    except (OSError, ValueError):
        return None
