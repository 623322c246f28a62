"""Putting the live feed into an application, and starting and stopping it in the web process."""

from __future__ import annotations

from flask import Flask

from backend.config import Settings
from backend.jobs.http.waiting import EXTENSION_KEY as JOB_WAITER
from backend.live.connected import Attendance
from backend.live.doors import Doors
from backend.live.job_feed import JobFeed
from backend.live.listener import Listener
from backend.live.long_poll import wait_for_job
from backend.live.rooms import announce
from backend.live.server import socket_server
from backend.live.sockets import register_sockets
from backend.live.state import EXTENSION_KEY, Live, register_feed


def init_live(app: Flask, settings: Settings) -> None:
    """Install sockets and the feed of jobs, after ``socketio.init_app``. Connects to nothing."""
    server = socket_server()
    jobs = JobFeed(announce)
    listener = Listener(
        settings, server.start_background_task, server.sleep, push=settings.live_push, sweep=settings.live_sweep
    )
    attendance = Attendance()
    doors = Doors(attendance.present)
    app.extensions[EXTENSION_KEY] = Live(listener=listener, jobs=jobs, attendance=attendance, doors=doors)
    for feed in (jobs, doors):
        register_feed(app, feed)
    app.extensions[JOB_WAITER] = wait_for_job
    register_sockets()


def start_live(app: Flask) -> None:
    """Begin to listen and to sweep."""
    state: Live = app.extensions[EXTENSION_KEY]
    state.listener.start()


def stop_live(app: Flask) -> None:
    """End the loops, and the connection of everybody who stays: they come back by themselves, to whoever listens then."""
    state: Live = app.extensions[EXTENSION_KEY]
    state.listener.stop()
    state.attendance.end_all()
