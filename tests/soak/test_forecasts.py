"""Five thousand played jobs, drawn anew each time: four of five starts lie between the two times that are foretold."""

from __future__ import annotations

import random

import pytest

from tests.jobs.replay import PATTERNS, Play

JOBS = 5_000  # in all
LEAST, MOST = 0.75, 0.85


@pytest.mark.soak
@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_four_of_five_starts_lie_in_the_band(pattern: str) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    verdict = Play(pattern, JOBS // len(PATTERNS), seed).run()
    print(
        f"{pattern}: seed {seed}, {verdict.told} forecasts, {verdict.share:.1%} inside, mean {verdict.mean_width:.0f} s wide"
    )
    assert verdict.told > 500
    assert LEAST <= verdict.share <= MOST, f"seed {seed}"
