"""One canvas, people at different web processes, and a third process that writes: the network and Postgres between them."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from backend.canvases.service import merge_elements
from tests.acceptance.installation import LiveClient, Person
from tests.canvases.shapes import rectangle
from tests.live.conftest import WAYS, WebProcess, at

Webs = dict[str, WebProcess]

# A job that has ended, as far as a change of it needs one.
ENDED = """
INSERT INTO ai_job (id, user_id, canvas_id, job_type, queue, priority, virtual_time, sort_key, request_data, max_attempts,
    status, completed_at)
VALUES (%(id)s, %(user)s, %(canvas)s, 'create_canvas', 'ai', 'normal', 0, 0, '{}', 1, 'completed', now())
"""


def messages(client: LiveClient, event: str) -> list[dict[str, Any]]:
    return [body for name, body in list(client.other) if name == event]


def join(client: LiveClient, canvas_id: str) -> dict[str, Any]:
    answer = client.call("canvas:join", {"canvas_id": canvas_id})
    assert answer["ok"], answer
    return answer


@pytest.fixture
def canvas_id(person: Person) -> str:
    return str(person.post("/api/canvases", {"name": "Shared"}).json()["id"])


@pytest.mark.parametrize("way", WAYS)
def test_what_a_worker_draws_arrives_as_an_unbroken_chain(
    way: str, webs: Webs, person: Person, canvas_id: str, live_database: str
) -> None:
    job_id = uuid.uuid4()
    with at(person, webs[way]).socket() as client:
        version = join(client, canvas_id)["version"]
        with psycopg.connect(live_database, autocommit=True) as worker:
            for number in range(30):
                with worker.transaction():
                    merge_elements(worker, uuid.UUID(canvas_id), [rectangle(f"e{number}")], job_id=job_id)
        client.wait_until(
            lambda: any(body["version"] == 30 for body in messages(client, "canvas:elements")), "version 30 arrives"
        )
        seen = []
        for body in messages(client, "canvas:elements"):
            assert body["since"] == version
            assert body["job_id"] == str(job_id)
            version = body["version"]
            seen += [element["id"] for element in body["elements"]]
        assert seen == [f"e{number}" for number in range(30)]


def test_people_at_different_processes_edit_see_and_leave_each_other(
    webs: Webs, person: Person, canvas_id: str
) -> None:
    with at(person, webs["both"]).socket() as here:
        join(here, canvas_id)
        with at(person, webs["push"]).socket() as there:
            people = join(there, canvas_id)["people"]
            assert len(people) == 2
            here.wait_until(
                lambda: [len(body["people"]) for body in messages(here, "canvas:people")][-1:] == [2], "two people"
            )
            there.wait_until(lambda: messages(there, "canvas:people") != [], "the list of people")

            element = rectangle("moved")
            assert there.call("canvas:update", {"canvas_id": canvas_id, "elements": [element]})["version"] == 1
            here.wait_until(lambda: messages(here, "canvas:elements") != [], "the element here")
            there.wait_until(lambda: messages(there, "canvas:elements") != [], "the element there")
            for client in (here, there):
                assert messages(client, "canvas:elements")[0]["elements"] == [element]

            pointer = {"canvas_id": canvas_id, "pointer": {"x": 4, "y": 2}, "selection": ["moved"]}
            assert there.call("canvas:presence", pointer)["ok"]
            here.wait_until(lambda: messages(here, "canvas:presence") != [], "the pointer from the other process")
            seen = messages(here, "canvas:presence")[-1]
            assert (seen["pointer"]["x"], seen["selection"]) == (4, ["moved"])
            assert seen["id"] in [found["id"] for found in people]
            assert messages(there, "canvas:presence") == []
        here.wait_until(lambda: len(messages(here, "canvas:people")[-1]["people"]) == 1, "one person again")


@pytest.mark.parametrize("way", WAYS)
def test_a_deleted_canvas_closes_on_every_page(way: str, webs: Webs, person: Person, canvas_id: str) -> None:
    with at(person, webs[way]).socket() as client:
        join(client, canvas_id)
        assert person.delete(f"/api/canvases/{canvas_id}").status_code == 204
        client.wait_until(lambda: messages(client, "canvas:closed") != [], "the canvas is closed")
        assert client.call("canvas:join", {"canvas_id": canvas_id})["code"] == "not_found"


def test_what_is_decided_about_a_change_is_told_on_every_page_of_its_canvas_and_on_no_other(
    webs: Webs, person: Person, canvas_id: str, live_database: str
) -> None:
    job_id = uuid.uuid4()
    with psycopg.connect(live_database, autocommit=True) as worker:
        worker.execute(ENDED, {"id": job_id, "user": person.user_id, "canvas": canvas_id})
        worker.execute("INSERT INTO ai_change (job_id, canvas_id) VALUES (%s, %s)", (job_id, canvas_id))
    other = str(person.post("/api/canvases", {"name": "Another"}).json()["id"])
    path = f"/api/canvases/{canvas_id}/changes/{job_id}"
    with (
        at(person, webs["both"]).socket() as here,
        at(person, webs["push"]).socket() as there,
        at(person, webs["push"]).socket() as elsewhere,
        at(person, webs["sweep"]).socket() as deaf,
    ):
        join(deaf, canvas_id)
        join(here, canvas_id)
        join(there, canvas_id)
        join(elsewhere, other)
        for what, status in (("keep", "kept"), ("undo", "undone"), ("redo", "open")):
            assert person.post(f"{path}/{what}", {}).status_code == 200
            there.wait_until(lambda: told(there)[-1:] == [status], f"{status} is told there")  # noqa: B023
            here.wait_until(lambda: told(here)[-1:] == [status], f"{status} is told here")  # noqa: B023
        assert told(here) == told(there) == ["kept", "undone", "open"]
        assert told(elsewhere) == []
        assert {(each["canvas_id"], each["job_id"]) for each in messages(there, "canvas:change")} == {
            (canvas_id, str(job_id))
        }
        deaf.wait_until(lambda: messages(deaf, "canvas:change") != [], "who does not hear is told to ask")
        assert {each["canvas_id"] for each in messages(deaf, "canvas:change")} == {canvas_id}


def told(client: LiveClient) -> list[str]:
    """What a page has heard about changes, in order. A sweep that was faster says only that there is something."""
    return [str(body["status"]) for body in messages(client, "canvas:change") if body["job_id"]]
