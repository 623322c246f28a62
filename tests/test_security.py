"""Strict input and safe headers, for every route alike."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.clean_input import MAX_DEPTH, problem_with
from backend.errors import TooManyRequests
from backend.security import CONTENT_SECURITY_POLICY, RequestRate
from tests.clients import Browser, Program, new_program


@pytest.fixture
def program(app: Flask) -> Program:
    return new_program(app)


def post_raw(program: Program, data: bytes, content_type: str = "application/json") -> TestResponse:
    return program.send("POST", "/api/canvases", data=data, content_type=content_type)


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


def test_every_answer_is_hardened(app: Flask) -> None:
    browser = Browser(app)
    for path in ("/", "/api/session", "/api/nothing", "/api/docs", "/health", "/api/auth/me"):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["X-App-Version"] == browser.get("/api/session").json["version"]  # type: ignore[index]
        assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in browser.get("/", base_url="https://canvas.example").headers
    assert browser.get("/api/session").headers["Cache-Control"] == "no-store"


def test_the_policy_lets_no_inline_script_and_no_other_host_in() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split(";"))
    assert rules["script-src"] == rules["default-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        (b"{", 400, "not valid JSON"),
        (b'{"name": NaN}', 400, "not valid JSON"),
        (b'{"name": 1e999}', 400, "infinity"),
        (b'{"name": "\xff"}', 400, "UTF-8"),
        (rb'{"name": "\ud800"}', 400, "surrogate"),
        (b"[" * 5_000 + b"]" * 5_000, 400, "depth"),
        (b"[]", 422, "must be a JSON object"),
        (b'"name"', 422, "must be a JSON object"),
        (b"null", 422, "must be a JSON object"),
        (rb'{"name": "a\u0000b"}', 422, "NUL"),
        (rb'{"a\u0000": 1}', 422, "NUL"),
        (json.dumps(nested(100)).encode(), 422, "levels"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_malformed_body_is_refused_and_told_why(program: Program, data: bytes, status: int, says: str) -> None:
    answer = post_raw(program, data)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert says in answer.json["detail"]  # type: ignore[index]
    assert program.get("/api/canvases").json["items"] == []  # type: ignore[index]


def test_a_body_must_be_json_by_its_content_type(program: Program) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = post_raw(program, b'{"name": "x"}', content_type)
        assert answer.status_code == 415, content_type
        assert "application/json" in answer.json["detail"]  # type: ignore[index]
    assert post_raw(program, b'{"name": "x"}', "application/json; charset=utf-8").status_code == 201


def test_a_body_has_a_measure_that_depends_on_the_route(app: Flask, program: Program) -> None:
    large = {"name": "x" * 70_000}
    answer = program.post("/api/tokens", json=large)
    assert answer.status_code == 413
    assert answer.json["code"] == "payload_too_large"  # type: ignore[index]
    assert "65,536" in answer.json["detail"]  # type: ignore[index]
    assert program.post("/api/canvases", json=large).status_code == 422
    huge = program.send("POST", "/api/canvases", data=b" " * (app.config["MAX_CONTENT_LENGTH"] + 1))
    assert huge.status_code == 413


def test_a_body_of_unknown_length_is_read_and_measured_too(program: Program) -> None:
    def send(data: bytes, path: str = "/api/canvases") -> TestResponse:
        headers = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}
        return program.send("POST", path, input_stream=BytesIO(data), headers=headers)

    assert send(b'{"name": "Chunked"}').json["name"] == "Chunked"  # type: ignore[index]
    assert send(b"{").status_code == 400
    assert send(b'{"name": "' + b"x" * 70_000 + b'"}', "/api/tokens").status_code == 413


def test_characters_that_postgres_cannot_store_are_refused_in_addresses(program: Program) -> None:
    for path in ("/api/canvases?q=%00", "/api/canvases?%00=1", "/api/jobs/%00", "/api/canvases?q=ok&q=a%00"):
        answer = program.get(path)
        assert answer.status_code == 400, path
        assert answer.json["code"] == "bad_text"  # type: ignore[index]


def test_other_methods_are_refused_with_those_that_are_allowed(app: Flask) -> None:
    browser = Browser(app)
    for method, path, allowed in [
        ("TRACE", "/api/session", "GET"),
        ("PUT", "/api/session", "GET"),
        ("TRACE", "/", "GET"),
        ("DELETE", "/api/auth/login", "POST"),
        ("PROPFIND", "/api/canvases", "POST"),
    ]:
        answer = browser.send(method, path)
        assert answer.status_code == 405, (method, path)
        assert allowed in answer.headers["Allow"]
        assert answer.content_type == "application/problem+json"


def test_an_unknown_route_of_the_api_is_a_problem_whatever_the_method(app: Flask) -> None:
    browser = Browser(app)
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        answer = browser.send(method, "/api/nothing/here")
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"


def test_too_many_requests_are_told_when_to_come_back(app: Flask) -> None:
    rate: RequestRate = app.extensions["collabcanvas.request_rate"]
    rate.per_minute = 3
    browser = Browser(app)
    statuses = [browser.get("/api/session").status_code for _ in range(5)]
    # The five may lie on both sides of a full minute.
    assert 429 in statuses or len(statuses) > 3
    rate.per_minute = 0
    answer = browser.get("/api/session")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert browser.get("/health").status_code == 200


def test_requests_are_counted_by_address_and_minute() -> None:
    rate = RequestRate(per_minute=2)
    for now in (60.0, 119.9):
        rate.check("a", now)
    with pytest.raises(TooManyRequests) as refused:
        rate.check("a", 119.0)
    assert refused.value.headers == {"Retry-After": "1"}
    rate.check("b", 119.0)
    rate.check("a", 120.0)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [1, {"b": "x\x00"}]}, "a.1.b"),
        ({"a": "\udfff"}, "a"),
        ({"a": [float("nan")]}, "a.0"),
        ({"a": float("-inf")}, "a"),
        ({"a": {"\x00": 1}}, "a"),
        ({"\ud800": 1}, "body"),
    ],
)
def test_a_flaw_is_found_wherever_it_is(value: Any, where: str) -> None:
    flaw = problem_with(value)
    assert flaw is not None
    assert flaw.where == where


def test_ordinary_values_have_no_flaw() -> None:
    assert (
        problem_with({"text": "ünï 🎉 \n\t", "n": [0, -1.5, True, None, 10**15], "deep": nested(MAX_DEPTH - 2)}) is None
    )
    assert problem_with(nested(MAX_DEPTH + 1)) is not None
