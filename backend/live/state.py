"""The one object in which a web process keeps its live state. All of it may be lost: it is rebuilt from the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, current_app

from backend.live.feeds import Feed, Registered

if TYPE_CHECKING:
    from backend.live.connected import Attendance
    from backend.live.doors import Door, Doors
    from backend.live.job_feed import JobFeed
    from backend.live.listener import Listener

EXTENSION_KEY = "collabcanvas.live"


@dataclass
class Live:
    """``attendance``: who is connected. ``departures``: whom to tell that a socket has gone."""

    listener: Listener
    jobs: JobFeed
    attendance: Attendance
    doors: Doors
    departures: list[Callable[[str], None]] = field(default_factory=list)


def live(app: Flask | None = None) -> Live:
    """The live state of ``app``, by default the current one."""
    found: Live = (app or current_app).extensions[EXTENSION_KEY]
    return found


def register_door(app: Flask, door: Door) -> None:
    """Guard the rooms of a feature's things, before the application starts to serve."""
    live(app).doors.add(door)


def register_feed(app: Flask, feed: Feed) -> None:
    """Add a feed to the application, before it starts to serve."""
    live(app).listener.add(Registered(feed))
