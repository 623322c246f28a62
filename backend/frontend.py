"""The built front end: one page for every address of the application, its assets, and what to say if it is not built."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory
from werkzeug.exceptions import NotFound as UrlNotFound
from werkzeug.security import safe_join

from backend.config import Settings
from backend.errors import problem

# Addresses of programs: an unknown one there is an error, not a page.
PROGRAM_PREFIXES = ("/api", "/socket.io", "/health", "/ready", "/metrics", "/assets/")
HASHED = "public, max-age=31536000, immutable"  # the build puts a hash of the content into these names
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # best first; the build writes these files beside the plain ones
NOT_BUILT = (
    "The page of CollabCanvas is not built yet. Start it with “make run”, which builds it, "
    "or run “npm ci && npm run build” in frontend/. The API works meanwhile: /api/docs\n"
)

blueprint = Blueprint("frontend", __name__)


@blueprint.route("/")
def read_page() -> Response:
    """The page. Never kept without asking: it names the assets of the present build."""
    if not (_dist() / "index.html").is_file():
        return Response(NOT_BUILT, status=503, content_type="text/plain; charset=utf-8")
    return _file("index.html", "no-cache")


@blueprint.route("/assets/<path:name>")
def read_asset(name: str) -> Response:
    """Scripts, styles and fonts of the build."""
    return _file(f"assets/{name}", HASHED)


def install(app: Flask) -> None:
    """Serve the page wherever the browser's router may have an address, without hiding errors of the API."""
    app.register_blueprint(blueprint)
    app.register_error_handler(404, page_or_problem)


def page_or_problem(_: Exception) -> Response:
    """The answer to an address that no route knows: a file of the build, the page, or a problem document."""
    if request.method in ("GET", "HEAD") and not _is_for_programs(request.path):
        name = request.path.lstrip("/")
        path = safe_join(str(_dist()), name)
        if path is not None and Path(path).is_file():
            return _file(name, "public, max-age=3600")
        if not PurePosixPath(name).suffix:
            return read_page()
    return problem(404, "not_found", f"There is nothing at {request.path}. The API is described at /api/docs.")


def _is_for_programs(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix.rstrip("/") + "/") for prefix in PROGRAM_PREFIXES)


def _dist() -> Path:
    settings: Settings = current_app.extensions["collabcanvas.settings"]
    return settings.frontend_dist


def _file(name: str, cache_control: str) -> Response:
    """A file of the build, compressed if the browser and the build agree on how. Raises werkzeug's NotFound."""
    plain = safe_join(str(_dist()), name)
    if plain is None or not Path(plain).is_file():
        raise UrlNotFound
    encoding, suffix = next(
        (known for known in ENCODINGS if _takes(known[0]) and Path(plain + known[1]).is_file()), (None, "")
    )
    response = send_from_directory(_dist(), name + suffix, mimetype=_mimetype(name))
    if encoding is not None:
        response.headers["Content-Encoding"] = encoding
    response.headers["Cache-Control"] = cache_control
    response.vary.add("Accept-Encoding")
    return response


def _takes(encoding: str) -> bool:
    return request.accept_encodings[encoding] > 0


def _mimetype(name: str) -> str | None:
    """The types that matter, because a system's own table may lack or mangle them; None leaves it to the table."""
    return {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".css": "text/css",
        ".html": "text/html",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
        ".wasm": "application/wasm",
        ".json": "application/json",
        ".webmanifest": "application/manifest+json",
    }.get(PurePosixPath(name).suffix)
