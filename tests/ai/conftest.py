"""Fixtures of the AI tests: a real server that speaks the OpenAI protocol, and a caller that can be cancelled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ai.protocol_server import ProtocolServer


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    """A protocol server of this test's own."""
    with ProtocolServer() as running:
        yield running
