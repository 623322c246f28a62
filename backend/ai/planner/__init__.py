"""Owns the planner: structured instructions become diagrams and changes exactly and at once, without a model."""

from backend.ai.planner.changes import plan_changes
from backend.ai.planner.diagrams import plan_diagram
from backend.ai.planner.errors import PlanError
from backend.ai.planner.scaffolds import plan_scaffold

__all__ = ["PlanError", "plan_changes", "plan_diagram", "plan_scaffold"]
