"""Bad input gets a 4xx problem document that says what to change, never a 500, and leaves no row.

The routes and their fields are read from the served document, so that a new one is tried without being written down here.
Only one good body for each route is: everything else about it is then made wrong, one thing at a time.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from werkzeug.test import TestResponse

from tests.canvases.shapes import rectangle
from tests.clients import Program, new_program

UNKNOWN = "0190a1b2-0000-7000-8000-000000000000"
NEVER_COUNTED = {"rate_limit", "alembic_version"}
TOO_LONG = "x" * 2_000_000

# One good body for each route that takes one. CANVAS stands for a canvas of one's own, USER for oneself, PROVIDER for one
# that there is.
GOOD: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/api/auth/signup"): {"email": "new@example.com", "password": "long enough", "name": "New"},
    ("post", "/api/auth/login"): {"email": "new@example.com", "password": "long enough"},
    ("post", "/api/tokens"): {"name": "Script", "scopes": ["read"], "expires_in_days": 3},
    ("post", "/api/canvases"): {"name": "Plan"},
    ("patch", "/api/canvases/{canvas_id}"): {"name": "Plan"},
    ("post", "/api/canvases/{canvas_id}/elements"): {"elements": [rectangle("a")]},
    ("put", "/api/canvases/{canvas_id}/elements"): {"elements": [rectangle("a")]},
    ("post", "/api/canvases/{canvas_id}/versions"): {"name": "First draft"},
    ("patch", "/api/canvases/{canvas_id}/versions/{version_id}"): {"name": "Second draft"},
    ("post", "/api/ai-agent/create-canvas"): {"instructions": "A -> B", "canvas_id": "CANVAS", "priority": "normal"},
    ("post", "/api/ai-agent/modify-canvas"): {"instructions": "add X after Y", "canvas_id": "CANVAS"},
    ("post", "/api/jobs"): {"job_type": "create_canvas", "request_data": {"instructions": "A -> B"}},
    ("post", "/api/jobs/batch"): {"jobs": [{"job_type": "create_canvas", "request_data": {"instructions": "A -> B"}}]},
    ("post", "/api/jobs/bulk"): {"jobs": [{"job_type": "create_canvas", "request_data": {"instructions": "A -> B"}}]},
    ("post", "/api/jobs/bulk-status"): {"ids": [UNKNOWN]},
    ("post", "/api/queues/{name}/pause"): {"reason": "The printer is on fire"},
    ("post", "/api/jobs/bulk-action"): {"ids": [UNKNOWN], "action": "priority", "priority": "low"},
    ("patch", "/api/jobs/{job_id}"): {"priority": "low"},
    ("post", "/api/admin/jobs/cleanup"): {"older_than_days": 7, "failed": False},
    ("post", "/api/ai-agent/estimate"): {"instructions": "A -> B", "canvas_id": "CANVAS"},
    ("post", "/api/v1/web-knowledge/generate-prompt-async/"): {"manual_prompt": "Our hiring"},
    ("post", "/api/v1/web-knowledge/generate-prompt/"): {"manual_prompt": "Our hiring"},
    ("post", "/api/canvases/{canvas_id}/changes/{job_id}/undo"): {"spare_changed": True},
    ("post", "/api/notices/read"): {"all": True},
    ("put", "/api/notices/settings"): {
        "events": {"job_completed": True, "job_failed": True, "job_cancelled": False},
        "ways": {"toast": True, "browser": False, "sound": False},
        "quiet_hours": {"start": "22:00", "end": "07:30"},
    },
    ("patch", "/api/staff/users/{user_id}"): {"role": "user", "suspended": False},
    ("post", "/api/staff/credits"): {"user_id": "USER", "tokens": 5, "note": "Thanks"},
    ("put", "/api/staff/plans/{user_id}"): {"name": "team", "renewal": "none"},
    ("put", "/api/staff/budgets"): {"user_id": "USER", "day": 1.5, "month": 20},
    ("put", "/api/staff/limits/{scope}/{key}"): {"slots": 3},
    ("put", "/api/staff/providers/order"): {"ids": ["PROVIDER"]},
    ("post", "/api/staff/providers"): {
        "name": "new",
        "kind": "other",
        "base_url": "http://127.0.0.1:9/v1",
        "model": "m",
    },
    ("patch", "/api/staff/providers/{provider_id}"): {"model": "another"},
    ("post", "/api/staff/providers/test"): {"name": "made"},
}
# Good, and refused all the same here: nobody has drawn anything that could be undone.
NOT_NOW = {
    ("post", "/api/canvases/{canvas_id}/changes/{job_id}/undo"),
    ("patch", "/api/canvases/{canvas_id}/versions/{version_id}"),
}


@dataclass
class Api:
    """A program with a canvas and a queued job of its own, one of the staff's, and the served document."""

    program: Program
    staff: Program
    document: dict[str, Any]
    canvas_id: str
    job_id: str
    user_id: str
    provider_id: str
    database_url: str

    def send(self, method: str, path: str, body: Any) -> TestResponse:
        text = self.filled(body)  # lone surrogates stay escapes
        return self.caller(path).send(method, path, data=text, content_type="application/json")

    def filled(self, body: Any) -> str:
        names = {"CANVAS": self.canvas_id, "USER": self.user_id, "PROVIDER": self.provider_id}
        return re.sub(r'"(CANVAS|USER|PROVIDER)"', lambda found: f'"{names[found[1]]}"', json.dumps(body))

    def caller(self, path: str) -> Program:
        return self.staff if path.startswith(("/api/admin/", "/api/queues", "/api/staff/")) else self.program

    def path(self, template: str) -> str:
        own = {
            "canvas_id": self.canvas_id,
            "job_id": self.job_id,
            "name": "default",
            "scope": "queue",
            "key": "default",
        }
        own |= {"user_id": self.user_id, "provider_id": self.provider_id}
        return re.sub(r"\{(\w+)\}", lambda found: own.get(found[1], UNKNOWN), template)

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for template, methods in self.document["paths"].items():
            for method, operation in methods.items():
                if method != "parameters":
                    shared = methods.get("parameters", [])
                    yield method, template, {**operation, "parameters": [*shared, *operation.get("parameters", [])]}

    def schema_of(self, operation: dict[str, Any]) -> dict[str, Any] | None:
        if "requestBody" not in operation:
            return None
        return self.resolved(operation["requestBody"]["content"]["application/json"]["schema"])

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def counts(self) -> dict[str, int]:
        with psycopg.connect(self.database_url) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            count = sql.SQL("SELECT count(*) FROM {}")
            return {
                name: connection.execute(count.format(sql.Identifier(name))).fetchone()[0]  # type: ignore[index]
                for (name,) in names
                if name not in NEVER_COUNTED
            }


@pytest.fixture
def api(app: Flask, database_url: str) -> Api:
    staff, program = new_program(app), new_program(app)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE app_user SET role = 'staff' WHERE id = %s", (staff.get("/api/auth/me").json["id"],))  # type: ignore[index]
    canvas_id = program.post("/api/canvases", json={"name": "Mine"}).json["id"]  # type: ignore[index]
    body = {"instructions": "A -> B", "canvas_id": canvas_id}
    job_id = program.post("/api/ai-agent/create-canvas", json=body).json["job_id"]  # type: ignore[index]
    user_id = program.get("/api/auth/me").json["id"]  # type: ignore[index]
    provider = {"name": "made", "base_url": "http://127.0.0.1:9/v1", "model": "m"}
    provider_id = staff.post("/api/staff/providers", json=provider).json["id"]  # type: ignore[index]
    document = dict(program.get("/api/openapi.json").json or {})
    return Api(program, staff, document, canvas_id, job_id, user_id, provider_id, database_url)


@pytest.fixture
def no_row(api: Api) -> Iterator[None]:
    """Nothing is made or removed by what the test does."""
    before = api.counts()
    yield
    assert api.counts() == before


def assert_refused(answer: TestResponse, *names: str, tried: object) -> None:
    """A problem document of 4xx with a sentence; a 422 that is about a field names it."""
    assert 400 <= answer.status_code < 500, (tried, answer.status_code, answer.text[:300])
    assert answer.content_type == "application/problem+json", tried
    body = answer.json
    assert isinstance(body, dict)
    assert body["status"] == answer.status_code
    assert len(body["detail"]) > 15, tried
    assert "Traceback" not in answer.text
    if names and answer.status_code == 422:
        said = json.dumps([body.get("errors"), body["detail"]])
        assert any(name in said for name in names), (tried, body)


def test_every_route_that_takes_a_body_has_a_good_one_here(api: Api) -> None:
    taking = {(method, path) for method, path, operation in api.operations() if "requestBody" in operation}
    assert taking == set(GOOD)


def test_what_is_called_good_here_is_good(api: Api) -> None:
    for (method, template), body in GOOD.items():
        waiting = "?wait=0" if template.endswith("/generate-prompt/") else ""  # nobody works here
        answer = api.send(method, api.path(template) + waiting, body)
        expected = (404, 409) if (method, template) in NOT_NOW else (200, 201, 202)
        assert answer.status_code in expected, (template, answer.text)


def test_malformed_bodies(api: Api, no_row: None) -> None:
    bodies: list[tuple[bytes, str]] = [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"null", "application/json"),
        (b'"text"', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"{" + b'"a":{' * 2_000 + b"}" * 2_000 + b"}", "application/json"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b'{"a": 1}', "text/plain"),
        (b'{"a": NaN}', "application/json"),
        (rb'{"a\u0000": 1}', "application/json"),
        (rb'{"\ud800": 1}', "application/json"),
    ]
    for method, template in GOOD:
        for data, content_type in bodies:
            answer = api.program.send(method, api.path(template), data=data, content_type=content_type)
            assert_refused(answer, tried=(template, data[:20]))


def test_no_body_and_unknown_fields(api: Api, no_row: None) -> None:
    for method, template, operation in api.operations():
        schema = api.schema_of(operation)
        if schema is None:
            continue
        if schema.get("required"):
            empty: list[Any] = [None, {}]
            for body in empty:
                answer = api.program.send(method, api.path(template), json=body)
                assert_refused(answer, *schema["required"], tried=(template, body))
        answer = api.send(method, api.path(template), {**GOOD[method, template], "surprise": 1})
        assert_refused(answer, "surprise", tried=(template, "surprise"))


def wrong_values(schema: dict[str, Any]) -> list[Any]:
    """Values that a field of this schema cannot have."""
    kinds = schema.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    values: list[Any] = []
    if "string" in kinds:
        values += [5, True, ["x"], {"a": "b"}, "nul\x00", "lone \ud800", TOO_LONG]
        if schema.get("format") == "uuid":
            values += ["no uuid", "", UNKNOWN[:-1], UNKNOWN + "0"]
        if schema.get("format") == "date-time":
            values += ["yesterday", "2026-01-31", "2026-01-31T00:00:00", "9999-99-99T00:00:00Z"]
        if "enum" in schema:
            values += ["no such", "", schema["enum"][0].upper()]
    elif "integer" in kinds:
        values += ["x", "1e3", 1.5, -1, 10**30, ["1"], {}]
    elif "number" in kinds:
        values += ["x", -1, 1e300, ["1"], {}]
    elif "boolean" in kinds:
        values += ["maybe", 5, [], {}]
    elif "array" in kinds:
        items = schema.get("items", {})
        values += ["x", 5, {}, [["x"]], [5]]
        if items.get("type") == "string":
            values += [["nul\x00"], [TOO_LONG]]
    elif "object" in kinds:
        values += ["x", 5, ["x"], {"nul\x00": 1}, {"deep": "nul\x00"}, {"deep": ["lone \ud800"]}]
    if "null" not in kinds and {"type": "null"} not in schema.get("anyOf", []):
        values.append(None)
    return values


def test_every_field_of_every_body_is_checked(api: Api, no_row: None) -> None:
    tried = 0
    for method, template, operation in api.operations():
        schema = api.schema_of(operation)
        for name, described in (schema or {}).get("properties", {}).items():
            for value in wrong_values(api.resolved(described)):
                answer = api.send(method, api.path(template), {**GOOD[method, template], name: value})
                assert_refused(answer, name, tried=(method, template, name, repr(value)[:40]))
                tried += 1
    assert tried > 150


def wrong_texts(schema: dict[str, Any]) -> list[str]:
    """The same for a parameter of a query, where everything is a text (of valid UTF-8, and never so long)."""
    found = [
        str(value) for value in wrong_values(schema) if isinstance(value, (str, int)) and value not in (True, 5, "")
    ]
    return ["x" * 5_000 if text == TOO_LONG else text for text in found if "\ud800" not in text]


def test_every_parameter_of_every_query_is_checked(api: Api, no_row: None) -> None:
    tried = 0
    for method, template, operation in api.operations():
        body = GOOD.get((method, template))
        data = {} if body is None else {"json": json.loads(api.filled(body))}
        for parameter in operation["parameters"]:
            if parameter["in"] != "query":
                continue
            for text in wrong_texts(parameter["schema"]):
                query = {parameter["name"]: text}
                answer = api.program.send(method, api.path(template), query_string=query, **data)
                assert_refused(answer, parameter["name"], tried=(method, template, parameter["name"], text[:40]))
                tried += 1
    assert tried > 20


@pytest.mark.parametrize("path", ["/api/jobs", "/api/canvases"])
def test_lists_refuse_wrong_limits_and_broken_cursors(api: Api, path: str) -> None:
    for limit in ("-1", "0", "101", "x", "1.5", "999999999999999999999"):
        assert_refused(api.program.get(f"{path}?limit={limit}"), "limit", tried=limit)
    for cursor in ("x", "AAAA", "eyJhIjogMX0", "MjAyNi0wMS0wMVQwMDowMDowMCswMDowMCB4", "%F0%9F%8E%89", "a" * 5_000):
        assert_refused(api.program.get(f"{path}?cursor={cursor}"), "cursor", tried=cursor)


def test_ids_that_are_none_and_ids_of_nothing(api: Api, no_row: None) -> None:
    for method, template, operation in api.operations():
        names = re.findall(r"\{(\w+)\}", template)
        if not names or template.startswith("/api/docs"):
            continue
        body = GOOD.get((method, template)) if "requestBody" in operation else None
        for wrong in (
            UNKNOWN,
            str(uuid.uuid4()),
            "no-uuid",
            "1",
            UNKNOWN[:-1],
            "%00",
            "..",
            "a%2Fb",
            "%F0%9F%8E%89",
            "'",
        ):
            path = re.sub(r"\{\w+\}", wrong, template)
            answer = api.caller(path).send(method, path, json=body)
            of_a_list = (422,) if "{scope}" in template else ()  # no id, one of four words
            assert answer.status_code in (400, 404, 405, *of_a_list), (method, path, answer.text)
            assert_refused(answer, tried=(method, path))


def test_idempotency_keys_are_checked(api: Api, no_row: None) -> None:
    for method, template, operation in api.operations():
        if not any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]):
            continue
        text = api.filled(GOOD.get((method, template), {}))
        for key in ("", "x" * 5_000, "tab\there", "\x7f"):
            headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
            answer = api.program.send(method, api.path(template), data=text, headers=headers)
            assert_refused(answer, "Idempotency-Key", tried=(template, key[:10]))


def test_instructions_of_two_megabytes_and_priorities_that_are_none(api: Api, no_row: None) -> None:
    for route in ("create-canvas", "modify-canvas"):
        good = GOOD["post", f"/api/ai-agent/{route}"]
        for field, value in [
            ("instructions", TOO_LONG),
            ("instructions", "  "),
            ("priority", "asap"),
            ("priority", "URGENT"),
        ]:
            answer = api.send("post", f"/api/ai-agent/{route}", {**good, field: value})
            assert answer.status_code == 422, (route, field)
            assert_refused(answer, field, tried=(route, field))
    for request_data in ({}, {"instructions": TOO_LONG}, {"instructions": "A -> B", "more": 1}, {"instructions": 5}):
        answer = api.send("post", "/api/jobs", {"job_type": "create_canvas", "request_data": request_data})
        assert answer.status_code == 422
        assert_refused(answer, "instructions", "more", tried=str(request_data)[:40])
    for job_type in ("no_such_type", "diagnostic_noop", "diagnostic_sleep"):
        assert_refused(api.send("post", "/api/jobs", {"job_type": job_type}), "job_type", "staff", tried=job_type)


def test_canvases_that_are_unknown_foreign_or_deleted(app: Flask, api: Api) -> None:
    foreign = new_program(app).post("/api/canvases", json={}).json["id"]  # type: ignore[index]
    deleted = api.program.post("/api/canvases", json={}).json["id"]  # type: ignore[index]
    api.program.send("DELETE", f"/api/canvases/{deleted}")
    before = api.counts()
    for canvas_id in (UNKNOWN, foreign, deleted):
        for route in ("create-canvas", "modify-canvas"):
            answer = api.send("post", f"/api/ai-agent/{route}", {"instructions": "A -> B", "canvas_id": canvas_id})
            assert answer.status_code == 404, (route, canvas_id)
            assert_refused(answer, tried=(route, canvas_id))
        request = {"instructions": "A -> B", "canvas_id": canvas_id}
        answer = api.send("post", "/api/jobs", {"job_type": "modify_canvas", "request_data": request})
        assert_refused(answer, tried=("jobs", canvas_id))
    assert api.counts() == before
