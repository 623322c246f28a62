"""A small file of weights and the places that have it: a model hub over HTTP, and packages for pip."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from backend.ai.embedded.catalogue import Weights

PART = 1_000
CONTENT = bytes(range(256)) * 10  # 2,560 bytes: two whole parts and a rest
PACKAGE = "cc-test-model-part"
NOWHERE = "http://127.0.0.1:9/model.gguf"


def weights(url: str = NOWHERE, content: bytes = CONTENT) -> Weights:
    """What is to be fetched."""
    return Weights(
        model="tiny",
        file="tiny.gguf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        url=url,
        parts=PACKAGE,
        parts_version="0.2.0",
        parts_count=-(-len(content) // PART),
        part_size=PART,
    )


class Hub:
    """Serves ``content``, from where it is asked to begin. ``breaks_at``: bytes after which it hangs up, once."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.breaks_at: int | None = None
        self.status = 206
        self.ranges: list[str] = []


@contextmanager
def hub(content: bytes = CONTENT) -> Iterator[tuple[Hub, str]]:
    """A hub and the address of its file."""
    served = Hub(content)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Tests print what they need."""

        def do_GET(self) -> None:
            asked = self.headers["Range"]
            served.ranges.append(asked)
            body = served.content[int(asked.removeprefix("bytes=").removesuffix("-")) :]
            self.send_response(served.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut, served.breaks_at = served.breaks_at, None
            self.wfile.write(body[:cut])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served, f"http://127.0.0.1:{server.server_port}/model.gguf"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_packages(folder: Path, content: bytes = CONTENT, missing: frozenset[int] = frozenset()) -> None:
    """Wheels that hold the parts, as an index has them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, -(-len(content) // PART) + 1):
        if number in missing:
            continue
        name = f"{PACKAGE.replace('-', '_')}{number}"
        info = f"{name}-0.2.0.dist-info"
        with zipfile.ZipFile(folder / f"{name}-0.2.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/data/part{number:02}.bin", content[(number - 1) * PART : number * PART])
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}{number}\nVersion: 0.2.0\n")
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", "")
