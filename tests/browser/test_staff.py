"""The staff's pages: what runs where, at this moment, and the switch of a queue. Who may only look finds no switch."""

from __future__ import annotations

import psycopg
from playwright.sync_api import expect

from tests.acceptance.installation import PASSWORD, Installation, Person
from tests.browser.conftest import PHONE, NewVisitor, Visitor, shot

QUEUE = "reports"  # which no other test uses


# What Chromium says on a server with LANG=C.
NO_LANGUAGE = """
Object.defineProperty(Navigator.prototype, "language", { get: () => "en-US@posix", configurable: true });
Object.defineProperty(Navigator.prototype, "languages", { get: () => ["en-US@posix"], configurable: true });
"""


def staff(installation: Installation, visitor: Visitor, role: str, name: str) -> Person:
    """Somebody with a role, who is signed in in the browser and has a token beside it."""
    person = installation.person()
    with psycopg.connect(installation.database_url) as connection:
        connection.execute("UPDATE app_user SET role = %s, name = %s WHERE id = %s", [role, name, person.user_id])
    page = visitor.open("/signin")
    page.get_by_label("E-mail").fill(person.get("/api/auth/me").json()["email"])
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Staff", exact=True)).to_be_visible()
    return person


def test_staff_see_what_runs_and_stop_a_queue_and_start_it_again(
    visitor: NewVisitor, installation: Installation
) -> None:
    browser = visitor()
    boss = staff(installation, browser, "staff", "Grace")
    page = browser.context.pages[0]
    job = {"job_type": "diagnostic_sleep", "request_data": {"seconds": 12, "steps": 60}, "queue": QUEUE}
    running = boss.post("/api/jobs", job).json()["job_id"]

    page.goto(f"{browser.base_url}/staff/workers")
    bar = page.locator(f"[data-job='{running}']").get_by_role("progressbar")
    expect(bar).to_be_visible(timeout=20_000)
    before = int(bar.get_attribute("aria-valuenow") or 0)
    page.wait_for_function(
        "([job, before]) => Number(document.querySelector(`li[data-job='${job}'] [role=progressbar]`)"
        "?.getAttribute('aria-valuenow')) > before",
        arg=[running, before],
    )
    shot(page, "staff-workers")

    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("img", name="Waiting and running")).to_be_visible()
    page.get_by_role("button", name=f"Pause queue {QUEUE}").click()
    page.get_by_label("Why? Shown to everybody who waits").fill("Moving house")
    page.get_by_role("button", name="Pause now").click()
    expect(page.locator(f"[data-queue={QUEUE}]")).to_contain_text("Moving house")
    waiting = boss.post("/api/jobs", {**job, "request_data": {"seconds": 0}}).json()["job_id"]
    expect(page.locator(f"[data-queue={QUEUE}] td").nth(1)).to_have_text("1")
    shot(page, "staff-overview")
    assert boss.get(f"/api/jobs/{waiting}").json()["status"] == "queued"
    page.get_by_role("button", name=f"Resume queue {QUEUE}").click()
    expect(page.get_by_role("button", name=f"Pause queue {QUEUE}")).to_be_visible()
    expect(page.locator(f"[data-queue={QUEUE}] td").nth(1)).to_have_text("0", timeout=20_000)

    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("cell", name=f"Paused queue {QUEUE}")).to_be_visible()
    expect(page.get_by_role("cell", name="from running to paused · Moving house")).to_be_visible()
    shot(page, "staff-audit")


def test_read_only_staff_look_and_find_nothing_to_press(visitor: NewVisitor, installation: Installation) -> None:
    browser = visitor(size=PHONE, dark=True)
    browser.context.add_init_script(NO_LANGUAGE)
    watcher = staff(installation, browser, "staff_readonly", "Ada")
    page = browser.context.pages[0]
    page.goto(f"{browser.base_url}/staff")
    expect(page.locator(f"[data-queue={QUEUE}]")).to_be_visible()
    expect(page.get_by_role("button", name="Pause queue")).to_have_count(0)
    assert watcher.post(f"/api/queues/{QUEUE}/pause", {"reason": "x"}).status_code == 403
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, "staff-phone-dark")
    page.get_by_role("link", name="People").click()
    expect(page.locator("[data-person]").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Role of")).to_have_count(0)
    expect(page.get_by_role("button", name="Suspend")).to_have_count(0)


def test_staff_set_a_budget_and_the_audit_tells_it(visitor: NewVisitor, installation: Installation) -> None:
    browser = visitor()
    boss = staff(installation, browser, "staff", "Barbara")
    page = browser.context.pages[0]
    page.goto(f"{browser.base_url}/staff/billing")
    expect(page.get_by_text("set BILLING=on")).to_be_visible()  # and budgets hold all the same
    page.get_by_label("Name, address or id").fill(boss.user_id)
    line = page.locator(f"[data-person='{boss.user_id}']")
    expect(line).to_contain_text("$0 of $1.00")
    expect(page.locator("[data-person]")).to_have_count(1)
    line.get_by_role("link", name="Barbara").click()
    page.get_by_role("dialog", name="Barbara").get_by_role("button", name="Change budgets").click()
    form = page.get_by_role("dialog", name="Budgets of Barbara")
    form.get_by_role("radiogroup", name="A day").get_by_text("Amount").click()
    form.get_by_label("US dollars a day").fill("2.5")
    form.get_by_role("radiogroup", name="A month").get_by_text("No limit").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("dialog", name="Barbara")).to_contain_text("$0 of $2.50")
    shot(page, "staff-person")
    page.get_by_role("link", name="What staff have done").click()
    expect(page.get_by_role("cell", name="day: from $1 by the settings to $2.50")).to_be_visible()
    assert [budget["amount"] for budget in boss.get("/api/usage").json()["budgets"]] == [2.5, None]

    watcher = visitor(size=PHONE, dark=True)
    staff(installation, watcher, "staff_readonly", "Hedy")
    look = watcher.context.pages[0]
    look.goto(f"{watcher.base_url}/staff/billing?person={boss.user_id}")
    expect(look.get_by_role("dialog", name="Barbara")).to_contain_text("$0 of $2.50")
    expect(look.get_by_role("button", name="Change")).to_have_count(0)
    assert look.evaluate("document.documentElement.scrollWidth <= innerWidth")
