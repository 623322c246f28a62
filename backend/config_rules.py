"""Settings that are small languages of their own: limits and routes. Parsed once, refused with what would have been right."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Queues that exist before any task routes to them, so that settings, limits and workers may name them.
STANDARD_QUEUES = ("ai", "billing", "default", "exports", "integrations", "notifications", "reports")
LIMIT_SCOPES = ("queue", "user", "type", "key")
MAX_SLOTS = 10_000
MAX_KEY = 200  # characters of what is limited

_LIMIT = re.compile(r"(?P<scope>[a-z]+):(?P<key>.+)=(?P<slots>\d{1,6})")
_ROUTE = re.compile(r"(?P<pattern>[A-Za-z0-9_*?\[\].:-]+)=(?P<queue>[A-Za-z0-9_.-]+)")


@dataclass(frozen=True)
class LimitRule:
    """At most ``slots`` jobs at the same time with this queue, user, type or key; ``*``: each of them has that limit."""

    scope: str
    key: str
    slots: int

    @property
    def name(self) -> str:
        """What the limit is called: ``scope:key``."""
        return f"{self.scope}:{self.key}"


@dataclass(frozen=True)
class QueueRoute:
    """Jobs whose type fits ``pattern`` (as file names do: ``*``, ``?``, ``[…]``) go to ``queue``."""

    pattern: str
    queue: str


def parse_limits(text: str) -> tuple[LimitRule, ...]:
    """Limits written as ``queue:ai=4,user:*=2``. Raises ``ValueError`` with a phrase about the part that is wrong."""
    rules = []
    for part in _parts(text):
        found = _LIMIT.fullmatch(part)
        if found is None or found["scope"] not in LIMIT_SCOPES or not found["key"].isprintable():
            raise ValueError(f"{part!r} is not scope:name=slots, with {', '.join(LIMIT_SCOPES)} as scope")
        rule = LimitRule(found["scope"], found["key"].strip(), int(found["slots"]))
        if not 1 <= rule.slots <= MAX_SLOTS or not 1 <= len(rule.key) <= MAX_KEY:
            raise ValueError(f"{part!r}: slots must be from 1 to {MAX_SLOTS}, the name of 1 to {MAX_KEY} characters")
        rules.append(rule)
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        raise ValueError("it names the same limit twice")
    return tuple(rules)


def parse_routes(text: str) -> tuple[QueueRoute, ...]:
    """Routes written as ``generate_*=reports,send_*=notifications``. Raises ``ValueError`` likewise."""
    routes = []
    for part in _parts(text):
        found = _ROUTE.fullmatch(part)
        if found is None:
            raise ValueError(f"{part!r} is not pattern=queue, such as send_*=notifications")
        routes.append(QueueRoute(found["pattern"], found["queue"]))
    return tuple(routes)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
