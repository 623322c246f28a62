"""The settings that hold in this process: the web application's, or the worker's."""

from __future__ import annotations

from flask import current_app, has_app_context

from backend.config import Settings

_process: Settings | None = None


def use_settings(settings: Settings) -> None:
    """Called once by a process that is not a web application."""
    global _process  # noqa: PLW0603 - one process, one configuration
    _process = settings


def current_settings() -> Settings:
    """The settings in force."""
    if has_app_context():
        found: Settings = current_app.extensions["collabcanvas.settings"]
        return found
    if _process is None:
        raise RuntimeError("no settings: call use_settings() first, or work inside an application context")
    return _process
