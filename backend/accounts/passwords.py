"""Passwords: Argon2id, computed where it stalls nobody."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 8
MAX_LENGTH = 200
# OWASP's second choice: 19 MiB, two passes, one lane: about 25 ms on a small dyno, where argon2's defaults take 200.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What an unknown address is checked against, so that it takes as long as a known one. Nobody knows its password.
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$CzIvhOwDrhLzWGcbZPtz2A$bI9122BKS2Fl3KS+70oq3SrrCb1xzpJkLTz8c37LN4g"
# 19 MiB each: a flood of sign-ins may take processor time, but not the memory of the dyno.
_slots = threading.BoundedSemaphore(4)

T = TypeVar("T")


def hash_password(password: str) -> str:
    """The encoded hash to store. Takes tens of milliseconds in a native thread."""
    return _apart(lambda: HASHER.hash(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one that was hashed; takes the same time when ``stored`` is None (nobody's)."""
    matches = _apart(lambda: _matches(stored or NOBODYS_HASH, password))
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _apart(compute: Callable[[], T]) -> T:
    """Run in a native thread when eventlet has patched this process: a hash would stall every green thread of it.

    Looked up by name, because the worker and the command line never load eventlet.
    """
    with _slots:
        patcher = sys.modules.get("eventlet.patcher")
        if patcher is None or not patcher.is_monkey_patched("thread"):
            return compute()
        result: T = importlib.import_module("eventlet.tpool").execute(compute)
        return result
