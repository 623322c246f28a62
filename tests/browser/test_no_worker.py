"""Nobody works: wherever somebody waits, the page says so, and what to do; when a worker comes, that goes away by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from backend.config import ROOT
from tests.acceptance.installation import Installation, own_folder
from tests.browser.axe import serious_faults
from tests.browser.conftest import NewVisitor, shot
from tests.browser.people import make_staff, sign_in
from tests.browser.test_main_job import DRAWN, start_as_guest
from tests.browser.test_notices import ask_elsewhere

STAFF = "grace@example.org"


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """One whose workers would have machines of their own: there is none yet."""
    with own_folder() as folder:
        found = Installation(folder / "data", "--web-only").start()
        try:
            yield found
        finally:
            found.stop()


@contextmanager
def worker(installation: Installation) -> Iterator[None]:
    """One comes, as the pages say."""
    secret = (installation.data_dir / "secret_key").read_text()
    environ = {**installation.environ, "DATABASE_URL": installation.database_url, "SECRET_KEY": secret}
    process = subprocess.Popen([sys.executable, str(ROOT / "worker.py")], cwd=ROOT, env=environ)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(60) == 0


def alarm(page: Page) -> str:
    """What the page's alarm says."""
    shown = page.get_by_role("alert")
    expect(shown).to_contain_text(re.compile(r"No worker is running, and \d+ jobs wait"))
    return str(shown.inner_text())


def test_who_waits_is_told_that_no_worker_runs_until_one_comes(visitor: NewVisitor, installation: Installation) -> None:
    make_staff(installation, STAFF)
    person, watcher = visitor(), visitor()
    canvas, canvas_id = start_as_guest(person)
    expect(canvas.get_by_role("article").first).to_contain_text("No worker is running; nothing is lost")
    elsewhere = person.open("/settings")
    expect(elsewhere.get_by_role("button", name="Notices")).to_be_visible()
    ask_elsewhere(person, canvas_id, chain="Here -> There")
    toast = elsewhere.locator("[data-toast]")
    expect(toast).to_contain_text("no worker is running; it starts by itself")

    jobs = person.open("/jobs")
    assert "tell those who run this installation" in alarm(jobs)
    row = jobs.locator("li[data-job]").first
    expect(row).to_contain_text("no worker is running for the queue")
    assert serious_faults(jobs) == []
    job = person.open(f"/jobs/{row.get_attribute('data-job')}")
    expect(job.get_by_role("heading", name="Why it waits")).to_be_visible()
    assert "starts by itself" in alarm(job)

    sign_in(watcher.context, watcher.base_url, STAFF)
    staff, workers = watcher.open("/staff"), watcher.open("/staff/workers")
    assert "python worker.py" in alarm(staff)
    expect(workers.get_by_role("heading", name="No worker is running")).to_be_visible()
    assert serious_faults(staff) == []
    shot(staff, "staff-no-worker")

    with worker(installation):
        expect(row).to_have_attribute("data-status", "completed")
        for page in (jobs, job, staff):
            expect(page.get_by_role("alert")).to_have_count(0)
        expect(workers.get_by_text("Live", exact=True)).to_be_visible()
        expect(toast.first).to_contain_text("Done")
        expect(canvas.get_by_text(DRAWN).first).to_be_visible()
