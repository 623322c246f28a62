"""Fixtures of the AI tests: a real server that speaks the OpenAI protocol, and installations with and without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ai.installation import Installation, with_providers
from tests.ai.protocol_server import ProtocolServer


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    """A protocol server of this test's own."""
    with ProtocolServer() as running:
        yield running


@pytest.fixture
def alone(environ: dict[str, str]) -> Iterator[Installation]:
    """An installation without any model: the planner is all there is."""
    installation = Installation({**environ, "RATE_LIMITS": "off"})
    yield installation
    installation.close()


@pytest.fixture
def with_model(environ: dict[str, str], server: ProtocolServer) -> Iterator[Installation]:
    """An installation whose one provider is ``server``. Retries come at once, so that tests need not wait."""
    quick = {"RETRY_BACKOFF_BASE": "0.01", "RATE_LIMITS": "off"}
    installation = Installation(with_providers({**environ, **quick}, server.provider(timeout=60)))
    yield installation
    installation.close()
