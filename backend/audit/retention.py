"""How long it stays said."""

from __future__ import annotations

from backend.jobs.engine_settings import current_settings
from backend.jobs.store import Connection
from backend.jobs.upkeep.retention import sweep

FORGET = """
DELETE FROM audit_entry WHERE id = ANY (ARRAY(
    SELECT id FROM audit_entry WHERE at < now() - %(days)s * interval '1 day' ORDER BY id LIMIT %(limit)s
))
"""


@sweep("audit entries")
def forget_entries(connection: Connection, limit: int) -> int:
    """Remove entries older than ``AUDIT_DAYS``."""
    return connection.execute(FORGET, {"days": current_settings().audit_days, "limit": limit}).rowcount
