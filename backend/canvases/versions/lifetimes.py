"""How long a version without a name is kept, decided when it is made: the first of an hour, day and week longer than the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

REST = timedelta(days=1)
FIRST_OF_HOUR = timedelta(days=7)
FIRST_OF_DAY = timedelta(days=60)
FIRST_OF_WEEK = timedelta(days=365)


def lifetime(now: datetime, last: datetime | None) -> timedelta:
    """For a version made ``now``, when the last one without a name was made at ``last``, both in the same zone."""
    if last is None or now.isocalendar()[:2] != last.isocalendar()[:2]:
        return FIRST_OF_WEEK
    if now.date() != last.date():
        return FIRST_OF_DAY
    return FIRST_OF_HOUR if now.hour != last.hour else REST
