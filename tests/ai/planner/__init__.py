"""Tests of backend.ai.planner."""
