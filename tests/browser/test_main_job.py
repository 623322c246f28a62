"""The main job, as a person does it: say what to draw, watch it being drawn, find it again."""

from __future__ import annotations

import re
from typing import Any

import requests
from playwright.sync_api import Page, expect

from backend.ai.drawing.geometry import check_geometry
from tests.acceptance.installation import Installation, eventually
from tests.browser.axe import serious_faults
from tests.browser.conftest import PHONE, NewVisitor, Visitor, shot

SENTENCE = "Sign up -> Verify e-mail -> Choose plan; if no e-mail -> Resend -> Verify e-mail"
LABELS = {"Sign up", "Verify e-mail", "Choose plan", "Resend"}
ARROWS = {
    ("Sign up", "Verify e-mail"),
    ("Verify e-mail", "Choose plan"),
    ("Verify e-mail", "Resend"),
    ("Resend", "Verify e-mail"),
}
DRAWN = re.compile("Drawn by the planner")
FIRST_PROMPT = "What shall we draw?"


def ask(page: Page, instructions: str) -> None:
    """Type into the page's prompt box and press Enter."""
    box = page.get_by_role("textbox", name=FIRST_PROMPT)
    box.fill(instructions)
    box.press("Enter")


def start_as_guest(person: Visitor, instructions: str = SENTENCE) -> tuple[Page, str]:
    """From the first page to a canvas with the job running; returns the page and the canvas's id."""
    return begin(person.open(), instructions)


def begin(page: Page, instructions: str = SENTENCE) -> tuple[Page, str]:
    """The same on a first page that is there."""
    ask(page, instructions)
    page.wait_for_url(re.compile(r"/canvas/[0-9a-f-]{36}"))
    return page, page.url.rsplit("/", 1)[1].split("?")[0]


def cookies(person: Visitor) -> requests.Session:
    """The visitor's session, for looking at what the server has stored."""
    session = requests.Session()
    for cookie in person.context.cookies():
        session.cookies.set(cookie["name"], cookie["value"])
    return session


def stored(person: Visitor, canvas_id: str) -> list[dict[str, Any]]:
    """The canvas's elements that are not deleted, as the server has them."""
    answer = cookies(person).get(f"{person.base_url}/api/canvases/{canvas_id}/elements", timeout=30)
    assert answer.status_code == 200, answer.text
    return [element for element in answer.json()["elements"] if not element["isDeleted"]]


def labels(elements: list[dict[str, Any]]) -> dict[str, str]:
    """Container id → its text in one line."""
    return {
        element["containerId"]: element["originalText"].replace("\n", " ")
        for element in elements
        if element["type"] == "text" and element.get("containerId")
    }


def arrows(elements: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """From label to label, for each arrow that is bound at both ends, on both sides."""
    words, by_id = labels(elements), {element["id"]: element for element in elements}
    found = set()
    for element in elements:
        if element["type"] != "arrow":
            continue
        ends = [by_id[element[side]["elementId"]] for side in ("startBinding", "endBinding")]
        for end in ends:
            assert {"type": "arrow", "id": element["id"]} in end["boundElements"]
        found.add((words[ends[0]["id"]], words[ends[1]["id"]]))
    return found


def outline_labels(page: Page) -> set[str]:
    """What the page itself says is on its canvas: the texts of its outline panel."""
    if not page.get_by_role("button", name="Close the outline").is_visible():
        page.get_by_role("button", name="Outline", exact=True).click()
    items = page.get_by_role("navigation", name="Outline").get_by_role("listitem")
    return {text.strip() for text in items.all_inner_texts()}


def wait_for_labels(page: Page, wanted: set[str]) -> None:
    """Until the page shows something for each of ``wanted``."""

    def shown() -> bool:
        texts = outline_labels(page)
        return all(any(label in text for text in texts) for label in wanted)

    eventually(shown, f"the page shows {wanted}")


def test_two_pages_watch_a_sentence_become_a_flow_chart(visitor: NewVisitor, installation: Installation) -> None:
    person = visitor()
    page, canvas_id = start_as_guest(person)
    second = person.open(f"/canvas/{canvas_id}")

    for watched in (page, second):
        card = watched.get_by_role("article").first
        expect(card).to_contain_text("Sign up")
        expect(card.get_by_text(DRAWN)).to_be_visible(timeout=30_000)
    elements = stored(person, canvas_id)
    assert set(labels(elements).values()) >= LABELS
    assert arrows(elements) == ARROWS
    assert check_geometry(elements) == []
    for watched in (page, second):
        wait_for_labels(watched, LABELS)
        watched.get_by_role("button", name="Close the outline").click()
    shot(page, "canvas-light")


def test_job_is_seen_running_on_its_canvas_and_reports_progress_on_the_way(visitor: NewVisitor) -> None:
    person = visitor()
    chain = " -> ".join(f"Step {number} of a long way" for number in range(1, 41))
    page, canvas_id = start_as_guest(person, chain)
    expect(page.get_by_role("progressbar").first).to_be_visible()
    shown: list[int] = []

    def drawn_by_now() -> bool:
        value = page.evaluate("document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')")
        shown.extend([] if value is None else [int(value)])
        return bool(page.get_by_text(DRAWN).is_visible())

    eventually(drawn_by_now, "the drawing is finished", 60)
    assert len(set(shown)) >= 2 and shown == sorted(shown), shown

    jobs = cookies(person).get(f"{person.base_url}/api/jobs?canvas_id={canvas_id}", timeout=30).json()["items"]
    events = (
        cookies(person).get(f"{person.base_url}/api/jobs/{jobs[0]['job_id']}/events?format=json", timeout=30).json()
    )
    drawn = [event["progress"] for event in events["events"] if event["type"] == "partial"]
    assert len(set(drawn)) >= 3 and drawn == sorted(drawn), drawn
    assert len([e for e in stored(person, canvas_id) if e["type"] == "arrow"]) == 39


def test_everything_is_there_after_every_process_was_killed(visitor: NewVisitor, installation: Installation) -> None:
    person = visitor(quiet=False)  # the page complains, rightly, while there is no server
    page, canvas_id = start_as_guest(person)
    expect(page.get_by_text(DRAWN)).to_be_visible(timeout=30_000)
    before = stored(person, canvas_id)

    installation.kill_everything()
    expect(page.get_by_text(re.compile(r"Offline|Reconnecting", re.IGNORECASE)).first).to_be_visible()
    installation.start()

    assert stored(person, canvas_id) == before
    expect(page.get_by_text(re.compile(r"Offline|Reconnecting", re.IGNORECASE))).to_have_count(0, timeout=30_000)
    page.reload()
    wait_for_labels(page, LABELS)


def test_what_one_page_draws_by_hand_appears_on_the_other_and_is_stored(visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open()
    page.get_by_role("button", name=re.compile("empty canvas")).click()
    page.wait_for_url(re.compile(r"/canvas/"))
    canvas_id = page.url.rsplit("/", 1)[1]
    second = person.open(f"/canvas/{canvas_id}")
    expect(second.locator(".excalidraw canvas").first).to_be_visible()
    expect(page.locator(".excalidraw canvas").first).to_be_visible()

    page.locator(".excalidraw canvas").last.click(position={"x": 200, "y": 560})
    page.keyboard.press("r")
    page.mouse.move(260, 400)
    page.mouse.down()
    page.mouse.move(460, 520, steps=8)
    page.mouse.up()

    eventually(lambda: [e["type"] for e in stored(person, canvas_id)] == ["rectangle"], "the rectangle is stored")
    wait_for_labels(second, {"Rectangle"})


def test_canvas_is_changed_by_a_command_and_the_rest_stays(visitor: NewVisitor) -> None:
    person = visitor()
    page, canvas_id = start_as_guest(person)
    expect(page.get_by_text(DRAWN)).to_be_visible(timeout=30_000)
    before = {element["id"]: element for element in stored(person, canvas_id)}

    page.get_by_text("Change what is here").click()
    ask(page, "add Pay after Choose plan")
    expect(page.get_by_text(re.compile(r"Changed by the planner"))).to_be_visible(timeout=30_000)

    after = stored(person, canvas_id)
    assert ("Choose plan", "Pay") in arrows(after)
    assert check_geometry(after) == []
    kept = {element["id"]: element for element in after if element["id"] in before}
    changed = {key for key in before if kept[key] != before[key]}
    words = labels(after)
    assert {words.get(key) for key in changed} <= {"Choose plan", None}
    assert all(
        kept[key]["x"] == before[key]["x"] and kept[key]["y"] == before[key]["y"]
        for key in before
        if before[key]["type"] != "arrow"
    )


def test_what_the_ai_did_is_undone_and_kept_for_everybody_and_a_prompt_is_improved(visitor: NewVisitor) -> None:
    person = visitor()
    page, canvas_id = start_as_guest(person)
    second = person.open(f"/canvas/{canvas_id}")
    wait_for_labels(second, LABELS)

    bar = page.get_by_role("group", name="What the AI did")
    bar.get_by_role("button", name="Undo").click()
    eventually(lambda: outline_labels(second) & LABELS == set(), "the other page shows that it is undone")
    eventually(lambda: stored(person, canvas_id) == [], "so does the server")
    bar.get_by_role("button", name="Do it again").click()
    wait_for_labels(second, LABELS)
    bar.get_by_role("button", name="Keep").click()
    expect(bar).to_be_hidden()
    expect(second.get_by_role("group", name="What the AI did")).to_be_hidden()
    assert set(labels(stored(person, canvas_id)).values()) >= LABELS

    box = page.get_by_role("textbox", name=FIRST_PROMPT)
    box.fill("how we onboard a new customer")
    page.get_by_role("button", name="Improve my prompt").click()
    suggestion = page.get_by_role("textbox", name="Suggestion, to be changed")
    expect(suggestion).to_have_value(re.compile("onboard a new customer", re.IGNORECASE))
    expect(box).to_have_value("how we onboard a new customer")
    assert serious_faults(page, "aside") == []
    shot(page, "canvas-improved")
    suggestion.fill("Sign up -> Plan")
    page.get_by_role("button", name="Use it").click()
    expect(box).to_have_value("Sign up -> Plan")


def test_instruction_that_needs_a_model_fails_with_a_sentence_that_helps(visitor: NewVisitor) -> None:
    page, _ = start_as_guest(visitor(), "what might our customers feel about the new pricing page")
    card = page.get_by_role("article").first
    expect(card).to_contain_text("Failed", timeout=30_000)
    expect(card).to_contain_text("AI_PROVIDERS")
    shot(page, "canvas-needs-model")


def test_jobs_page_shows_what_runs_moves_its_bar_and_cancels_it(visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open("/signup")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_role("textbox", name="Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(person.base_url + "/")
    page.goto(person.base_url + "/jobs")

    session = cookies(person)  # the first account is staff: it may run the diagnostic jobs
    csrf = session.get(f"{person.base_url}/api/auth/csrf", timeout=30).json()["csrf_token"]
    request = {"job_type": "diagnostic_sleep", "request_data": {"seconds": 120, "steps": 120}}
    made = session.post(f"{person.base_url}/api/jobs", json=request, headers={"X-CSRF-Token": csrf}, timeout=30)
    assert made.status_code == 202, made.text

    row = page.locator(f"[data-job='{made.json()['job_id']}']")
    expect(row).to_have_attribute("data-status", "processing")  # it came by itself: the page was not reloaded
    bar = row.get_by_role("progressbar")
    seen: list[int] = []

    def moved() -> bool:
        seen.append(int(bar.get_attribute("aria-valuenow") or 0))
        return len(set(seen)) >= 3

    eventually(moved, "the bar moves")
    assert seen == sorted(seen), "and never back"
    shot(page, "jobs-running")
    row.get_by_role("button", name=re.compile("Cancel")).click()
    expect(row).to_have_attribute("data-status", "cancelled", timeout=20_000)
    status = session.get(f"{person.base_url}/api/jobs/{made.json()['job_id']}", timeout=30).json()
    assert (status["status"], status["progress"] < 100) == ("cancelled", True)


LOOKS: dict[str, dict[str, Any]] = {"dark": {"dark": True}, "phone": {"size": PHONE}, "light": {}}
PAGES = {"home": "/", "jobs": "/jobs", "settings": "/settings", "signup": "/signup"}


def test_pages_in_the_dark_and_on_a_phone_have_room_for_everything(visitor: NewVisitor) -> None:
    people = {look: visitor(**options) for look, options in LOOKS.items()}
    canvases = {look: person.open() for look, person in people.items()}
    for look, page in canvases.items():
        expect(page.get_by_role("textbox", name=FIRST_PROMPT)).to_be_visible()
        shot(page, f"first-visit-{look}")
        begin(page)
    for look, page in canvases.items():
        expect(page.get_by_text(DRAWN).first).to_be_visible(timeout=30_000)
        shot(page, f"guest-canvas-{look}")
        page.close()
    for look, person in people.items():
        pages = {what: person.open(path) for what, path in PAGES.items()}  # they load side by side
        for what, page in pages.items():
            expect(page.get_by_role("main")).to_be_visible()
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{what} scrolls sideways on {look}"
            )
            shot(page, f"guest-{what}-{look}")
            page.close()
