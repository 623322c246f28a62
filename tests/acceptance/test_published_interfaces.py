"""Through the published interfaces alone: token, HTTP, a Socket.IO client (issue 2, bar 3)."""

from __future__ import annotations

from typing import Any

from tests.acceptance.installation import Installation, LiveClient, Person

INSTRUCTIONS = "Sign up -> Verify e-mail -> Choose plan; if no e-mail -> Resend -> Verify e-mail"


def create_canvas(person: Person, **fields: Any) -> dict[str, Any]:
    answer = person.post("/api/ai-agent/create-canvas", {"instructions": INSTRUCTIONS, **fields})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [event["seq"] for event in events]


def test_a_drawing_is_accepted_followed_and_told_again_from_the_beginning(installation: Installation) -> None:
    somebody = installation.person(guest=True)
    with somebody.socket() as client:
        accepted = create_canvas(somebody)
        job_id = accepted["job_id"]
        assert accepted["success"] is True and accepted["status"] == "queued"
        events = client.wait_for(job_id, "completed", "failed", "cancelled")
        types = [event["type"] for event in events]
        assert types[:2] == ["queued", "processing"] and types[-1] == "completed"
        assert "progress" in types and "partial" in types
        assert numbers(events) == list(range(1, len(events) + 1))
        assert client.repeated == []
        percents = [event["progress"] for event in events]
        assert percents == sorted(percents) and percents[-1] == 100
        again = client.call("job:watch", {"job_id": job_id, "after": 0})["events"]
        assert [(event["seq"], event["type"], event["data"]) for event in again] == [
            (event["seq"], event["type"], event["data"]) for event in events
        ]
    listed = somebody.get(f"/api/jobs/{job_id}/events").json()["events"]
    assert listed == again
    assert somebody.get(accepted["status_url"]).json()["last_seq"] == len(events)
    assert somebody.get(accepted["result_url"]).status_code == 200


def test_partial_events_name_elements_that_are_on_the_canvas_already(installation: Installation) -> None:
    """Whoever has the canvas open gets the elements themselves, and is told of every one by the job."""
    somebody = installation.person(guest=True)
    canvas_id = somebody.post("/api/canvases", {}).json()["id"]
    with somebody.socket() as client, LiveCanvas(somebody, canvas_id) as page:
        job_id = create_canvas(somebody, canvas_id=canvas_id)["job_id"]
        events = client.wait_for(job_id, "completed", "failed", "cancelled")
        announced = [
            element for event in events if event["type"] == "partial" for element in event["data"]["element_ids"]
        ]
        page.wait_for_elements(set(announced))
    stored = somebody.get(f"/api/canvases/{canvas_id}/elements").json()["elements"]
    assert len(announced) == len(set(announced)) > 10
    assert set(announced) == {element["id"] for element in stored}
    assert {element["customData"]["job"] for element in stored} == {job_id}


def test_a_job_of_somebody_else_is_nowhere(installation: Installation) -> None:
    owner, stranger = installation.person(guest=True), installation.person(guest=True)
    with owner.socket() as client, stranger.socket() as other:
        accepted = create_canvas(owner)
        job_id = accepted["job_id"]
        client.wait_for(job_id, "completed")
        assert other.call("job:watch", {"job_id": job_id, "after": 0})["ok"] is False
        assert other.call("canvas:join", {"canvas_id": accepted["canvas_id"]})["ok"] is False
        for path in (accepted["status_url"], accepted["result_url"], accepted["events_url"]):
            assert stranger.get(path).status_code == 404
        assert other.of(job_id) == [] and other.other == []


def test_a_request_is_traced_to_its_job(installation: Installation) -> None:
    """X-Request-ID in, the same out, and in the job."""
    somebody = installation.person(guest=True)
    answer = somebody.post(
        "/api/ai-agent/create-canvas", {"instructions": INSTRUCTIONS}, headers={"X-Request-ID": "trace-4711"}
    )
    assert answer.headers["X-Request-ID"] == "trace-4711"
    with somebody.socket() as client:
        client.watch(answer.json()["job_id"])
        client.wait_for(answer.json()["job_id"], "completed")
    lines = [line for line in installation.log().splitlines() if "trace-4711" in line]
    assert any('"process": "web"' in line for line in lines)
    assert all(somebody.token not in line for line in installation.log().splitlines())


class LiveCanvas:
    """A page that has a canvas open and collects the elements that arrive."""

    def __init__(self, person: Person, canvas_id: str) -> None:
        self._client = LiveClient(person)
        self._canvas_id = canvas_id

    def __enter__(self) -> LiveCanvas:
        self._client.connect()
        assert self._client.call("canvas:join", {"canvas_id": self._canvas_id})["ok"]
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def wait_for_elements(self, wanted: set[str]) -> None:
        self._client.wait_until(lambda: self._arrived() == wanted, f"{wanted} arrive", 60)

    def _arrived(self) -> set[str]:
        return {
            element["id"]
            for event, body in self._client.other
            if event == "canvas:elements"
            for element in body["elements"]
        }
