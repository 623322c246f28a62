"""What the tests of ``flask jobs …`` have in common."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from click.testing import Result

from tests.jobs.engine import Engine

Run = Callable[..., Result]


def printed(result: Result) -> Any:
    """The JSON, without the log lines of workers that run in this process."""
    lines = [line for line in result.stdout.splitlines() if not line[:1].isdigit()]
    return json.loads("\n".join(lines))


def staff(engine: Engine, email: str = "boss@example.com") -> uuid.UUID:
    user_id = uuid.uuid4()
    engine.connection.execute(
        "INSERT INTO app_user (id, name, email, password_hash, role) VALUES (%s, 'Boss', %s, 'x', 'staff')",
        (user_id, email),
    )
    return user_id
