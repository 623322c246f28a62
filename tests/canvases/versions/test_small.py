"""How long versions stay, and what is kept of them for a preview."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from backend.canvases.versions.lifetimes import FIRST_OF_DAY, FIRST_OF_HOUR, FIRST_OF_WEEK, REST, lifetime
from backend.canvases.versions.preview import MOST_SHAPES, preview_of
from tests.canvases.shapes import rectangle

MONDAY = datetime(2026, 11, 30, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(minutes=10), REST),
        (timedelta(minutes=31), FIRST_OF_HOUR),
        (timedelta(hours=1), FIRST_OF_HOUR),
        (timedelta(hours=10, minutes=31), FIRST_OF_WEEK),  # Sunday
        (timedelta(days=400), FIRST_OF_WEEK),
    ],
)
def test_the_first_of_an_hour_day_and_week_stay_longer(ago: timedelta, expected: timedelta) -> None:
    assert lifetime(MONDAY, MONDAY - ago) == expected


def test_the_first_of_a_day_and_the_first_ever() -> None:
    assert lifetime(MONDAY + timedelta(days=1), MONDAY) == FIRST_OF_DAY
    assert lifetime(MONDAY, None) == FIRST_OF_WEEK
    assert lifetime(MONDAY + timedelta(days=364), MONDAY) == FIRST_OF_WEEK


def test_a_year_of_work_is_thinned_to_few() -> None:
    """Six versions an hour, eight hours a day."""
    made, last = [], None
    now = MONDAY.replace(hour=9, minute=0)
    for day in range(365):
        for step in range(48):
            at = now + timedelta(days=day, minutes=10 * step)
            made.append(at + lifetime(at, last))
            last = at
    assert 150 < sum(expiry > last for expiry in made if last) < 260


def test_a_preview_is_small_whatever_the_elements_hold() -> None:
    junk = {
        "roundness": {"x" * 1_000: 1},
        "strokeStyle": "y" * 50_000,
        "endArrowhead": {"z": 1},
        "customData": {"a": 1},
    }
    points = [[n / 3, n] for n in range(20_000)]
    stroke = rectangle("stroke", type="freedraw", points=points, width=9_000, **junk)
    text = rectangle("words", type="text", text="w" * 50_000, fontSize=20, height=9_000)
    small = preview_of([stroke, text, *(rectangle(f"r{n}", width=n + 0.5) for n in range(500))])
    assert len(small) == MOST_SHAPES
    assert [each["id"] for each in small[:2]] == ["stroke", "words"]
    assert small[-1]["id"] == "r499"  # the largest, in drawing order
    assert small[0]["points"][0] == [0, 0]
    assert small[0]["points"][-1] == [6666, 19_999]
    assert len(orjson.dumps(small)) < 12_000
