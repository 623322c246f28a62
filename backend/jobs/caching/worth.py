"""What a hit of the cache is worth in money: the feature that knows what runs cost declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg

Worth = Callable[[psycopg.Connection[Any], int], Mapping[str, float]]

_worths: list[Worth] = []


def cache_worth(function: Worth) -> Worth:
    """Declare a function that gives, by job type, the US dollars that a run has cost on average in the last hours."""
    if function not in _worths:
        _worths.append(function)
    return function


def worth_of_runs(connection: psycopg.Connection[Any], hours: int) -> dict[str, float]:
    """US dollars a run, by job type."""
    return {job_type: dollars for worth in _worths for job_type, dollars in worth(connection, hours).items()}
