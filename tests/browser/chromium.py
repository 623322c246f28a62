"""A Chromium for the browser tests, on any machine: ``python -m tests.browser.chromium`` finds or unpacks one.

In this order: ``$BROWSER_EXE``; one that is installed; Playwright's own download; the npm package ``@sparticuz/chromium``
(no root and no system libraries needed); as root on Debian, ``apt-get install chromium``.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import brotli

from backend.config import ROOT

INSTALLED_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NPM_PACKAGE = ROOT / "frontend" / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / ".cache" / "chromium"
# Chromium asks for a sandbox that containers and root don't have, and would call home at every start.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Browser:
    """An executable and the environment that it needs."""

    executable: Path
    environ: dict[str, str] = field(default_factory=dict)

    def works(self) -> bool:
        """Whether it starts: a browser can be there without its libraries."""
        command = [str(self.executable), "--version"]
        try:
            done = subprocess.run(
                command, env={**os.environ, **self.environ}, capture_output=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def find_browser() -> Browser:
    """The first browser that starts. Raises RuntimeError, naming what was tried, when there is none."""
    tried: list[str] = []
    for browser in _candidates():
        if browser.works():
            return browser
        tried.append(str(browser.executable))
    raise RuntimeError(f"no Chromium for the browser tests; tried {tried or 'nothing'}; set BROWSER_EXE")


def _candidates() -> Iterator[Browser]:
    if os.environ.get("BROWSER_EXE"):
        yield Browser(Path(os.environ["BROWSER_EXE"]))
    for name in INSTALLED_NAMES:
        found = shutil.which(name)
        if found:
            yield Browser(Path(found))
    downloads = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    for found_path in sorted(downloads.glob("chromium-*/chrome-linux*/chrome")):
        yield Browser(found_path)
    if NPM_PACKAGE.is_dir():
        yield _unpack_from_npm()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-qq", "-y", "chromium"], check=False)
        yield Browser(Path("/usr/bin/chromium"))


def _unpack_from_npm() -> Browser:
    """Unpack the package's archives once; a half-made folder never counts as done."""
    if not (UNPACKED / "chromium").exists():
        part = UNPACKED.with_name(f"chromium.part.{os.getpid()}")
        part.mkdir(parents=True)
        for archive in ("al2023", "swiftshader", "fonts"):
            data = brotli.decompress((NPM_PACKAGE / f"{archive}.tar.br").read_bytes())
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                _extract(tar, part)
        (part / "fonts.conf").write_text(FONTCONFIG.format(fonts=UNPACKED / "fonts", cache=UNPACKED / "font-cache"))
        (part / "chromium").write_bytes(brotli.decompress((NPM_PACKAGE / "chromium.br").read_bytes()))
        (part / "chromium").chmod(0o755)
        if not UNPACKED.exists():
            part.rename(UNPACKED)
        shutil.rmtree(part, ignore_errors=True)
    libraries = next((str(path.parent) for path in UNPACKED.rglob("libnss3.so")), str(UNPACKED / "lib"))
    environ = {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(UNPACKED / "fonts.conf")}
    return Browser(UNPACKED / "chromium", environ)


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """With the filter that refuses names outside of the folder, which Python 3.11 has from 3.11.4 on."""
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
    else:
        tar.extractall(folder)


if __name__ == "__main__":
    try:
        print(f"browser: {find_browser().executable}")
    except RuntimeError as error:
        sys.exit(str(error))
