"""The Flask extensions, alone in a module so that features can import them without the application."""

from __future__ import annotations

from flask_migrate import Migrate
from flask_socketio import SocketIO

from backend.openapi import ProblemApi

api = ProblemApi()
migrate = Migrate()
socketio = SocketIO()
