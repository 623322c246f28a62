"""The Flask extensions, alone in a module so that features can import them without the application."""

from __future__ import annotations

from flask_migrate import Migrate
from flask_smorest import Api
from flask_socketio import SocketIO

api = Api()
migrate = Migrate()
socketio = SocketIO()
