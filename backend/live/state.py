"""The one object in which a web process keeps its live state. All of it may be lost: it is rebuilt from the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, current_app

from backend.live.feeds import Feed, Registered

if TYPE_CHECKING:
    from backend.identity import Actor
    from backend.live.job_feed import JobFeed
    from backend.live.listener import Listener

EXTENSION_KEY = "collabcanvas.live"


@dataclass
class Live:
    """``actors``: who is behind each connected socket, by its session id. ``departures``: whom to tell that one has gone."""

    listener: Listener
    jobs: JobFeed
    actors: dict[str, Actor] = field(default_factory=dict)
    departures: list[Callable[[str], None]] = field(default_factory=list)


def live(app: Flask | None = None) -> Live:
    """The live state of ``app``, by default the current one."""
    found: Live = (app or current_app).extensions[EXTENSION_KEY]
    return found


def register_feed(app: Flask, feed: Feed) -> None:
    """Add a feed to the application, before it starts to serve."""
    live(app).listener.add(Registered(feed))
