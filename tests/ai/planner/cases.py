"""Cases kept as text files: blocks divided by ``=====``, instructions and what is expected by ``-----``."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def blocks(name: str) -> list[str]:
    """The blocks of a file beside this module."""
    text = (HERE / name).read_text(encoding="utf-8")
    return [block.strip("\n") for block in f"\n{text}\n".split("\n=====\n") if block.strip()]


def pairs(name: str) -> list[tuple[str, str]]:
    """(instructions, expected) of each block."""
    return [
        (said.strip("\n"), expected.strip("\n"))
        for said, _, expected in (each.partition("\n-----\n") for each in blocks(name))
    ]
