"""A real browser on a real installation: ``start.py`` with web, worker and the embedded Postgres as separate processes."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from backend.config import ROOT
from tests.acceptance.installation import Installation
from tests.browser.chromium import ARGUMENTS, find_browser

expect.set_options(timeout=20_000)  # milliseconds: a bound on hanging, on a machine that is busy with other tests
SCREENSHOTS = ROOT / "tests" / "browser" / "screenshots"
PICTURES = ROOT / "docs" / "images"
DESKTOP, PHONE = (1360, 850), (390, 844)
# Excalidraw's own fall-backs when it exports under a strict CSP; nothing is wrong for the person (docs/adr/0008).
KNOWN_MESSAGES = re.compile(r"Failed to use workers for subsetting|Skipped glyph subsetting")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def installation() -> Iterator[Installation]:
    """One installation for all browser tests.

    Not under pytest's own folder: every session that starts closes that to others, and as root Postgres is another user.
    """
    with tempfile.TemporaryDirectory(prefix="cc-browser-", ignore_cleanup_errors=True) as directory:
        # Whichever test comes first has the first account; this one is staff in any case.
        found = Installation(Path(directory) / "data", STAFF_EMAIL="ada@example.org").start()
        try:
            yield found
        finally:
            if found.process is not None:
                assert found.stop() == 0, found.log()[-4000:]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    found = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(found.executable), args=list(ARGUMENTS), env={**_environ(), **found.environ}
        )
        yield browser
        browser.close()


def _environ() -> dict[str, str]:

    return {key: value for key, value in os.environ.items() if key in ("HOME", "PATH", "LANG", "TMPDIR")}


class Visitor:
    """A person with a browser profile of their own. Whatever its pages complain about or ask abroad for is kept."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context = context
        self.base_url = base_url
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        context.on("request", self._note_request)
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.set_default_timeout(20_000)

    def open(self, path: str = "/") -> Page:
        """A new page at ``path``."""
        page = self.context.new_page()
        page.goto(self.base_url + path)
        return page

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(self.base_url).netloc:
            self.foreign.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not KNOWN_MESSAGES.search(message.text):
            self.complaints.append(f"{message.type}: {message.text}")


NewVisitor = Callable[..., Visitor]


@pytest.fixture
def visitor(chromium: Browser, installation: Installation) -> Iterator[NewVisitor]:
    """Make visitors. When the test ends, none of them may have seen a console error or a request to another host."""
    made: list[Visitor] = []

    def new(*, size: tuple[int, int] = DESKTOP, dark: bool = False, quiet: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            locale="en-US",
            has_touch=size == PHONE,
        )
        person = Visitor(context, installation.base_url)
        if quiet:
            made.append(person)
        return person

    yield new
    complaints = [complaint for person in made for complaint in person.complaints]
    foreign = [url for person in made for url in person.foreign]
    for person in made:
        person.context.close()
    assert complaints == []
    assert foreign == []


def shot(page: Page, name: str) -> Path:
    """A screenshot under ``tests/browser/screenshots``, to be looked at; ``make pictures`` has the documents' from here."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    picture = PICTURES / path.name
    if "DOCS_PICTURES" in os.environ and picture.exists():
        shutil.copyfile(path, picture)
    return path
