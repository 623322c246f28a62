"""Notices do not stay for ever."""

from __future__ import annotations

from typing import Any

import psycopg

from backend.jobs.engine_settings import current_settings
from backend.jobs.upkeep.retention import sweep

OLD = """
DELETE FROM notice WHERE id = ANY (ARRAY(
    SELECT id FROM notice WHERE created_at < now() - %(days)s * interval '1 day' ORDER BY created_at LIMIT %(limit)s
))
"""


@sweep("notices")
def forget_notices(connection: psycopg.Connection[Any], limit: int) -> int:
    """Remove what was told long ago, read or not."""
    return connection.execute(OLD, {"days": current_settings().notice_cleanup_days, "limit": limit}).rowcount
