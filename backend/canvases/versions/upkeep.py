"""Versions go when their time has come."""

from __future__ import annotations

from backend.jobs.store import Connection
from backend.jobs.upkeep.retention import sweep

FORGET = """
DELETE FROM canvas_version WHERE id = ANY (ARRAY(
    SELECT id FROM canvas_version WHERE expires_at < now() ORDER BY expires_at LIMIT %s
))
"""


@sweep("old versions of canvases")
def forget_versions(connection: Connection, limit: int) -> int:
    """Remove versions that have expired; those with a name don't."""
    return connection.execute(FORGET, (limit,)).rowcount
