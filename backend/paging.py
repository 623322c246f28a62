"""Opaque cursors: where the next page of a list begins."""

from __future__ import annotations

import base64
import binascii
import uuid
from datetime import datetime

from backend.errors import Unprocessable


def cursor_after(moment: datetime, row_id: uuid.UUID) -> str:
    """The cursor of what comes after a row, in a list that is ordered by a time and an id."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {row_id.hex}".encode()).decode().rstrip("=")


def position_of(cursor: str) -> tuple[datetime, uuid.UUID]:
    """The time and id that ``cursor_after`` was given. Raises Unprocessable for anything else."""
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        moment, _, row_id = plain.partition(" ")
        found = datetime.fromisoformat(moment)
        if found.tzinfo is None:
            raise ValueError("without zone")
        return found, uuid.UUID(row_id)
    except (ValueError, binascii.Error):
        message = "Use the next_cursor of the answer before, or leave it out to begin at the start."
        raise Unprocessable(f"The cursor is not one of ours. {message}", errors={"cursor": [message]}) from None
