"""Which version of the application this is, for pages that may be older than the server."""

from __future__ import annotations

import re

from flask import Flask

from backend.config import Settings

VERSION = "0.1.0"
EXTENSION_KEY = "collabcanvas.version"
BUILD = re.compile(r'<meta name="build" content="([0-9a-f]+)"')  # see frontend/build/build-name.ts


def app_version(app: Flask) -> str:
    """The release and the name of the built page, which the page has in it: another build is another version. Read once a
    process.
    """
    if EXTENSION_KEY not in app.extensions:
        settings: Settings = app.extensions["collabcanvas.settings"]
        page = settings.frontend_dist / "index.html"
        build = BUILD.search(page.read_text()) if page.is_file() else None
        app.extensions[EXTENSION_KEY] = f"{VERSION}+{build[1]}" if build else VERSION
    version: str = app.extensions[EXTENSION_KEY]
    return version
