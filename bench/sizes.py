"""How much of each workload is done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of jobs unless the name says otherwise."""

    single: int = 5_000  # W1
    bulk: int = 50_000  # W2
    drain: int = 20_000  # W3, two workers and the loops in batches of 10 and 100
    slow_drain: int = 4_000  # W3, the loop that takes one job at a time
    paced: int = 200  # W4, W5
    steady: int = 4_000  # W6: 200 a second
    crash: int = 2_000  # W7
    backlogs: tuple[int, int, int] = (10_000, 100_000, 1_000_000)  # W11
    finished: int = 1_000_000  # W11
    flood: int = 200_000  # W11, F
    claims: int = 600  # W11, in three rounds
    commit_seconds: float = 3.0  # W12, in each turn
    fair_seconds: float = 4.0  # F
    drawings: int = 30  # A
    model_drawings: int = 10  # A, by the embedded model
    answers: int = 200  # W8: requests
    crowds: tuple[int, ...] = (1, 100, 1_000)  # W8, W9, W10: clients
    live_seconds: float = 10.0  # W9, W10
    sockets: int = 5_000  # W13
    hold_seconds: float = 30.0  # W13: longer than the server's ping
    ended: int = 1_000_000  # D
    waiting: int = 20_000  # D
    looks: int = 40  # D: of each request


FULL = Sizes()
# Seconds in all, and worth nothing as a measurement: shows that every workload runs.
TINY = Sizes(
    50, 200, 100, 50, 10, 20, 40, (100, 200, 300), 300, 500, 20, 0.3, 0.5, 3, 1, 5, (1, 3), 1.0, 5, 0.1, 300, 40, 2
)
