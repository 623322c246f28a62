"""The one error that the planner raises."""

from __future__ import annotations


class PlanError(Exception):
    """Clearly structured instructions that cannot be carried out. ``str()`` is a sentence that says what to change."""
