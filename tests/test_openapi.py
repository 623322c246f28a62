"""The served document describes every route of the API, and Swagger UI runs without inline scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.clients import Browser
from tests.described import JOB_ROUTES

UNDESCRIBED = {"/api/openapi.json", "/api/docs", "/api/docs/start.js", "/api/docs/{name}"}


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    answer = Browser(app).get("/api/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json or {})


def test_every_route_is_described_with_a_sentence_and_its_errors(app: Flask, document: dict[str, Any]) -> None:
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        if not path.startswith("/api/") or path in UNDESCRIBED:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            operation = document["paths"][path][method.lower()]
            assert operation["summary"], (method, path)
            assert operation["tags"]
            assert operation["responses"]


def operations(document: dict[str, Any], *tags: str) -> list[tuple[str, dict[str, Any]]]:
    """What the document says of the routes under ``tags``."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and set(operation["tags"]) & set(tags)
    ]


def test_routes_of_jobs_say_why_they_may_refuse(document: dict[str, Any]) -> None:
    found = operations(document, *JOB_ROUTES)
    assert len(found) >= 25
    for name, operation in found:
        described = {status for status, answer in operation["responses"].items() if answer.get("description")}
        keyed = any(parameter.get("name") == "Idempotency-Key" for parameter in operation.get("parameters", ()))
        assert "{" not in name or "404" in described, name
        assert not keyed or "409" in described, name
        assert "For staff" not in operation["summary"] + operation.get("description", "") or "403" in described, name
        for status in described & {"403", "404", "409"}:
            content = operation["responses"][status]["content"]
            assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problem"), name


def test_every_tag_is_written_alike_and_explained(document: dict[str, Any]) -> None:
    for tag in document["tags"]:
        assert re.fullmatch(r"[a-z_]+", tag["name"])
        assert tag["description"]


def test_every_field_of_what_a_job_waits_for_is_explained(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["WaitingFor"]["properties"]
    assert {name for name, field in fields.items() if not field.get("description")} == set()
    assert all(f"`{cause}`" in fields["cause"]["description"] for cause in fields["cause"]["enum"])


def test_errors_are_described_as_problem_documents(document: dict[str, Any]) -> None:
    error = document["components"]["responses"]["DEFAULT_ERROR"]["content"]["application/problem+json"]
    assert error["schema"]["$ref"].endswith("/Problem")
    assert set(document["components"]["schemas"]["Problem"]["required"]) >= {
        "type",
        "title",
        "status",
        "detail",
        "code",
    }


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r"'\$ref': '#/([^']+)'", str(document))):
        place: Any = document
        for step in reference.split("/"):
            assert step in place, reference
            place = place[step]


def test_it_says_how_to_sign_requests(app: Flask, document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["token"] == {"type": "http", "scheme": "bearer"}
    assert schemes["session"]["name"] == app.config["SESSION_COOKIE_NAME"]
    assert {"token": []} in document["security"]


def test_swagger_ui_and_everything_it_needs_come_from_us_without_inline_scripts(app: Flask) -> None:
    browser = Browser(app)
    page = browser.get("/api/docs")
    assert page.mimetype == "text/html"
    needed = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(needed) == 4
    for name in needed:
        answer = browser.get(f"/api/{name}")
        assert answer.status_code == 200, name
        assert len(answer.data) > 100
    assert re.findall(r"<script(?![^>]*src=)[^>]*>", page.text) == []
    assert not re.search(r"\son\w+=", page.text)
    assert browser.get("/api/docs/index.html").status_code == 404
