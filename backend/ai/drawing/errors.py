"""What the drawing refuses, in sentences for the person who asked."""

from __future__ import annotations


class DrawingError(Exception):
    """The instruction cannot be drawn as it stands; trying again would not help. The text says what to change."""
