"""Loads what the first drawing of a process would otherwise wait for: fonts, the layout engines, the grammars."""

from __future__ import annotations

import uuid

from backend.ai.drawing.draw import draw_diagram
from backend.ai.drawing.fonts import use_frontend
from backend.ai.planner import plan_diagram
from backend.config import Settings

SAMPLE = "Ask -> Plan -> Draw; if unclear -> Ask"


def warm_up(settings: Settings) -> None:
    """Take the fonts from the built front end, then plan and lay out a small flow chart and throw it away.

    Takes a second or two in a new process.
    """
    use_frontend(settings.frontend_dist)
    diagram = plan_diagram(SAMPLE)
    if diagram is None:
        raise RuntimeError(f"the planner no longer reads {SAMPLE!r}")
    draw_diagram(diagram, job_id=uuid.UUID(int=0))
