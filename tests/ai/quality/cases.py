"""The recorded instructions: one half to work with, one half that is looked at only when one believes to be done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parents[1] / "cases"
Half = Literal["work", "held_out"]
HALVES: tuple[Half, ...] = ("work", "held_out")


@dataclass(frozen=True)
class Case:
    """An instruction and what any good drawing of it has. ``canvas`` is drawn first where something is to be changed."""

    id: str
    language: str
    structured: bool  # the planner must do it
    instructions: str
    canvas: str | None
    kind: str
    entities: tuple[str, ...]  # texts, or parts of texts, that must be there
    ordered: bool  # the entities are drawn in this order
    same: tuple[str, ...]  # texts of the canvas whose shapes stay as they are to the last bit
    gone: tuple[str, ...]
    written_in: str = ""  # the language of new texts, where it is not that of the instructions


def read_cases(half: Half) -> list[Case]:
    """The cases of one half."""
    rows = json.loads((FOLDER / f"{half}.json").read_text(encoding="utf-8"))
    lists = ("entities", "same", "gone")
    return [_case({name: tuple(value) if name in lists else value for name, value in row.items()}) for row in rows]


def _case(fields: dict[str, Any]) -> Case:
    return Case(**fields)
