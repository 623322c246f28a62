"""Nobody reaches what belongs to somebody else: every route and every message, tried by a stranger and by nobody.

A route or message that is new fails here until it is described below: say how to aim it at somebody else's things. So does an id
that a query, a body or a type of job begins to take.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import psycopg
import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from psycopg import sql

from backend.extensions import socketio
from backend.live.server import socket_server
from backend.live.state import live
from tests.canvases.shapes import rectangle
from tests.clients import Browser, Program, new_program
from tests.id_fields import declared_ids, ids_in_tasks, names_in

SECRET = "nobody else may read this"
# What a stranger's request, which names somebody else's things, may leave behind: its own limits and jobs' counters.
NOT_THEIRS = {"alembic_version", "rate_limit", "throttle"}


@dataclass
class Owned:
    """What one person has: ids by name, and everything of it that must never appear in an answer to somebody else."""

    ids: dict[str, str]

    @property
    def traces(self) -> list[str]:
        return [SECRET, *self.ids.values()]


@dataclass
class Aim:
    """How to send a request at somebody else's things. ``body`` gets the owner's ids, and so do the ``other_bodies``.

    ``foreign`` are the answers that a stranger may get, ``nobody`` those of a request without any credentials, ``looker`` those
    of read-only staff to a request that would change something. ``path`` fills what in the address is no id.
    """

    body: Callable[[dict[str, str]], Any] = lambda _: None
    other_bodies: tuple[Callable[[dict[str, str]], Any], ...] = ()
    query: str = ""
    path: dict[str, str] = field(default_factory=dict)
    foreign: frozenset[int] = frozenset({404})
    nobody: frozenset[int] = frozenset({401})
    looker: frozenset[int] = frozenset({403})


OPEN = Aim(foreign=frozenset({200, 503}), nobody=frozenset({200, 503}))  # 503: nothing built, nothing listening
OWN_LIST = Aim(foreign=frozenset({200}))
STAFF = Aim(foreign=frozenset({403}))
NOWHERE = "00000000-0000-7000-8000-000000000000"
OWN_THING = frozenset({200, 201, 202, 204})

ROUTES: dict[tuple[str, str], Aim] = {
    # for everybody
    ("GET", "/"): OPEN,
    ("GET", "/assets/<path:name>"): Aim(path={"name": "no.js"}, nobody=frozenset({404})),
    ("GET", "/health"): OPEN,
    ("GET", "/ready"): OPEN,
    ("GET", "/api/openapi.json"): OPEN,
    ("GET", "/api/docs"): OPEN,
    ("GET", "/api/docs/start.js"): OPEN,
    ("GET", "/api/docs/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>"): Aim(
        path={"name": "swagger-ui.css"}, foreign=frozenset({200}), nobody=frozenset({200})
    ),
    # accounts
    ("GET", "/api/session"): OPEN,
    ("GET", "/api/version"): OPEN,
    ("GET", "/api/auth/csrf"): OPEN,
    ("GET", "/api/auth/me"): OWN_LIST,
    ("POST", "/api/auth/signup"): Aim(
        body=lambda _: {"email": "stranger@example.com", "password": "long enough"},
        foreign=frozenset({201, 409}),
        nobody=frozenset({201, 409}),
    ),
    ("POST", "/api/auth/login"): Aim(
        body=lambda ids: {"email": ids["email"], "password": "a guess"}, foreign=frozenset({401})
    ),
    ("POST", "/api/auth/guest"): Aim(foreign=frozenset({201}), nobody=frozenset({201})),
    ("POST", "/api/auth/logout"): Aim(foreign=frozenset({204}), nobody=frozenset({204})),
    ("GET", "/api/tokens"): OWN_LIST,
    ("POST", "/api/tokens"): Aim(body=lambda _: {"name": "x", "scopes": ["read"]}, foreign=OWN_THING),
    ("DELETE", "/api/tokens/<uuid:token_id>"): Aim(),
    # canvases
    ("GET", "/api/canvases"): OWN_LIST,
    ("POST", "/api/canvases"): Aim(body=lambda _: {}, foreign=OWN_THING),
    ("GET", "/api/canvases/<uuid:canvas_id>"): Aim(),
    ("PATCH", "/api/canvases/<uuid:canvas_id>"): Aim(body=lambda _: {"name": "Taken over"}),
    ("DELETE", "/api/canvases/<uuid:canvas_id>"): Aim(),
    ("POST", "/api/canvases/<uuid:canvas_id>/restore"): Aim(),
    ("GET", "/api/canvases/<uuid:canvas_id>/elements"): Aim(),
    ("POST", "/api/canvases/<uuid:canvas_id>/elements"): Aim(body=lambda _: {"elements": [rectangle("intruder")]}),
    ("PUT", "/api/canvases/<uuid:canvas_id>/elements"): Aim(body=lambda _: {"elements": [rectangle("intruder")]}),
    ("GET", "/api/canvases/<uuid:canvas_id>/changes"): Aim(),
    ("POST", "/api/canvases/<uuid:canvas_id>/changes/<uuid:job_id>/keep"): Aim(),
    ("POST", "/api/canvases/<uuid:canvas_id>/changes/<uuid:job_id>/undo"): Aim(),
    ("POST", "/api/canvases/<uuid:canvas_id>/changes/<uuid:job_id>/redo"): Aim(),
    ("GET", "/api/canvases/<uuid:canvas_id>/versions"): Aim(),
    ("POST", "/api/canvases/<uuid:canvas_id>/versions"): Aim(body=lambda _: {"name": "Mine"}),
    ("GET", "/api/canvases/<uuid:canvas_id>/versions/<uuid:version_id>"): Aim(),
    ("PATCH", "/api/canvases/<uuid:canvas_id>/versions/<uuid:version_id>"): Aim(body=lambda _: {"name": "Mine"}),
    ("DELETE", "/api/canvases/<uuid:canvas_id>/versions/<uuid:version_id>"): Aim(),
    ("POST", "/api/canvases/<uuid:canvas_id>/versions/<uuid:version_id>/restore"): Aim(),
    # AI
    ("POST", "/api/ai-agent/create-canvas"): Aim(
        body=lambda ids: {"instructions": "A -> B", "canvas_id": ids["canvas_id"]},
        other_bodies=(
            lambda ids: {"instructions": "A -> B", "follow_up_of": ids["job_id"]},
            lambda ids: {"instructions": "A -> B", "variant_of": ids["job_id"]},
        ),
        looker=frozenset({403, 422}),  # 422: a drawing that they may see, and that has not ended
    ),
    ("POST", "/api/ai-agent/modify-canvas"): Aim(
        body=lambda ids: {"instructions": "add X after Y", "canvas_id": ids["canvas_id"]},
        other_bodies=(
            lambda ids: {"instructions": "A", "canvas_id": ids["canvas_id"], "follow_up_of": ids["job_id"]},
            lambda ids: {"instructions": "A", "canvas_id": ids["canvas_id"], "variant_of": ids["job_id"]},
        ),
        looker=frozenset({403, 422}),
    ),
    ("GET", "/api/ai-agent/job/<uuid:job_id>/status"): Aim(),
    ("GET", "/api/ai-agent/job/<uuid:job_id>/result"): Aim(),
    ("DELETE", "/api/ai-agent/job/<uuid:job_id>"): Aim(),
    # prompts
    ("POST", "/api/v1/web-knowledge/generate-prompt-async/"): Aim(
        body=lambda _: {"manual_prompt": "x"}, foreign=OWN_THING
    ),
    ("GET", "/api/v1/web-knowledge/generate-prompt-async/status/<uuid:task_id>/"): Aim(),
    ("POST", "/api/v1/web-knowledge/generate-prompt/"): Aim(
        body=lambda _: {"manual_prompt": "x"}, query="?wait=0", foreign=OWN_THING
    ),
    ("POST", "/api/ai-agent/estimate"): Aim(body=lambda ids: {"instructions": "A -> B", "canvas_id": ids["canvas_id"]}),
    # money
    ("GET", "/api/usage"): OWN_LIST,
    ("GET", "/api/usage/operations"): OWN_LIST,
    ("GET", "/api/usage/entries"): OWN_LIST,
    ("GET", "/api/staff/usage"): STAFF,
    ("POST", "/api/staff/credits"): Aim(
        body=lambda ids: {"user_id": ids["user_id"], "tokens": 5}, foreign=frozenset({403})
    ),
    ("GET", "/api/staff/credits"): Aim(query="?q={user_id}", foreign=frozenset({403})),
    ("GET", "/api/staff/credits/<uuid:user_id>"): STAFF,
    ("GET", "/api/staff/credits/<uuid:user_id>/entries"): STAFF,
    ("PUT", "/api/staff/plans/<uuid:user_id>"): Aim(body=lambda _: {"name": "Mine"}, foreign=frozenset({403})),
    ("DELETE", "/api/staff/plans/<uuid:user_id>"): STAFF,
    ("GET", "/api/staff/budgets"): STAFF,
    ("PUT", "/api/staff/budgets"): Aim(
        body=lambda ids: {"user_id": ids["user_id"], "day": 5.0}, foreign=frozenset({403})
    ),
    # jobs
    ("POST", "/api/jobs"): Aim(
        body=lambda ids: {
            "job_type": "modify_canvas",
            "request_data": {"instructions": "add X after Y", "canvas_id": ids["canvas_id"]},
        }
    ),
    ("POST", "/api/jobs/batch"): Aim(
        body=lambda ids: {
            "jobs": [
                {
                    "job_type": "modify_canvas",
                    "request_data": {"instructions": "add X after Y", "canvas_id": ids["canvas_id"]},
                }
            ]
        }
    ),
    ("GET", "/api/jobs"): Aim(
        query="?user={user_id}&canvas_id={canvas_id}&parent={job_id}", foreign=frozenset({200, 403})
    ),
    ("POST", "/api/jobs/bulk-status"): Aim(body=lambda ids: {"ids": [ids["job_id"]]}, foreign=frozenset({200})),
    ("POST", "/api/jobs/bulk"): Aim(
        body=lambda ids: {
            "jobs": [
                {
                    "job_type": "modify_canvas",
                    "request_data": {"instructions": "add X after Y", "canvas_id": ids["canvas_id"]},
                }
            ]
        }
    ),
    ("GET", "/api/cache/stats"): Aim(foreign=frozenset({403})),
    ("DELETE", "/api/cache"): Aim(query="?canvas_id={canvas_id}", foreign=frozenset({200})),
    ("POST", "/api/jobs/bulk-action"): Aim(
        body=lambda ids: {"ids": [ids["job_id"]], "action": "cancel"},
        other_bodies=(
            lambda ids: {"filter": {"canvas_id": ids["canvas_id"]}, "action": "delete"},
            lambda ids: {"filter": {"parent": ids["job_id"]}, "action": "cancel"},
            lambda ids: {"filter": {"user": ids["user_id"]}, "action": "cancel"},
        ),
        foreign=frozenset({200, 403}),
        looker=frozenset({200, 403}),  # 200: nothing was done, each job has its reason
    ),
    ("POST", "/api/jobs/<uuid:job_id>/retry"): Aim(),
    ("POST", "/api/jobs/<uuid:job_id>/run-again"): Aim(),
    ("PATCH", "/api/jobs/<uuid:job_id>"): Aim(body=lambda _: {"priority": "low"}),
    ("GET", "/api/jobs/stats"): OWN_LIST,
    ("POST", "/api/admin/jobs/cleanup"): Aim(
        body=lambda _: {"older_than_days": 0, "failed": True}, foreign=frozenset({403})
    ),
    ("GET", "/api/jobs/overview"): Aim(query="?scope=all", foreign=frozenset({403})),
    ("GET", "/api/jobs/facets"): Aim(query="?scope=all", foreign=frozenset({403})),
    ("GET", "/api/jobs/<uuid:job_id>/tree"): Aim(),
    ("GET", "/api/jobs/<uuid:job_id>"): Aim(),
    ("GET", "/api/jobs/<uuid:job_id>/result"): Aim(),
    ("DELETE", "/api/jobs/<uuid:job_id>"): Aim(),
    ("GET", "/api/jobs/<uuid:job_id>/events"): Aim(),
    # notices: one's own; ids of others are passed over in silence
    ("GET", "/api/notices"): OWN_LIST,
    ("POST", "/api/notices/read"): Aim(body=lambda ids: {"ids": [ids["notice_id"]]}, foreign=OWN_THING),
    ("GET", "/api/notices/settings"): OWN_LIST,
    ("PUT", "/api/notices/settings"): Aim(
        body=lambda _: {
            "events": {"job_completed": True, "job_failed": True, "job_cancelled": True},
            "ways": {"toast": True, "browser": True, "sound": False},
            "quiet_hours": None,
        },
        foreign=OWN_THING,
    ),
    ("GET", "/api/events"): OWN_LIST,
    # queues: for staff
    ("GET", "/api/queues"): STAFF,
    ("POST", "/api/queues/<string:name>/pause"): Aim(
        path={"name": "ai"}, body=lambda _: {"reason": "Mine now"}, foreign=frozenset({403})
    ),
    ("POST", "/api/queues/<string:name>/resume"): Aim(path={"name": "ai"}, foreign=frozenset({403})),
    # for staff
    ("GET", "/api/staff/queues"): STAFF,
    ("GET", "/api/staff/workers"): STAFF,
    ("GET", "/api/staff/course"): STAFF,
    ("GET", "/api/staff/types"): STAFF,
    ("PUT", "/api/staff/limits/<string:scope>/<path:key>"): Aim(
        path={"scope": "queue", "key": "ai"}, body=lambda _: {"slots": 1}, foreign=frozenset({403})
    ),
    ("DELETE", "/api/staff/limits/<string:scope>/<path:key>"): Aim(
        path={"scope": "queue", "key": "ai"}, foreign=frozenset({403})
    ),
    ("GET", "/api/staff/providers"): STAFF,
    ("POST", "/api/staff/providers"): Aim(
        body=lambda _: {"name": "mine", "base_url": "https://example.org/v1", "model": "m"}, foreign=frozenset({403})
    ),
    ("PATCH", "/api/staff/providers/<uuid:provider_id>"): Aim(
        path={"provider_id": NOWHERE}, body=lambda _: {"enabled": False}, foreign=frozenset({403})
    ),
    ("DELETE", "/api/staff/providers/<uuid:provider_id>"): Aim(path={"provider_id": NOWHERE}, foreign=frozenset({403})),
    ("PUT", "/api/staff/providers/order"): Aim(body=lambda _: {"ids": [NOWHERE]}, foreign=frozenset({403})),
    ("POST", "/api/staff/providers/test"): Aim(body=lambda _: {"name": "mine"}, foreign=frozenset({403})),
    ("GET", "/api/staff/audit"): Aim(query="?target={job_id}&actor={user_id}", foreign=frozenset({403})),
    ("GET", "/api/staff/users"): Aim(query="?q={user_id}", foreign=frozenset({403})),
    ("PATCH", "/api/staff/users/<uuid:user_id>"): Aim(body=lambda _: {"suspended": True}, foreign=frozenset({403})),
}


# How the ids in the request of each type of job are aimed at somebody else's things.
REQUESTS: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "create_canvas": lambda ids: {"instructions": "A -> B", "canvas_id": ids["canvas_id"]},
    "modify_canvas": lambda ids: {"instructions": "add X after Y", "canvas_id": ids["canvas_id"]},
}


@dataclass
class Message:
    """How to aim a message; ``own``: it answers about the sender's own things and succeeds; ``looks``: staff may send it."""

    payload: dict[str, Any] = field(default_factory=dict)
    own: bool = False
    looks: bool = False


MESSAGES: dict[str, Message] = {
    "connect": Message(),  # see test_nobody_connects_without_saying_who_it_is
    "disconnect": Message(),
    "job:watch": Message({"job_id": "{job_id}", "after": 0}, looks=True),
    "job:unwatch": Message({"job_id": "{job_id}"}, own=True),
    "user:watch": Message({"after_time": "2020-01-01T00:00:00Z"}, own=True),
    "canvas:join": Message({"canvas_id": "{canvas_id}"}),
    "canvas:leave": Message({"canvas_id": "{canvas_id}"}, own=True),
    "canvas:update": Message({"canvas_id": "{canvas_id}", "elements": [rectangle("intruder")]}),
    "canvas:presence": Message({"canvas_id": "{canvas_id}", "pointer": {"x": 1, "y": 1}, "selection": []}),
}


def routes_of(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@pytest.fixture(autouse=True)
def streams_end(app: Flask) -> None:
    """What would go on for ever ends after what it says first."""
    live(app).listener.stop()


@pytest.fixture
def owner(app: Flask) -> Program:
    return new_program(app)


@pytest.fixture
def owned(owner: Program, database_url: str) -> Owned:
    """A canvas with an element and a version, a job on it, a notice and a token."""
    me = owner.get("/api/auth/me").json
    assert me is not None
    canvas_id = owner.post("/api/canvases", json={"name": SECRET}).json["id"]  # type: ignore[index]
    element = rectangle("theirs", type="text", text=SECRET, fontSize=20)
    owner.post(f"/api/canvases/{canvas_id}/elements", json={"elements": [element]})
    job = owner.post("/api/ai-agent/create-canvas", json={"instructions": f"{SECRET} -> B", "canvas_id": canvas_id})
    assert job.status_code == 202, job.text
    (token,) = owner.get("/api/tokens").json["items"]  # type: ignore[index]
    job_id = job.json["job_id"]  # type: ignore[index]
    ids = {"canvas_id": canvas_id, "job_id": job_id, "task_id": job_id, "token_id": token["id"]}
    ids["version_id"] = owner.post(f"/api/canvases/{canvas_id}/versions", json={"name": SECRET}).json["id"]  # type: ignore[index]
    with psycopg.connect(database_url) as connection:
        notice = connection.execute(
            "INSERT INTO notice (user_id, cause, kind, title) VALUES (%s, 'test', 'job_failed', %s) RETURNING id",
            [me["id"], SECRET],
        ).fetchone()
    ids["notice_id"] = str(notice[0]) if notice else ""
    return Owned({**ids, "user_id": me["id"], "email": me["email"]})


@pytest.fixture
def unchanged(owner: Program, owned: Owned, database_url: str) -> Iterator[None]:
    """What the owner has is the same before and after."""

    def snapshot() -> dict[str, list[str]]:
        with psycopg.connect(database_url) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            texts = "SELECT to_jsonb(t)::text FROM {} t ORDER BY 1"
            rows = {
                name: connection.execute(sql.SQL(texts).format(sql.Identifier(name))).fetchall()
                for (name,) in names
                if name not in NOT_THEIRS
            }
        return {
            name: [text for (text,) in table if any(trace in text for trace in owned.traces)]
            for name, table in rows.items()
        }

    before = snapshot()
    assert all(
        before[name] for name in ("app_user", "canvas", "canvas_element", "canvas_version", "ai_job", "ai_job_event")
    )
    yield
    assert snapshot() == before
    assert owner.get("/api/auth/me").status_code == 200


def test_every_route_is_described_here(app: Flask) -> None:
    new, gone = routes_of(app) - set(ROUTES), set(ROUTES) - routes_of(app)
    assert not new, f"Say in ROUTES how {sorted(new)} is aimed at somebody else's things, and what strangers are told."
    assert not gone, f"Take {sorted(gone)} out of ROUTES: there is no such route."


def test_every_message_is_described_here(app: Flask) -> None:
    known = set(socket_server().handlers["/"])
    assert not known - set(MESSAGES), f"Say in MESSAGES how {known - set(MESSAGES)} is aimed at somebody else's things."
    assert not set(MESSAGES) - known, f"Take {set(MESSAGES) - known} out of MESSAGES: there is no such message."


def test_every_id_of_a_query_or_body_is_aimed_at_somebody(app: Flask, owned: Owned) -> None:
    """By the served description: a parameter that no Aim fills is one that nobody has tried."""
    aims = {(method, re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule)): aim for (method, rule), aim in ROUTES.items()}
    for method, path, name in sorted(declared_ids(app)):
        aim = aims[method, path]
        bodies = [make(owned.ids) for make in (aim.body, *aim.other_bodies)]
        filled = set(parse_qs(aim.query.removeprefix("?"))) | {found for body in bodies for found in names_in(body)}
        assert name in filled, (
            f"{method} {path} takes “{name}”: fill it with somebody else's id in the query or a body of its Aim."
        )


def test_every_id_of_a_job_is_aimed_at_somebody() -> None:
    for job_type, names in ids_in_tasks().items():
        assert job_type in REQUESTS, (
            f"Say in REQUESTS how the ids {names} of {job_type} are aimed at somebody else's things."
        )


def aimed(rule: str, ids: dict[str, str], aim: Aim) -> str:
    def fill(found: re.Match[str]) -> str:
        value = {**ids, **aim.path}.get(found[1])
        assert value is not None, (
            f"{rule}: give the owner something for “{found[1]}” in owned(), or fill it in Aim.path."
        )
        return value

    return re.sub(r"<(?:[^<>]*:)?(\w+)>", fill, rule)


def requests_at(owned: Owned) -> Iterator[tuple[str, str, Any, Aim]]:
    # Signing up and out last: they change who the browser is.
    order = sorted(ROUTES.items(), key=lambda item: item[0][1].startswith("/api/auth/"))
    for (method, rule), aim in order:
        for body in (aim.body, *aim.other_bodies):
            yield method, aimed(rule, owned.ids, aim) + aim.query.format(**owned.ids), body(owned.ids), aim


def messages_at(owned: Owned) -> Iterator[tuple[str, dict[str, Any], Message]]:
    for event, message in MESSAGES.items():
        if event not in ("connect", "disconnect"):
            text = re.sub(r"\{(\w+_id)\}", lambda found: owned.ids[found[1]], json.dumps(message.payload))
            yield event, json.loads(text), message


def assert_nothing_leaks(answer: Any, owned: Owned, *said: object) -> None:
    """Only what the request itself said may come back."""
    known = json.dumps(said)
    for trace in owned.traces:
        assert trace not in answer.text or trace in known, f"{said[:2]} gave away {trace}"


@pytest.mark.parametrize("kind", ["program", "browser", "guest", "reader"])
def test_a_stranger_gets_nothing(app: Flask, owned: Owned, unchanged: None, kind: str) -> None:
    stranger = a_stranger(app, kind)
    for method, path, body, aim in requests_at(owned):
        answer = stranger.send(method, path, json=body)
        allowed = aim.foreign | {403} if kind == "reader" and method != "GET" else aim.foreign
        assert answer.status_code in allowed, (method, path, answer.text)
        assert_nothing_leaks(answer, owned, method, path, body)


def test_nobody_gets_nothing(app: Flask, owned: Owned, unchanged: None) -> None:
    for method, path, body, aim in requests_at(owned):
        answer = app.test_client(use_cookies=False).open(path, method=method, json=body, buffered=True)
        assert answer.status_code in aim.nobody, (method, path, answer.text)
        assert_nothing_leaks(answer, owned, method, path, body)


def test_staff_who_only_read_change_nothing(app: Flask, owned: Owned, unchanged: None) -> None:
    watcher = a_looker(app)
    assert watcher.get(f"/api/jobs/{owned.ids['job_id']}").status_code == 200
    for method, path, body, aim in requests_at(owned):
        if method == "GET" or path.startswith("/api/auth/"):
            continue
        answer = watcher.send(method, path, json=body)
        own = aim.foreign & OWN_THING and aim.looker == frozenset({403})  # what is made, or read, is the sender's own
        hidden = path.startswith(("/api/canvases/", "/api/tokens/")) or "canvas_id" in json.dumps(body)
        allowed = aim.looker | (aim.foreign if own else set()) | ({404} if hidden else set())
        assert answer.status_code in allowed, (method, path, answer.text)
        if path == "/api/jobs/bulk-action" and answer.status_code == 200:
            assert answer.json["done"] == 0, (body, answer.text)  # type: ignore[index]


def test_staff_who_only_read_send_no_message_that_changes_anything(
    app: Flask, owned: Owned, unchanged: None, connect: Callable[..., SocketIOTestClient]
) -> None:
    client = connect(auth={"token": a_looker(app).token})
    watched: Any = client.emit("job:watch", {"job_id": owned.ids["job_id"], "after": 0}, callback=True)
    assert watched["ok"]
    for event, payload, message in messages_at(owned):
        answer: Any = client.emit(event, payload, callback=True)
        assert answer["ok"] is (message.own or message.looks), (event, answer)


def test_staff_see_jobs_and_not_what_people_draw(app: Flask, owned: Owned, unchanged: None) -> None:
    staff = new_program(app)
    email = staff.get("/api/auth/me").json["email"]  # type: ignore[index]
    assert app.test_cli_runner().invoke(args=["accounts", "create-staff", "--email", email]).exit_code == 0
    assert staff.get(f"/api/jobs/{owned.ids['job_id']}").status_code == 200
    for method, path, body, _ in requests_at(owned):
        if path.startswith(("/api/canvases/", "/api/tokens/")):
            assert staff.send(method, path, json=body).status_code == 404, (method, path)


@pytest.mark.parametrize("job_type", sorted(REQUESTS))
def test_no_job_gets_at_somebody_elses_things(app: Flask, owned: Owned, unchanged: None, job_type: str) -> None:
    for who in (a_stranger(app, "program"), a_looker(app)):
        body = {"job_type": job_type, "request_data": REQUESTS[job_type](owned.ids)}
        answer = who.post("/api/jobs", body)
        assert answer.status_code in (403, 404), (job_type, answer.text)
        assert_nothing_leaks(answer, owned, body)


def a_looker(app: Flask) -> Program:
    """Staff who may look and do nothing."""
    watcher = new_program(app)
    email = watcher.get("/api/auth/me").json["email"]  # type: ignore[index]
    command = ["accounts", "create-staff", "--email", email, "--role", "staff_readonly"]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    return watcher


def a_stranger(app: Flask, kind: str) -> Program | Browser:
    if kind == "program":
        return new_program(app)
    if kind == "reader":
        maker = new_program(app)
        token = maker.post("/api/tokens", json={"name": "r", "scopes": ["read"]}).json["token"]  # type: ignore[index]
        return Program(app, token)
    browser = Browser(app)
    if kind == "guest":
        browser.enter_as_guest()
    else:
        browser.sign_up()
    return browser


# Socket.IO


@pytest.fixture
def connect(app: Flask) -> Iterator[Callable[..., SocketIOTestClient]]:
    clients: list[SocketIOTestClient] = []

    def make(**options: Any) -> SocketIOTestClient:
        clients.append(socketio.test_client(app, **options))
        return clients[-1]

    yield make
    for client in clients:
        if client.is_connected():
            client.disconnect()


def test_a_stranger_reaches_nothing_by_messages(
    app: Flask, owned: Owned, unchanged: None, connect: Callable[..., SocketIOTestClient]
) -> None:
    client = connect(auth={"token": new_program(app).token})
    for event, payload, message in messages_at(owned):
        answer: Any = client.emit(event, payload, callback=True)
        assert answer["ok"] is message.own, (event, answer)
        known = json.dumps(payload)
        for trace in owned.traces:
            assert trace not in json.dumps(answer) or trace in known, event
    rooms = {room for room in socket_server().manager.rooms["/"] if room is not None}
    assert not {room for room in rooms if any(trace in room for trace in owned.traces)}


def test_an_own_room_is_not_a_strangers(
    app: Flask, owner: Program, owned: Owned, connect: Callable[..., SocketIOTestClient]
) -> None:
    theirs, stranger = connect(auth={"token": owner.token}), connect(auth={"token": new_program(app).token})
    theirs.emit("canvas:join", {"canvas_id": owned.ids["canvas_id"]}, callback=True)
    theirs.emit("job:watch", {"job_id": owned.ids["job_id"], "after": 0}, callback=True)
    stranger.emit("canvas:join", {"canvas_id": owned.ids["canvas_id"]}, callback=True)
    stranger.emit("job:watch", {"job_id": owned.ids["job_id"], "after": 0}, callback=True)
    stranger.get_received()
    theirs.get_received()
    for room in (f"canvas:{owned.ids['canvas_id']}", f"job:{owned.ids['job_id']}", f"user:{owned.ids['user_id']}"):
        socketio.emit("notice", {"room": room}, to=room)
    assert len(theirs.get_received()) == 3
    assert stranger.get_received() == []


def test_nobody_connects_without_saying_who_it_is(app: Flask, connect: Callable[..., SocketIOTestClient]) -> None:
    assert not connect().is_connected()
    assert not connect(auth={"token": "wrong"}).is_connected()
    assert not connect(auth={"token": None}).is_connected()
    assert not connect(auth={"token": str(uuid.uuid4())}).is_connected()
    browser = Browser(app)
    browser.sign_up()
    assert connect(flask_test_client=browser.http).is_connected()
    foreign = {"Origin": "https://evil.example"}
    assert not connect(flask_test_client=browser.http, headers=foreign).is_connected()
    assert connect(flask_test_client=browser.http, headers={"Origin": "http://localhost"}).is_connected()
