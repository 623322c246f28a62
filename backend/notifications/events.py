"""Putting the feed of notices into the application."""

from __future__ import annotations

from flask import Flask

from backend.live.rooms import announce
from backend.live.state import register_feed
from backend.notifications.feed import NoticeFeed


def init_notices(app: Flask) -> None:
    """Install the feed, after ``init_live``. Connects to nothing."""
    register_feed(app, NoticeFeed(announce))
