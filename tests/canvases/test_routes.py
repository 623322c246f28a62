"""Canvases over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.canvases.shapes import rectangle
from tests.clients import Browser, Program, new_program


@pytest.fixture
def program(app: Flask) -> Program:
    return new_program(app)


def new_canvas(program: Program | Browser, name: str = "Plan") -> dict[str, Any]:
    answer = program.post("/api/canvases", json={"name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def names(program: Program, query: str = "") -> list[str]:
    return [item["name"] for item in program.get(f"/api/canvases{query}").json["items"]]  # type: ignore[index]


def test_a_canvas_is_made_with_and_without_a_name(program: Program) -> None:
    answer = program.post("/api/canvases", json={"name": "  Onboarding "})
    assert answer.status_code == 201
    body = answer.json
    assert body is not None
    assert (body["name"], body["version"], body["element_count"], body["role"]) == ("Onboarding", 0, 0, "owner")
    assert answer.headers["Location"].endswith(f"/api/canvases/{body['id']}")
    assert program.get(f"/api/canvases/{body['id']}").json == body
    assert program.post("/api/canvases").json["name"] == "Untitled canvas"  # type: ignore[index]


def test_a_name_must_be_a_name(program: Program) -> None:
    canvas = new_canvas(program)
    for name in ("", "   ", "x" * 201, 5, None, ["x"]):
        for answer in (
            program.post("/api/canvases", json={"name": name}),
            program.send("PATCH", f"/api/canvases/{canvas['id']}", json={"name": name}),
        ):
            assert answer.status_code == 422
            assert list(answer.json["errors"]) == ["name"]  # type: ignore[index]
    assert names(program) == ["Plan"]


def test_a_canvas_is_renamed_and_comes_first_then(program: Program) -> None:
    first, _ = new_canvas(program, "first"), new_canvas(program, "second")
    assert names(program) == ["second", "first"]
    answer = program.send("PATCH", f"/api/canvases/{first['id']}", json={"name": "Renamed"})
    assert answer.status_code == 200
    assert names(program) == ["Renamed", "second"]


def test_a_canvas_goes_to_the_trash_and_comes_back_with_everything(program: Program) -> None:
    canvas = new_canvas(program)
    path = f"/api/canvases/{canvas['id']}"
    program.post(f"{path}/elements", json={"elements": [rectangle("a"), rectangle("b", isDeleted=True)]})
    assert program.send("DELETE", path).status_code == 204
    assert names(program) == []
    assert names(program, "?trash=1") == ["Plan"]
    assert program.get(path).json["deleted_at"] is not None  # type: ignore[index]
    assert program.get(f"{path}/elements").status_code == 404
    assert program.post(f"{path}/elements", json={"elements": []}).status_code == 404
    assert program.send("PATCH", path, json={"name": "x"}).status_code == 404
    assert program.send("DELETE", path).status_code == 404
    restored = program.post(f"{path}/restore")
    assert restored.status_code == 200
    assert (restored.json["deleted_at"], restored.json["element_count"]) == (None, 1)  # type: ignore[index]
    assert len(program.get(f"{path}/elements").json["elements"]) == 2  # type: ignore[index]
    assert names(program, "?trash=1") == []
    assert program.post(f"{path}/restore").status_code == 200


def test_pages_hold_every_canvas_once(program: Program) -> None:
    made = {new_canvas(program, f"Canvas {n}")["id"] for n in range(7)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = program.get(f"/api/canvases?limit=3{cursor}").json
        assert page is not None
        assert len(page["items"]) <= 3
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7


def test_names_are_searched_literally_and_in_any_case(program: Program) -> None:
    for name in ("100% done", "100 done", "Über uns", "a_b", "axb"):
        new_canvas(program, name)
    assert names(program, "?q=100%25") == ["100% done"]
    assert names(program, "?q=DONE") == ["100 done", "100% done"]
    assert names(program, "?q=a_b") == ["a_b"]
    assert names(program, "?q=%C3%9Cber") == ["Über uns"]
    assert names(program, "?q=nothing") == []


WRONG_QUERIES = (
    "limit=0 limit=-1 limit=101 limit=x limit=1e3 limit=99999999999999999999 "
    f"cursor= cursor=x cursor=MjAyNg cursor={'A' * 300} trash=maybe q={'x' * 201}"
)


def test_a_wrong_query_is_refused_with_the_parameter(program: Program) -> None:
    for query in WRONG_QUERIES.split():
        answer = program.get(f"/api/canvases?{query}")
        assert answer.status_code == 422, query
        assert list(answer.json["errors"]) == [query.partition("=")[0]]  # type: ignore[index]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_elements_are_written_and_read_complete(program: Program, method: str) -> None:
    path = f"/api/canvases/{new_canvas(program)['id']}/elements"
    element = rectangle("a", customData={"job": "j", "key": "k"}, x=0.1 + 0.2)
    answer = program.send(method, path, json={"elements": [element]})
    assert answer.status_code == 200
    assert answer.json == {"version": 1, "accepted": ["a"], "stale": []}
    assert program.get(path).json == {"elements": [element], "version": 1}
    stale = program.send(method, path, json={"elements": [{**element, "version": 0}]}).json
    assert stale == {"version": 1, "accepted": [], "stale": [element]}
    assert program.get(f"{path}?since=1").json == {"elements": [], "version": 1}


def test_a_refused_element_leaves_no_trace_of_its_update(program: Program, database_url: str) -> None:
    path = f"/api/canvases/{new_canvas(program)['id']}/elements"
    answer = program.post(path, json={"elements": [rectangle("good"), rectangle("bad", x="left")]})
    assert answer.status_code == 422
    assert answer.json["errors"] == {"elements": {"bad": {"x": ["Must be a number from -1e+08 to 1e+08."]}}}  # type: ignore[index]
    assert program.get(path).json == {"elements": [], "version": 0}
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM canvas_element").fetchone() == (0,)


def test_five_thousand_elements_are_read_in_one_answer(program: Program) -> None:
    path = f"/api/canvases/{new_canvas(program)['id']}/elements"
    for batch in range(5):
        update = [rectangle(f"e{batch}-{n}") for n in range(1_000)]
        assert program.post(path, json={"elements": update}).status_code == 200
    body = program.get(path).json
    assert body is not None
    assert (len(body["elements"]), body["version"]) == (5_000, 5)


def test_a_canvas_is_nobody_elses_not_even_staffs(app: Flask, program: Program) -> None:
    canvas = new_canvas(program, "Secret")
    stranger, staff = new_program(app), new_program(app)
    email = staff.get("/api/auth/me").json["email"]  # type: ignore[index]
    app.test_cli_runner().invoke(args=["accounts", "create-staff", "--email", email])
    requests: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("POST", "/restore", None),
        ("GET", "/elements", None),
        ("POST", "/elements", {"elements": [rectangle()]}),
        ("PUT", "/elements", {"elements": [rectangle()]}),
    ]
    for method, suffix, body in requests:
        unknown = stranger.send(method, f"/api/canvases/{uuid.uuid4()}{suffix}", json=body)
        for other in (stranger, staff):
            answer = other.send(method, f"/api/canvases/{canvas['id']}{suffix}", json=body)
            assert answer.status_code == 404, (method, suffix)
            assert answer.json == unknown.json
    for other in (stranger, staff):
        assert other.get("/api/canvases?q=Secret").json["items"] == []  # type: ignore[index]
    assert program.get(f"/api/canvases/{canvas['id']}").json == canvas
