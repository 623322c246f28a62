"""Passwords are hashed well, checked in equal time, and never stall the web process."""

from __future__ import annotations

import subprocess
import sys

from backend.accounts.passwords import HASHER, NOBODYS_HASH, hash_password, needs_rehash, verify_password
from backend.config import ROOT

UNDER_EVENTLET = """
import warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()
from backend.accounts.passwords import hash_password
ticks = [0]
def tick():
    while True:
        ticks[0] += 1
        eventlet.sleep(0)
eventlet.spawn(tick)
eventlet.sleep(0)
before = ticks[0]
hash_password("correct horse battery")
print(ticks[0] - before)
"""


def test_a_hash_is_argon2id_and_fits_only_its_password() -> None:
    stored = hash_password("pässwörd 🔑")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "pässwörd 🔑")
    assert not verify_password(stored, "pässwörd")
    assert not verify_password("not a hash", "pässwörd")
    assert hash_password("pässwörd 🔑") != stored
    assert not needs_rehash(stored)


def test_nobodys_hash_costs_what_a_real_one_costs_and_admits_nobody() -> None:
    assert not HASHER.check_needs_rehash(NOBODYS_HASH)
    assert not verify_password(None, "anything")


def test_other_green_threads_run_while_a_password_is_hashed() -> None:
    run = subprocess.run([sys.executable, "-c", UNDER_EVENTLET], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(run.stdout) > 0
