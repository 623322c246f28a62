"""Starting: what is refused and how, several copies side by side, odd places for the data, the second start."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from backend.config import ROOT
from tests.acceptance.installation import Installation, eventually, own_folder

SECRET = "a secret that only the tests know, 0123456789"
NOWHERE = "postgresql://nobody@/nothing?host=/nonexistent"
PROGRAMS = {"start": ["start.py"], "web": ["-m", "backend.web"], "worker": ["worker.py"]}


def refused(program: str, **environ: str) -> str:
    """Run a program that must refuse; returns its one line."""
    done = subprocess.run(
        [sys.executable, *PROGRAMS[program]],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environ},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("program", "name", "value"),
    [("start", "PORT", "http"), ("web", "MAX_CONCURRENT_JOBS", "0"), ("worker", "DATABASE_URL", "mysql://localhost/x")],
)
def test_a_wrong_variable_stops_every_program_with_one_line_that_names_it(
    program: str, name: str, value: str, tmp_path: Path
) -> None:
    given = {"DATABASE_URL": NOWHERE, "SECRET_KEY": SECRET, "DATA_DIR": str(tmp_path / "data"), name: value}
    assert refused(program, **given).startswith(name)
    assert not (tmp_path / "data").exists()


def test_an_outside_database_needs_a_secret_of_its_own() -> None:
    assert refused("start", DATABASE_URL=NOWHERE).startswith("SECRET_KEY")
    assert refused("web", DATABASE_URL=NOWHERE).startswith("SECRET_KEY")


def test_an_unknown_way_to_serve_is_refused_before_anything_else() -> None:
    assert refused("web", DATABASE_URL=NOWHERE, SECRET_KEY=SECRET, ASYNC_MODE="tornado").startswith("ASYNC_MODE")


@pytest.mark.parametrize("volume", ["", "/elsewhere"])
def test_the_embedded_postgres_is_refused_where_its_data_would_be_lost(volume: str, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    line = refused("start", RAILWAY_ENVIRONMENT="production", RAILWAY_VOLUME_MOUNT_PATH=volume, DATA_DIR=data)
    assert line.startswith("DATABASE_URL") and "RAILWAY_ENVIRONMENT" in line and "volume" in line
    assert not Path(data).exists()


def test_a_data_dir_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused("start", DATA_DIR=str(tmp_path / "file")).startswith("DATA_DIR")


@pytest.fixture(scope="module")
def odd_place() -> Iterator[Path]:
    """Longer than a Unix socket's path may be, with blanks and letters of other languages."""
    with own_folder() as folder:
        yield folder / ("a very long name é " + "x" * 120) / "data"


def test_copies_live_side_by_side_and_one_data_dir_serves_one(
    installation: Installation, odd_place: Path, tmp_path: Path
) -> None:
    other = Installation(odd_place, "--web-only", SHUTDOWN_GRACE="4").start()
    try:
        somebody = other.person()
        assert somebody.get("/api/auth/me").status_code == 200
        assert (
            requests.get(f"{installation.base_url}/api/auth/me", headers=somebody.http.headers, timeout=30).status_code
            == 401
        )
        line = refused("start", DATA_DIR=str(odd_place), PORT="0")
        assert "already in use" in line and str(other.process.pid if other.process else "") in line
        taken = refused("web", DATABASE_URL=NOWHERE, SECRET_KEY=SECRET, PORT=str(installation.port))
        assert taken.startswith(f"PORT {installation.port}")
    finally:
        assert other.stop() == 0
    again = Installation(odd_place, "--web-only", PORT=str(other.port), SHUTDOWN_GRACE="4")
    again.port, again.base_url = other.port, other.base_url
    again.start()
    try:
        assert somebody.get("/api/auth/me").json()["id"] == somebody.user_id
    finally:
        assert again.stop() == 0


def test_the_secret_is_made_once_and_is_for_its_owner_alone(installation: Installation) -> None:
    secret = installation.data_dir / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_text()) >= 32
    assert secret.read_text() not in installation.log()


def test_health_and_readiness_are_public(installation: Installation) -> None:
    assert requests.get(f"{installation.base_url}/health", timeout=30).json() == {"status": "ok"}
    ready = requests.get(f"{installation.base_url}/ready", timeout=30)
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "database": "up", "migrations": "up", "listener": "up"}


def test_a_stop_during_the_start_is_obeyed() -> None:
    with own_folder() as folder:
        early = Installation(folder / "data", SHUTDOWN_GRACE="4").launch()
        eventually((folder / "data" / "lock").exists, "it has begun")
        assert early.process is not None
        early.process.send_signal(signal.SIGINT)
        assert early.stop() == 0
        assert "ready" not in early.log()
