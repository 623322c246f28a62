"""The page is served at every address of the application, and nothing else is taken for it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask

import backend.tasks  # noqa: F401 - fills the registry
from backend.ai.calling.provider import FaultCode
from backend.app import create_app
from backend.config import ROOT, Settings
from backend.jobs.registry import all_tasks
from tests.clients import Browser
from tests.closing import close_app

PAGE = "<!doctype html><title>CollabCanvas</title>"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A build."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-abc123.js").write_text("plain")
    (folder / "assets" / "index-abc123.js.gz").write_bytes(gzip.compress(b"packed"))
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def visitor(settings: Settings, dist: Path) -> Iterator[Browser]:
    app: Flask = create_app(replace(settings, frontend_dist=dist))
    yield Browser(app)
    close_app(app)


def test_every_address_of_the_browsers_router_is_the_page(visitor: Browser) -> None:
    for path in ("/", "/canvas/01a20372-05f9-79d1-878b-a81ad3e0d2b9", "/jobs", "/settings", "/signin?next=/jobs"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.text) == (200, PAGE), path
        assert answer.mimetype == "text/html"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in answer.headers


def test_assets_are_kept_for_a_year_and_sent_compressed_to_who_understands(visitor: Browser) -> None:
    plain = visitor.get("/assets/index-abc123.js")
    assert (plain.text, plain.mimetype) == ("plain", "text/javascript")
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    packed = visitor.get("/assets/index-abc123.js", headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(packed.data) == b"packed"
    assert (packed.headers["Content-Encoding"], packed.mimetype) == ("gzip", "text/javascript")
    assert "Accept-Encoding" in packed.headers["Vary"]
    other = visitor.get("/favicon.svg")
    assert (other.mimetype, other.text) == ("image/svg+xml", "<svg/>")


def test_what_is_not_there_is_not_the_page(visitor: Browser) -> None:
    for path in (
        "/assets/gone-1.js",
        "/gone.js",
        "/api",
        "/api/gone",
        "/metrics/x",
        "/ready/x",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 404, path
        assert answer.content_type == "application/problem+json"
    assert visitor.post("/jobs").status_code == 404


def test_nothing_outside_the_build_is_served(visitor: Browser) -> None:
    for path in ("/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"):
        assert "secret" not in visitor.get(path).text.replace("secret.txt", ""), path


def test_another_build_is_another_version(settings: Settings, dist: Path, visitor: Browser) -> None:
    before = visitor.get("/").headers["X-App-Version"]
    (dist / "index.html").write_text(PAGE + '<meta name="build" content="0a1b2c3d">')
    rebuilt = create_app(replace(settings, frontend_dist=dist))
    assert Browser(rebuilt).get("/").headers["X-App-Version"] != before


def test_without_a_build_the_page_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, frontend_dist=tmp_path / "nothing"))
    answer = app.test_client().get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text
    assert app.test_client().get("/api/docs").status_code == 200


def test_job_types_and_the_faults_of_providers_have_names_on_the_pages() -> None:
    names = (ROOT / "frontend" / "src" / "features" / "jobs" / "names.ts").read_text()
    ours = {task.name for task in all_tasks() if task.handler.__module__.startswith("backend.")}
    assert len(ours) > 5
    assert {code for code in ours | set(get_args(FaultCode)) if f"  {code}: " not in names} == set()
