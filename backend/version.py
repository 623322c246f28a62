"""Which version of the application this is, for pages that may be older than the server."""

from __future__ import annotations

import hashlib

from flask import Flask

from backend.config import Settings

VERSION = "0.1.0"
EXTENSION_KEY = "collabcanvas.version"


def app_version(app: Flask) -> str:
    """The release and a fingerprint of the built page: another build is another version. Read once a process."""
    if EXTENSION_KEY not in app.extensions:
        settings: Settings = app.extensions["collabcanvas.settings"]
        page = settings.frontend_dist / "index.html"
        build = f"+{hashlib.sha256(page.read_bytes()).hexdigest()[:8]}" if page.is_file() else ""
        app.extensions[EXTENSION_KEY] = VERSION + build
    version: str = app.extensions[EXTENSION_KEY]
    return version
