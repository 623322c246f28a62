"""The job dashboard, as somebody uses it: watching, stopping, finding, retrying by the dozen, by keyboard alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.acceptance.installation import Installation, eventually
from tests.browser.axe import serious_faults
from tests.browser.conftest import PHONE, NewVisitor, Visitor, shot
from tests.browser.people import Operator, make_staff, sign_in

EMAIL = "operator@example.org"
STAFF_PAGES = ("/staff", "/staff/workers", "/staff/audit", "/staff/people", "/staff/billing", "/staff/providers")
PAGES = ("/", "/settings", "/usage", *STAFF_PAGES, "/jobs")  # the last one stays open
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
FAILED = 50
BAND = re.compile(r"place \d+ · starts (mostly )?(any moment|within .+|in about .+), ends (about|between) \d\d:\d\d")
CUT_MS = 10_000
# Colours go over into others even if only for a frame, and of rows out of sight not before they are painted.
SETTLE = """async () => {
  for (const row of document.querySelectorAll("li[data-job]")) row.style.contentVisibility = "visible";
  for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
  const ends = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(ends.map(({ finished }) => finished));
}"""
QUEUED_STARTED_FAILED_TWICE = 6  # events


@pytest.fixture(scope="module")
def operator(installation: Installation) -> Operator:
    """The staff account whose dashboard this is, as a program."""
    make_staff(installation, EMAIL)
    return Operator(installation.base_url, EMAIL)


@pytest.fixture
def staff(visitor: NewVisitor, operator: Operator) -> Visitor:
    """The same account in a browser."""
    return signed_in(visitor())


def signed_in(person: Visitor) -> Visitor:
    sign_in(person.context, person.base_url, EMAIL)
    return person


def row(page: Page, job_id: str) -> Locator:
    return page.locator(f"li[data-job='{job_id}']")


def bar_value(where: Locator) -> int:
    return int(where.get_by_role("progressbar").first.get_attribute("aria-valuenow") or 0)


def test_bars_move_and_end_and_a_cancel_says_when_it_has_really_stopped_in_both_tabs(
    staff: Visitor, operator: Operator
) -> None:
    first, second = staff.open("/jobs"), staff.open("/jobs")
    expect(first.get_by_role("searchbox")).to_be_visible()
    long, short = operator.sleep(120, steps=240), operator.sleep(2, steps=20)

    expect(row(first, long)).to_have_attribute("data-status", "processing")  # by itself: nobody reloaded
    expect(row(first, short)).to_have_attribute("data-status", "completed")
    expect(row(first, short)).to_contain_text("done in")
    seen: list[int] = []

    def moved() -> bool:
        seen.append(bar_value(row(first, long)))
        return len(set(seen)) >= 2

    eventually(moved, "the bar moves")
    assert seen == sorted(seen), "and never back"

    row(first, long).get_by_role("button", name=re.compile("Cancel")).click()
    expect(row(first, long)).to_contain_text(re.compile(r"stopping…|stopped at"))
    for page in (first, second):
        expect(row(page, long)).to_have_attribute("data-status", "cancelled")
        expect(row(page, long)).to_contain_text(re.compile(r"stopped at \d"))
    row(second, long).get_by_role("link").first.click()
    drawer = second.get_by_role("dialog")
    expect(drawer.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(drawer.get_by_role("list", name="How the time went")).to_contain_text("stopped")
    assert operator.get(f"/api/jobs/{long}")["status"] == "cancelled"


def test_filters_are_in_the_address_survive_a_reload_and_go_back(staff: Visitor, operator: Operator) -> None:
    wanted = operator.sleep(0, tag="needle")
    operator.sleep(0, tag="hay")
    page = staff.open("/jobs")
    expect(row(page, wanted)).to_have_attribute("data-status", "completed")

    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("combobox", name="Tag").fill("needle")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?tag=needle$"))
    page.keyboard.press("Escape")
    page.get_by_role("navigation", name="Filter by status").get_by_role("link", name="Done").click()
    expect(page).to_have_url(re.compile(r"\?status=completed&tag=needle$"))
    for _ in range(2):
        expect(page.locator("li[data-job]")).to_have_count(1)
        expect(row(page, wanted)).to_be_visible()
        expect(page.get_by_role("link", name="Remove the filter Tag: needle")).to_be_visible()
        page.reload()
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?tag=needle$"))

    page.get_by_role("searchbox").fill("no such job anywhere")
    expect(page.get_by_text("No job fits these filters")).to_be_visible()
    page.get_by_role("link", name="Show all jobs").click()
    expect(page).to_have_url(staff.base_url + "/jobs")


def test_fifty_failed_jobs_are_retried_at_once(staff: Visitor, operator: Operator) -> None:
    tag = f"fifty-{uuid.uuid4().hex[:8]}"
    operator.many_sleeps(FAILED, 0, tag=tag, max_attempts=1, fail_attempts=1)
    eventually(lambda: operator.count(f"tag={tag}&status=failed") == FAILED, "all have failed")
    page = staff.open(f"/jobs?status=failed&tag={tag}")
    boxes = page.locator("li[data-job]").get_by_role("checkbox")
    boxes.first.check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.get_by_text("4 jobs selected")).to_be_visible()
    shot(page, "jobs-selected")
    page.get_by_role("button", name=re.compile(r"Select all.* that match")).click()
    page.get_by_role("region", name="Selected jobs").get_by_role("button", name="Retry").click()
    expect(page.get_by_text(f"{FAILED} are queued again.")).to_be_visible()
    # Told to fail its first attempt, each does so once more: a retry by hand begins to count anew.
    listed = f"/api/jobs?limit=100&tag={tag}&status=failed"
    ends = [QUEUED_STARTED_FAILED_TWICE] * FAILED
    eventually(lambda: [job["last_seq"] for job in operator.get(listed)["items"]] == ends, "each ran again, once")
    expect(page.locator("li[data-job]").first).to_have_attribute("data-status", "failed")


def test_a_cut_network_says_reconnecting_and_then_the_truth(visitor: NewVisitor, operator: Operator) -> None:
    person = signed_in(visitor(quiet=False))  # the browser complains of each attempt, rightly
    open_sockets: list[WebSocketRoute] = []
    cut = False

    def connect(socket: WebSocketRoute) -> None:
        if cut:
            socket.close()
            return
        socket.connect_to_server()
        open_sockets.append(socket)

    person.context.route_web_socket(re.compile("/socket.io/"), connect)
    page = person.open("/jobs")
    job = operator.sleep(8, steps=16)  # it ends while the network is cut
    expect(row(page, job)).to_have_attribute("data-status", "processing")

    cut = True
    person.context.set_offline(True)
    for socket in open_sockets:
        socket.close()
    expect(page.get_by_text("Reconnecting")).to_be_visible()
    page.wait_for_timeout(CUT_MS)
    eventually(lambda: operator.get(f"/api/jobs/{job}")["status"] == "completed", "it ended meanwhile")
    expect(row(page, job)).to_have_attribute("data-status", "processing")  # nobody has told it yet
    cut = False
    person.context.set_offline(False)
    expect(row(page, job)).to_have_attribute("data-status", "completed", timeout=20_000)
    expect(page.get_by_text("Reconnecting")).to_have_count(0, timeout=20_000)


def test_everything_is_done_by_keyboard_alone(staff: Visitor, operator: Operator) -> None:
    job = operator.sleep(120, steps=60, tag="keys")
    page = staff.open("/jobs?tag=keys")
    expect(row(page, job)).to_have_attribute("data-status", "processing")

    page.keyboard.press("j")
    expect(row(page, job).get_by_role("link").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("1 job selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 job selected")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/jobs/{job}\?tag=keys$"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row(page, job).get_by_role("link").first).to_be_focused()
    page.keyboard.press("c")
    expect(row(page, job)).to_have_attribute("data-status", "cancelled")
    expect(row(page, job).get_by_role("link").first).to_be_focused()  # it did not move away
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Try the job again")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("ControlOrMeta+k")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("settings")
    expect(page.get_by_role("dialog").get_by_role("button")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(staff.base_url + "/settings")


def test_a_waiting_job_says_its_place_and_when_it_will_probably_start_and_end(
    staff: Visitor, operator: Operator
) -> None:
    operator.many_sleeps(12, 0.5, tag="learnt", max_attempts=1)
    eventually(lambda: operator.count("tag=learnt&status=completed") == 12, "there is something to learn from")
    operator.many_sleeps(4, 40, tag="line", max_attempts=1)
    job = operator.sleep(1, tag="line")
    eventually(lambda: (operator.get(f"/api/jobs/{job}")["estimate"] or {}).get("finish"), "its band is known", 60)
    page = staff.open("/jobs?tag=line")
    expect(row(page, job)).to_contain_text(BAND)
    waiting = page.locator("li[data-job][data-status=queued]")
    expect(waiting.last).to_have_attribute("data-job", job)  # the next to start stands first
    row(page, job).get_by_role("link").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Why it waits")).to_be_visible()
    known = drawer.get_by_role("listitem").filter(has_text=BAND)
    expect(known).to_have_attribute("title", re.compile("^Learnt from the last .*right in four of five cases"))
    shot(page, "job-waits")
    operator.send("POST", "/api/jobs/bulk-action", {"action": "cancel", "filter": {"tag": "line"}})
    expect(drawer.get_by_role("heading", name="Why it waits")).to_have_count(0)


@dataclass(frozen=True)
class BusyDay:
    running: str
    retried: str


GROUP = [{"job_type": "diagnostic_sleep", "request_data": {"seconds": seconds}} for seconds in (0.2, 0.2, 90)]


DRAWINGS = (
    "Sign up -> Verify e-mail -> Choose plan; if no e-mail -> Resend -> Verify e-mail",
    "what might our customers feel about the new pricing page",  # for a model: without one it fails, and says so
    "Order -> Pick -> Pack -> Ship",
)


@pytest.fixture(scope="module")
def busy(operator: Operator) -> Iterator[BusyDay]:
    """A page worth looking at: jobs that run, wait, have failed on the way and have ended."""
    day = BusyDay(
        running=operator.sleep(120, steps=40, tag="report"),
        retried=operator.sleep(0.5, tag="import", fail_attempts=1),
    )
    for instructions in DRAWINGS:
        operator.send("POST", "/api/ai-agent/create-canvas", {"instructions": instructions})
    operator.send("POST", "/api/jobs/batch", {"summary": "Import of three regions", "jobs": GROUP})
    eventually(lambda: operator.get(f"/api/jobs/{day.retried}")["status"] == "completed", "it got there")
    yield day
    unfinished = {"action": "cancel", "filter": {"status": "queued,processing"}}
    operator.send("POST", "/api/jobs/bulk-action", unfinished)


def open_job_page(page: Page, busy: BusyDay) -> None:
    """The page of a job that was tried twice, with its picture."""
    page.goto(urljoin(page.url, f"/jobs/{busy.retried}"))
    expect(page.get_by_role("list", name="How the time went").get_by_role("listitem").first).to_be_visible()


def test_our_pages_have_no_serious_fault_for_anybody(visitor: NewVisitor, busy: BusyDay) -> None:
    person = visitor()
    page = person.open("/signin")
    faults: dict[str, list[str]] = {}
    look(page, "/signin", faults)
    signed_in(person)
    for path in PAGES:
        page.goto(person.base_url + path)
        if path == "/jobs":
            expect(row(page, busy.running)).to_be_visible()
        look(page, path, faults)
    shot(page, "jobs-dark")
    paint(page, "light")
    shot(page, "jobs-light")
    open_job_page(page, busy)
    look(page, "a job", faults)
    shot(page, "job-dark")
    paint(page, "light")
    shot(page, "job-light")
    assert {path: found for path, found in faults.items() if found} == {}


def look(page: Page, path: str, faults: dict[str, list[str]]) -> None:
    """At a page in the light and, without loading it again, in the dark."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    for scheme in SCHEMES:
        paint(page, scheme)
        faults[f"{path}, {scheme}"] = serious_faults(page)


def paint(page: Page, scheme: Scheme) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    page.evaluate(SETTLE)


def test_on_a_phone_rows_are_cards_and_a_job_fills_the_screen(visitor: NewVisitor, busy: BusyDay) -> None:
    page = signed_in(visitor(size=PHONE)).open("/jobs")
    expect(row(page, busy.running)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, "jobs-phone")
    row(page, busy.running).get_by_role("link").first.click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", level=2).last).to_be_visible()
    eventually(lambda: (sheet.bounding_box() or {"width": 0})["width"] == PHONE[0], "a job fills a phone's screen")
    assert sheet.evaluate("element => element.scrollWidth <= innerWidth")
    shot(page, "job-phone")
    sheet.get_by_role("button", name="Cancel").click()
    expect(sheet.get_by_text("Stopped", exact=True)).to_be_visible()
