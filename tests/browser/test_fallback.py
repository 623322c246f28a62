"""Networks that block WebSockets, and networks that block streams, too: every page goes on showing the truth."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewVisitor, shot
from tests.browser.test_main_job import DRAWN, FIRST_PROMPT, start_as_guest

SOCKETS = re.compile(r"/socket\.io/")
POLLING = "Checking every 3 s"


def send_back(route: Route) -> None:
    """As a proxy does that does not know streams."""
    route.abort()


def see_a_job_done(page: Page) -> None:
    expect(page.get_by_text(DRAWN).first).to_be_visible(timeout=60_000)


def test_without_websockets_a_stream_tells_and_without_streams_the_page_asks(visitor: NewVisitor) -> None:
    person = visitor(quiet=False)  # the browser complains of what is blocked
    person.context.route_web_socket(SOCKETS, lambda socket: socket.close())
    with person.context.expect_event("request", lambda request: request.url.endswith("/api/events"), timeout=60_000):
        page, _ = start_as_guest(person)
    see_a_job_done(page)
    jobs = person.open("/jobs")
    jobs.wait_for_event("request", lambda request: request.url.endswith("/api/events"))
    expect(jobs.get_by_text(POLLING)).to_be_hidden()
    jobs.close()

    person.context.route("**/api/events", send_back)
    page.close()
    person.context.clock.install()
    jobs = person.open("/jobs")
    expect(jobs.get_by_text(POLLING)).to_be_visible(timeout=30_000)
    shot(jobs, "polling")
    page, _ = start_as_guest(person, "Here -> There")
    see_a_job_done(page)
    expect(jobs.get_by_text("Here -> There").first).to_be_visible(timeout=15_000)
    expect(jobs.get_by_text("Done").first).to_be_visible(timeout=15_000)
    page.close()
    person.context.unroute("**/api/events", send_back)
    person.context.clock.fast_forward("01:00")  # now and then a stream is tried again
    expect(jobs.get_by_text("All caught up")).to_be_visible(timeout=60_000)


def test_an_older_page_says_so_and_what_is_typed_survives_the_reload(visitor: NewVisitor) -> None:
    person = visitor(quiet=False)
    start_as_guest(person)[0].close()
    person.context.route_web_socket(SOCKETS, lambda socket: socket.close())
    person.context.route("**/api/events", send_back)
    newer = json.dumps({"version": "9.9.9+0123abcd"})
    person.context.route("**/api/version", lambda route: route.fulfill(body=newer, content_type="application/json"))
    page = person.open()
    box = page.get_by_role("textbox", name=FIRST_PROMPT)
    box.fill("Half a sentence about")
    expect(page.get_by_text("There is a new version")).to_be_visible(timeout=30_000)
    shot(page, "new-version")
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_text("There is a new version")).to_be_hidden()
    expect(box).to_have_value("Half a sentence about")
