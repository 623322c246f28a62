"""The served document describes every route of the API, and Swagger UI runs without inline scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.clients import Browser

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
