"""Applications whose settings differ from the usual ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from backend.app import create_app
from backend.config import Settings
from tests.closing import close_app


@pytest.fixture
def app_with(settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Builds an application whose settings differ in the given ones."""
    built: list[Flask] = []

    def build(**changes: Any) -> Flask:
        built.append(create_app(replace(settings, **changes)))
        return built[-1]

    yield build
    for app in built:
        close_app(app)
