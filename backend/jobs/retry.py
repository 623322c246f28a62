"""When a failed job is tried again: a policy per task, with the defaults of the installation. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

MAX_EXPONENT = 62  # beyond it the doubling would overflow a float long after any cap has been reached


@dataclass(frozen=True)
class RetryPolicy:
    """Attempts and the pause between them: ``base * factor ** (attempt - 1)`` seconds, at most ``cap``.

    With ``jitter`` the pause is a random part of that ("full jitter", Brooker 2015), so that jobs that failed together
    don't come back together. ``final`` names exceptions after which trying again is pointless. None: the default.
    """

    max_attempts: int | None = None
    base: float | None = None
    factor: float = 2.0
    cap: float | None = None
    jitter: bool = True
    final: tuple[type[Exception], ...] = ()

    def with_defaults(self, max_attempts: int, base: float, cap: float) -> RetryPolicy:
        """This policy with every value that it leaves open filled in."""
        return replace(
            self,
            max_attempts=max_attempts if self.max_attempts is None else self.max_attempts,
            base=base if self.base is None else self.base,
            cap=max(cap, self.base or 0) if self.cap is None else self.cap,
        )

    def pause(self, attempt: int, jitter: float) -> float:
        """Seconds to wait after failed attempt number ``attempt`` (from 1); ``jitter`` is a random number in [0, 1)."""
        if self.base is None or self.cap is None:
            raise ValueError("fill in the defaults first")
        try:
            growth = float(self.factor) ** min(max(attempt - 1, 0), MAX_EXPONENT)
        except OverflowError:
            growth = math.inf
        longest = min(self.cap, self.base * growth) if self.base > 0 else 0.0
        return longest * jitter if self.jitter else longest
