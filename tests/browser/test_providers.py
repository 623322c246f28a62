"""A provider that has no time just now: whoever waits for it is told so by name, and until when, in panel and job page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.acceptance.installation import Installation
from tests.ai.protocol_server import Answer, ProtocolServer
from tests.browser.conftest import NewVisitor, shot
from tests.browser.people import Operator, make_staff
from tests.browser.test_main_job import cookies, start_as_guest

STAFF = "linus@example.org"


@pytest.fixture
def busy(installation: Installation) -> Iterator[ProtocolServer]:
    """A provider, added by staff, that wants to be left alone for an hour."""
    make_staff(installation, STAFF)
    operator = Operator(installation.base_url, STAFF)
    with ProtocolServer() as server:
        server.otherwise = Answer(status=429, retry_after="3600")
        provider = {"kind": "other", "name": "Acme", "base_url": server.url, "model": server.models[0]}
        added = operator.send("POST", "/api/staff/providers", {**provider, "api_key": server.key})
        yield server
        gone = operator.http.delete(f"{installation.base_url}/api/staff/providers/{added['id']}", timeout=30)
        assert gone.status_code == 204


def test_who_waits_for_a_provider_is_told_until_when(visitor: NewVisitor, busy: ProtocolServer) -> None:
    person = visitor()
    page, canvas_id = start_as_guest(person, "a flow chart of how a bug report is handled")
    card = page.get_by_role("article").first
    sentence = re.compile(r"“Acme/.+” is asking us to slow down\. Your job waits until \d\d:\d\d\s[AP]M")
    expect(card).to_contain_text(sentence, timeout=30_000)
    expect(card).not_to_contain_text("did not work")  # nothing has failed: it waits

    session = cookies(person)
    (listed,) = session.get(f"{person.base_url}/api/jobs", timeout=30).json()["items"]
    assert listed["canvas_id"] == canvas_id
    job = session.get(f"{person.base_url}/api/jobs/{listed['job_id']}", timeout=30).json()
    (cause,) = (each for each in job["waiting_for"] if each["cause"] == "provider")
    clock = "at => new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit' }).format(new Date(at))"
    expect(card).to_contain_text(f"waits until {page.evaluate(clock, cause['until']).split()[0]}")
    shot(page, "provider-busy")
    page.goto(f"{person.base_url}/jobs/{job['job_id']}")
    expect(page.get_by_role("main")).to_contain_text(sentence)
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.get_by_role("main")).to_contain_text("Cancelled", timeout=20_000)
    assert len(busy.requests) == 1
