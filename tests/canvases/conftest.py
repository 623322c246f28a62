"""A canvas of somebody, reached without HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from backend.canvases.service import Merge, load_elements, merge_elements

Element = dict[str, Any]


@dataclass
class Drawn:
    """A canvas in this test's database, on a connection of its own."""

    connection: psycopg.Connection[Any]
    canvas_id: uuid.UUID

    def merge(self, *elements: Element, job_id: uuid.UUID | None = None) -> Merge:
        """Merge and commit."""
        with self.connection.transaction():
            return merge_elements(self.connection, self.canvas_id, list(elements), job_id=job_id)

    def elements(self, since: int = 0) -> dict[str, Element]:
        return {found["id"]: found for found in load_elements(self.connection, self.canvas_id, since=since)}

    def version(self) -> int:
        row = self.connection.execute("SELECT version FROM canvas WHERE id = %s", [self.canvas_id]).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def drawn(database_url: str) -> Iterator[Drawn]:
    """A new canvas."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        user_id, canvas_id = uuid.uuid4(), uuid.uuid4()
        connection.execute("INSERT INTO app_user (id, name, is_guest) VALUES (%s, 'Guest', true)", [user_id])
        connection.execute("INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'Drawn')", [canvas_id, user_id])
        yield Drawn(connection, canvas_id)
