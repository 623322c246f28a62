"""Versions over HTTP: kept by themselves and by hand, looked at, restored."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.canvases.versions import keeping, service
from backend.canvases.versions.upkeep import forget_versions
from tests.canvases.shapes import rectangle
from tests.clients import Program, new_program

Element = dict[str, Any]


class Canvas:
    """Somebody's canvas, with its database."""

    def __init__(self, app: Flask, connection: psycopg.Connection[Any]) -> None:
        self.program, self.connection = new_program(app), connection
        self.id = self.program.post("/api/canvases", json={"name": "Plan"}).json["id"]  # type: ignore[index]
        self.path = f"/api/canvases/{self.id}/versions"

    def draw(self, *elements: Element) -> None:
        answer = self.program.post(f"/api/canvases/{self.id}/elements", json={"elements": elements})
        assert answer.status_code == 200, answer.text

    def change(self, element_id: str, **fields: Any) -> None:
        element = self.elements()[element_id]
        self.draw({**element, **fields, "version": element["version"] + 1})

    def elements(self) -> dict[str, Element]:
        body = self.program.get(f"/api/canvases/{self.id}/elements").json
        return {each["id"]: each for each in (body or {})["elements"]}

    def alive(self) -> dict[str, float]:
        return {name: each["x"] for name, each in self.elements().items() if not each["isDeleted"]}

    def versions(self) -> list[dict[str, Any]]:
        return list((self.program.get(self.path).json or {})["items"])

    def keep(self, name: str) -> dict[str, Any]:
        answer = self.program.post(self.path, json={"name": name})
        assert answer.status_code == 201, answer.text
        return dict(answer.json or {})

    def read(self, version: dict[str, Any]) -> dict[str, Any]:
        answer = self.program.get(f"{self.path}/{version['id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def restore(self, version_id: str) -> dict[str, Any]:
        answer = self.program.post(f"{self.path}/{version_id}/restore")
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def later(self, ago: timedelta = keeping.INTERVAL) -> None:
        """The last version was kept longer ago."""
        self.connection.execute("UPDATE canvas SET versioned_at = versioned_at - %s - interval '1 s'", [ago])


@pytest.fixture
def canvas(app: Flask, database_url: str) -> Iterator[Canvas]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield Canvas(app, connection)


def test_what_was_there_is_kept_before_an_edit_after_a_while_and_only_then(canvas: Canvas) -> None:
    canvas.draw(rectangle("a", x=1))
    canvas.change("a", x=2)
    assert canvas.versions() == []
    canvas.later()
    canvas.change("a", x=3)
    canvas.change("a", x=4)
    (kept,) = canvas.versions()
    assert (kept["cause"], kept["name"], kept["element_count"], kept["canvas_version"]) == ("edit", None, 1, 2)
    assert kept["author"] == canvas.program.get("/api/auth/me").json["name"]  # type: ignore[index]
    assert [each["x"] for each in canvas.read(kept)["elements"]] == [2]
    canvas.later()
    canvas.draw(rectangle("b"))
    assert [each["canvas_version"] for each in canvas.versions()] == [4, 2]


def test_nothing_is_kept_of_a_canvas_on_which_nothing_changed(canvas: Canvas) -> None:
    canvas.later()
    canvas.draw(rectangle("a"))
    assert canvas.versions() == [], "it was empty before"
    first = canvas.keep("Draft")
    canvas.later()
    canvas.change("a", x=9)
    assert [each["id"] for each in canvas.versions()] == [first["id"]], "that state is kept already"


def test_a_version_by_hand_is_whole_has_a_preview_and_stays(canvas: Canvas) -> None:
    canvas.draw(rectangle("a", customData={"k": 1}), rectangle("b", isDeleted=True))
    kept = canvas.keep("  First draft ")
    assert (kept["name"], kept["cause"], kept["expires_at"], kept["element_count"]) == ("First draft", "hand", None, 1)
    assert [each["id"] for each in kept["preview"]] == ["a"]
    assert canvas.read(kept)["elements"] == [canvas.elements()["a"]]
    assert canvas.keep("First draft")["id"] == kept["id"]
    again = canvas.program.post(canvas.path, json={"name": "Other"})
    assert (again.status_code, "“First draft”" in again.json["detail"]) == (409, True)  # type: ignore[index]


def test_an_empty_canvas_is_no_version(canvas: Canvas) -> None:
    assert canvas.program.post(canvas.path, json={"name": "Nothing"}).status_code == 409


def test_what_is_kept_already_gets_the_name(canvas: Canvas) -> None:
    canvas.draw(rectangle("a"))
    canvas.draw(rectangle("b"))
    draft = canvas.keep("Two")
    canvas.change("b", isDeleted=True)
    before = canvas.restore(draft["id"])["before"]
    canvas.restore(before)
    named = canvas.keep("One again")
    assert named["element_count"] == 1
    automatic = next(each for each in canvas.versions() if each["name"] is None)
    renamed = canvas.program.send("PATCH", f"{canvas.path}/{automatic['id']}", json={"name": "Called"})
    assert (renamed.json["name"], renamed.json["expires_at"]) == ("Called", None)  # type: ignore[index]


def test_a_restore_brings_everything_back_as_one_step_that_can_be_undone(canvas: Canvas) -> None:
    canvas.draw(rectangle("moved", x=1), rectangle("deleted", x=2), rectangle("same", x=3))
    draft = canvas.keep("Draft")
    canvas.change("moved", x=50)
    canvas.change("deleted", isDeleted=True)
    canvas.draw(rectangle("new", x=4))
    told = canvas.read(draft)["difference"]
    assert told == {"added": ["new"], "changed": ["moved"], "removed": ["deleted"]}
    now, same = canvas.alive(), canvas.elements()["same"]
    done = canvas.restore(draft["id"])
    assert canvas.alive() == {"moved": 1, "deleted": 2, "same": 3}
    assert canvas.elements()["same"] == same, "what was not changed is not written"
    assert done["written"] == 3
    before = next(each for each in canvas.versions() if each["id"] == done["before"])
    assert (before["cause"], before["about"]) == ("restore", "Draft")
    again = canvas.restore(draft["id"])
    assert (again["written"], again["version"]) == (0, done["version"])
    canvas.restore(done["before"])
    assert canvas.alive() == now


def test_a_change_that_arrives_after_the_restore_it_did_not_know_of_is_not_lost(canvas: Canvas) -> None:
    canvas.draw(rectangle("a", x=1), rectangle("b", x=1))
    draft = canvas.keep("Draft")
    canvas.draw(rectangle("new", x=5))
    on_its_way = [
        {**canvas.elements()[name], "x": 77, "version": 2, "versionNonce": 2**31 - 2} for name in ("b", "new")
    ]
    canvas.change("b", x=2)
    canvas.restore(draft["id"])
    assert canvas.alive() == {"a": 1, "b": 1}
    late = {**on_its_way[0], "version": canvas.elements()["b"]["version"]}
    canvas.draw(late, on_its_way[1])
    assert canvas.alive() == {"a": 1, "b": 77, "new": 77}


def test_five_thousand_elements_are_kept_small_and_restored(canvas: Canvas) -> None:
    for batch in range(5):
        canvas.draw(*(rectangle(f"e{batch}-{n}", x=1) for n in range(1_000)))
    draft = canvas.keep("Large")
    assert draft["element_count"] == 5_000
    assert draft["size"] < 5_000 * 70
    canvas.connection.execute(
        """UPDATE canvas_element SET is_deleted = true, version = 2, data = data || '{"isDeleted": true, "version": 2}'"""
    )
    canvas.connection.execute("UPDATE canvas SET version = version + 1 WHERE id = %s", [canvas.id])
    assert canvas.restore(draft["id"])["written"] == 5_000
    assert len(canvas.alive()) == 5_000


def test_pages_hold_every_version_once_the_newest_first(canvas: Canvas) -> None:
    made = []
    for number in range(5):
        canvas.draw(rectangle(f"e{number}"))
        made.append(canvas.keep(f"Version {number}")["name"])
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = canvas.program.get(f"{canvas.path}?limit=2{cursor and '&cursor=' + cursor}").json or {}
        seen += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


def test_versions_expire_but_for_those_with_a_name_and_are_bounded(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_UNNAMED", 3)
    canvas.draw(rectangle("named"))
    canvas.keep("Stays")
    for number in range(5):
        canvas.draw(rectangle(f"e{number}"))
        canvas.later()
    unnamed = [each["canvas_version"] for each in canvas.versions() if each["name"] is None]
    assert unnamed == [5, 4, 3]
    assert forget_versions(canvas.connection, 200) == 0
    canvas.connection.execute(
        "UPDATE canvas_version SET expires_at = now() - interval '1 s' WHERE expires_at IS NOT NULL"
    )
    assert forget_versions(canvas.connection, 2) == 2
    assert forget_versions(canvas.connection, 200) == 1
    assert [each["name"] for each in canvas.versions()] == ["Stays"]


def test_bytes_of_versions_without_a_name_are_bounded_too(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas.draw(rectangle("a"))
    for number in range(4):
        canvas.later()
        canvas.draw(rectangle(f"e{number}"))
    sizes = [each["size"] for each in canvas.versions()]
    monkeypatch.setattr(keeping, "MOST_UNNAMED_BYTES", 2 * sizes[0] + 100)
    canvas.later()
    canvas.draw(rectangle("last"))
    assert len(canvas.versions()) == 2


def test_names_are_bounded(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_NAMED", 1)
    canvas.draw(rectangle("a"))
    kept = canvas.keep("One")
    canvas.change("a", x=5)
    refused = canvas.program.post(canvas.path, json={"name": "Two"})
    assert (refused.status_code, "Delete one first" in refused.json["detail"]) == (409, True)  # type: ignore[index]
    assert canvas.program.send("DELETE", f"{canvas.path}/{kept['id']}").status_code == 204
    assert canvas.program.get(f"{canvas.path}/{kept['id']}").status_code == 404
    canvas.keep("Two")


def test_a_version_is_reached_through_its_own_canvas_by_those_who_may(app: Flask, canvas: Canvas) -> None:
    canvas.draw(rectangle("a"))
    kept, stranger = canvas.keep("Draft"), new_program(app)
    other = canvas.program.post("/api/canvases", json={"name": "Other"}).json["id"]  # type: ignore[index]
    reader = Program(app, canvas.program.post("/api/tokens", json={"name": "r", "scopes": ["read"]}).json["token"])  # type: ignore[index]
    for method, suffix, body, writes in (
        ("GET", "", None, False),
        ("PATCH", "", {"name": "Mine"}, True),
        ("POST", "/restore", None, True),
        ("DELETE", "", None, True),
    ):
        own = f"{canvas.path}/{kept['id']}{suffix}"
        assert stranger.send(method, own, json=body).status_code == 404
        elsewhere = f"/api/canvases/{other}/versions/{kept['id']}{suffix}"
        assert canvas.program.send(method, elsewhere, json=body).status_code == 404
        assert canvas.program.send(method, f"{canvas.path}/{uuid.uuid4()}{suffix}", json=body).status_code == 404
        assert reader.send(method, own, json=body).status_code == (403 if writes else 200)
    assert canvas.versions() == [kept]


def test_a_canvas_in_the_trash_shows_no_versions_and_has_them_again_when_it_comes_back(canvas: Canvas) -> None:
    canvas.draw(rectangle("a"))
    kept = canvas.keep("Draft")
    canvas.program.send("DELETE", f"/api/canvases/{canvas.id}")
    assert canvas.program.get(canvas.path).status_code == 404
    assert canvas.program.post(f"{canvas.path}/{kept['id']}/restore").status_code == 404
    canvas.program.post(f"/api/canvases/{canvas.id}/restore")
    assert canvas.versions() == [kept]


def test_what_people_do_with_versions_is_audited(canvas: Canvas) -> None:
    canvas.draw(rectangle("a"))
    kept = canvas.keep("Draft")
    canvas.change("a", x=99)
    canvas.restore(kept["id"])
    canvas.program.send("DELETE", f"{canvas.path}/{kept['id']}")
    rows = canvas.connection.execute("SELECT action, details->>'name' FROM audit_entry ORDER BY id").fetchall()
    assert rows == [("canvas.restore_version", "Draft"), ("canvas.delete_version", "Draft")]
