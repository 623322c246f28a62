"""Steady load for SOAK_MINUTES leaves the sizes of tables and indexes flat: ``bench.steady_load`` says whether."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from backend.config import ROOT
from tests.soak.conftest import Tally


@pytest.mark.soak
def test_steady_load_does_not_make_tables_grow(tally: Tally) -> None:
    minutes = os.environ.get("SOAK_MINUTES", "20")
    command = [sys.executable, "-m", "bench.steady_load", "--minutes", minutes]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    tally("steady load", f"{minutes} minutes", (found.stdout.strip().splitlines() or ["no word"])[-1])
    assert found.returncode == 0, found.stdout + found.stderr
