"""A canvas's versions: the AI draws, somebody changes it, looks at what it was, restores it for everybody, takes that back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.installation import eventually
from tests.browser.axe import serious_faults
from tests.browser.conftest import PHONE, NewVisitor, Visitor, shot
from tests.browser.test_main_job import DRAWN, cookies, labels, start_as_guest, stored

LABELS = {"Order", "Pay", "Ship"}


def change(person: Visitor, canvas_id: str, *elements: dict[str, Any]) -> None:
    """As another page of the same person would send it."""
    session = cookies(person)
    csrf = session.get(f"{person.base_url}/api/auth/csrf", timeout=30).json()["csrf_token"]
    answer = session.post(
        f"{person.base_url}/api/canvases/{canvas_id}/elements",
        json={"elements": [{**each, "version": each["version"] + 1} for each in elements]},
        headers={"X-CSRF-Token": csrf},
        timeout=30,
    )
    assert answer.ok, answer.text


def shown(page: Page) -> set[str]:
    """The texts of the page's outline, which is opened for it."""
    page.get_by_role("button", name="Outline", exact=True).click()
    items = page.get_by_role("navigation", name="Outline").get_by_role("listitem")
    texts = {text.strip() for text in items.all_inner_texts()}
    page.get_by_role("button", name="Close the outline").click()
    return texts


def test_what_the_ai_drew_is_brought_back_for_everybody_and_given_up_again(visitor: NewVisitor) -> None:
    person = visitor()
    page, canvas_id = start_as_guest(person, "Order -> Pay -> Ship")
    expect(page.get_by_text(DRAWN)).to_be_visible(timeout=30_000)
    second = person.open(f"/canvas/{canvas_id}")
    eventually(lambda: shown(second) >= LABELS, "the second page shows the drawing")

    elements = stored(person, canvas_id)
    words = labels(elements)
    pay = [each for each in elements if "Pay" in (words.get(each["id"]), each.get("text"))]
    change(person, canvas_id, *({**each, "isDeleted": True} for each in pay))
    page.get_by_role("button", name="Versions", exact=True).click()
    page.keyboard.press("Tab")
    page.keyboard.type("After my change")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Look at “After my change”")).to_be_visible()

    page.get_by_role("button", name=re.compile("Look at “Before Guest")).click()
    view = page.get_by_role("region", name=re.compile("As it was"))
    expect(view.get_by_text("removed")).to_have_text("1 removed")
    expect(view.locator("canvas").first).to_be_visible()
    assert serious_faults(page, "nav[aria-label=Versions]") == []
    shot(page, "versions-light")
    view.get_by_role("button", name="Restore").click()
    expect(view).to_have_count(0)
    eventually(lambda: set(labels(stored(person, canvas_id)).values()) == LABELS, "what the AI drew is stored again")
    eventually(lambda: "Pay" in shown(second), "and seen on the second page")
    page.get_by_role("button", name="Undo").last.click()
    eventually(lambda: "Pay" not in shown(second), "taken back, for the second page too")
    assert set(labels(stored(person, canvas_id)).values()) == LABELS - {"Pay"}

    second.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    second.emulate_media(color_scheme="dark")
    second.get_by_role("button", name="Versions", exact=True).click()
    second.get_by_role("button", name="Look at “After my change”").click()
    expect(second.get_by_role("button", name="Back to now")).to_be_focused()
    assert second.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(second, "versions-phone-dark")
    second.keyboard.press("Escape")
    expect(second.get_by_role("button", name="Look at “After my change”")).to_be_visible()
