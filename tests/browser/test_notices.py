"""Being told of jobs while one does something else: on the page, in the list, on every tab alike."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Page, expect

from tests.acceptance.installation import Installation
from tests.browser.conftest import PHONE, NewVisitor, Visitor, shot
from tests.browser.people import Operator, make_staff, sign_in
from tests.browser.test_main_job import start_as_guest

LONG_ENOUGH_TO_ASK = "00:10"
# The edge of the browser: what it was asked to show and to sound. Only a person can hide a page, and let a site tell of things.
EDGE = """
  window.told = [];
  window.asked = 0;
  window.notes = 0;
  let hidden = false;
  window.hide = (now) => { hidden = now; document.dispatchEvent(new Event("visibilitychange")); };
  Object.defineProperty(document, "hidden", { get: () => hidden });
  window.Notification = class {
    static permission = "default";
    static async requestPermission() { window.asked += 1; return (this.permission = "granted"); }
    constructor(title, options) { this.title = title; this.options = options; window.told.push(this); }
    close() { this.closed = true; }
  };
  const makes = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () { window.notes += 1; return makes.call(this); };
"""
CHAIN = " -> ".join(f"Step {number}" for number in range(1, 31))


def bell(page: Page, unread: int) -> None:
    """The bell says how many notices are not read."""
    name = "Notices" if unread == 0 else f"Notices, {unread} not read"
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible(timeout=20_000)


def ask_elsewhere(person: Visitor, canvas_id: str, times: int = 1, chain: str = CHAIN) -> None:
    """Ask for changes as a program or another device of the same person would, so that no page is in front of them."""
    page = person.context.pages[0]
    page.evaluate(
        """async ([canvas, times, chain]) => {
          const { csrf_token } = await (await fetch("/api/session")).json();
          for (let number = 0; number < times; number += 1) {
            const made = await fetch("/api/ai-agent/create-canvas", {
              method: "POST",
              headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf_token },
              body: JSON.stringify({ canvas_id: canvas, instructions: chain }),
            });
            if (made.status !== 202) throw new Error(await made.text());
          }
        }""",
        [canvas_id, times, chain],
    )


def test_an_end_is_told_elsewhere_and_read_on_every_tab(visitor: NewVisitor) -> None:
    person = visitor()
    canvas, canvas_id = start_as_guest(person)
    expect(canvas.get_by_text(re.compile("Drawn by the planner"))).to_be_visible(timeout=30_000)
    bell(canvas, 0)  # it was in front of the person

    canvas.goto(f"{person.base_url}/settings")
    other = person.open("/")
    bell(other, 0)
    ask_elsewhere(person, canvas_id)
    toast = canvas.locator("[data-toast]")
    expect(toast).to_contain_text("Done", timeout=30_000)
    expect(toast).to_have_count(1)
    bell(canvas, 1)
    bell(other, 1)
    assert canvas.title().startswith("(1) ") and other.title().startswith("(1) ")
    shot(canvas, "notice-toast")

    other.get_by_role("button", name="Notices, 1 not read").click()
    panel = other.get_by_role("dialog", name="Notices")
    expect(panel.get_by_role("listitem")).to_have_count(2)
    expect(panel.locator("[data-unread]")).to_have_count(1)
    shot(other, "notices-list")
    panel.get_by_role("button", name="Mark all read").click()
    bell(other, 0)
    bell(canvas, 0)
    expect(canvas).to_have_title(re.compile(r"^Settings"))

    canvas.reload()
    bell(canvas, 0)
    ask_elsewhere(person, canvas_id, times=12)
    expect(canvas.get_by_text("12 jobs", exact=True)).to_be_visible(timeout=30_000)
    expect(canvas.locator("[data-toast]")).to_have_count(1)
    shot(canvas, "notice-burst")


def test_settings_follow_the_person_to_the_other_tab(visitor: NewVisitor) -> None:
    person = visitor(size=PHONE, dark=True)
    start_as_guest(person)
    one, other = person.open("/settings#notices"), person.open("/settings")
    expect(other.get_by_role("switch", name="with a sound")).not_to_be_checked()
    one.get_by_role("switch", name="with a sound").click()
    expect(other.get_by_role("switch", name="with a sound")).to_be_checked()
    shot(one, "notice-settings-phone-dark")


def test_the_browser_is_asked_once_and_tells_what_ends_out_of_sight(
    visitor: NewVisitor, installation: Installation
) -> None:
    email = f"teller-{uuid.uuid4().hex[:8]}@example.org"
    make_staff(installation, email)
    operator, person = Operator(installation.base_url, email), visitor()
    person.context.clock.install()
    person.context.add_init_script(EDGE)
    sign_in(person.context, person.base_url, email)
    page = person.open("/settings")
    page.get_by_role("switch", name="with a sound").click()
    expect(page.get_by_role("switch", name="with a sound")).to_be_checked()
    bell(page, 0)
    long = operator.sleep(120, steps=60)
    expect(page.locator("[data-toast]")).to_contain_text("Running")
    question = page.get_by_role("region", name="This takes a while. Tell you when it’s done?")
    expect(question).to_have_count(0)  # nobody is asked at the door
    person.context.clock.fast_forward(LONG_ENOUGH_TO_ASK)
    expect(question).to_be_visible()
    assert page.evaluate("asked") == 0
    shot(page, "notice-question")
    question.get_by_role("button", name="Yes, tell me").click()
    expect(question).to_have_count(0)
    assert page.evaluate("asked") == 1
    expect(page.get_by_text("While the page is not in sight. This browser may.")).to_be_visible()

    page.evaluate("hide(true)")
    job = operator.sleep(0.1)
    page.wait_for_function("() => told.length > 0")
    (told,) = page.evaluate("told.map(({ title, options }) => [title, options.tag])")
    assert told[0] == "Done: Sleep 0.1 s"
    assert told[1] == operator.get("/api/notices")["items"][0]["id"]  # tabs that tell the same show one
    page.wait_for_function("() => notes === 2")
    expect(page).to_have_title(re.compile(r"^\(1\) Settings"))
    page.evaluate("() => { hide(false); told[0].onclick(); }")
    expect(page).to_have_url(f"{person.base_url}/jobs/{job}")
    assert page.evaluate("told[0].closed")
    bell(page, 0)
    expect(page).to_have_title(re.compile(r"^Sleep"))
    operator.send("DELETE", f"/api/jobs/{long}")
