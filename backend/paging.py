"""Opaque cursors: where the next page of a list begins."""

from __future__ import annotations

import base64
import binascii
import uuid
from datetime import datetime

from backend.errors import Unprocessable


def cursor_after(moment: datetime, row_id: uuid.UUID) -> str:
    """The cursor of what comes after a row, in a list that is ordered by a time and an id."""
    return _packed(f"{moment.isoformat()} {row_id.hex}")


def cursor_behind(*place: int | uuid.UUID) -> str:
    """The cursor of what comes behind a place of numbers, ending with an id."""
    return _packed(" ".join(part.hex if isinstance(part, uuid.UUID) else str(part) for part in place))


def place_of(cursor: str, numbers: int) -> tuple[tuple[int, ...], uuid.UUID]:
    """What ``cursor_behind`` was given. Raises Unprocessable for anything else."""
    try:
        *parts, row_id = _unpacked(cursor).split(" ")
        found = tuple(int(part) for part in parts)
        if len(found) != numbers or not all(abs(number) < 2**63 for number in found):
            raise ValueError("not so many numbers")
        return found, uuid.UUID(row_id)
    except (ValueError, binascii.Error):
        raise _not_ours() from None


def position_of(cursor: str) -> tuple[datetime, uuid.UUID]:
    """The time and id that ``cursor_after`` was given. Raises Unprocessable for anything else."""
    try:
        moment, _, row_id = _unpacked(cursor).partition(" ")
        found = datetime.fromisoformat(moment)
        if found.tzinfo is None:
            raise ValueError("without zone")
        return found, uuid.UUID(row_id)
    except (ValueError, binascii.Error):
        raise _not_ours() from None


def _packed(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> str:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")


def _not_ours() -> Unprocessable:
    message = "Use the next_cursor of the answer before, or leave it out to begin at the start."
    return Unprocessable(f"The cursor is not one of ours. {message}", errors={"cursor": [message]})
