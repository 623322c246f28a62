"""Putting notices into the application."""

from __future__ import annotations

from flask import Flask

from backend.jobs.acts import record_by
from backend.live.rooms import announce
from backend.live.state import register_feed
from backend.notifications.cancels import tell_of_cancels
from backend.notifications.feed import NoticeFeed


def init_notices(app: Flask) -> None:
    """Install the feed, after ``init_live``, and be told of what people do to jobs. Connects to nothing."""
    register_feed(app, NoticeFeed(announce))
    record_by(tell_of_cancels)
