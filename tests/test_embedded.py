"""The account of the embedded Postgres where it is started by root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from typing import Any

import pytest

from backend import embedded


@pytest.mark.skipif(shutil.which("useradd", path=embedded.ADMIN_FOLDERS) is None, reason="this system has no useradd")
def test_root_with_a_bare_path_can_make_the_servers_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under make in an empty environment, where PATH has no folder for administrators."""
    commands: list[list[str]] = []
    there = [pwd.getpwuid(os.getuid())]

    def getpwnam(_name: str) -> pwd.struct_passwd:
        if not commands:
            raise KeyError
        return there[0]

    def run(command: list[str], **_options: Any) -> None:
        commands.append(command)

    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", getpwnam)
    monkeypatch.setattr(subprocess, "run", run)

    assert embedded._server_account() is there[0]
    assert os.access(commands[0][0], os.X_OK)
