"""The feed over the network: another process writes, browsers of several web processes hear of it."""

from __future__ import annotations

import random
import threading
import uuid

import psycopg
import pytest
import socketio

from backend.live.listener import APPLICATION
from tests.acceptance.installation import LiveClient, Person, eventually
from tests.live.conftest import WAYS, WebProcess, at, new_person
from tests.live.rows import Rows

Webs = dict[str, WebProcess]


def log_of(client: LiveClient, job_id: uuid.UUID) -> list[tuple[int, str]]:
    return [(event["seq"], event["type"]) for event in client.of(str(job_id))]


def end_feed_connections(rows: Rows) -> int:
    """As an operator, a proxy or a cable would: the connections of all listeners and sweeps are cut."""
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE application_name = %s AND datname = current_database()"
    )
    row = rows.connection.execute(query, [APPLICATION]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("way", WAYS)
def test_every_event_of_an_own_job_arrives_once_and_in_order_without_watching(
    way: str, webs: Webs, person: Person, rows: Rows
) -> None:
    with at(person, webs[way]).socket() as client:
        job_id = rows.job(person.user_id)
        rows.life(job_id, steps=20)
        client.wait_for(str(job_id), "completed")
        assert log_of(client, job_id) == rows.stored(job_id)
        assert len(rows.stored(job_id)) == 23
        assert client.repeated == []


def test_pages_at_different_web_processes_see_the_same(webs: Webs, person: Person, rows: Rows) -> None:
    with at(person, webs["push"]).socket() as one, at(person, webs["sweep"]).socket() as other:
        job_id = rows.job(person.user_id)
        rows.life(job_id, steps=5)
        for client in (one, other):
            client.wait_for(str(job_id), "completed")
            assert log_of(client, job_id) == rows.stored(job_id)


def test_an_event_carries_what_a_page_shows(webs: Webs, person: Person, rows: Rows) -> None:
    canvas_id = rows.canvas(uuid.UUID(person.user_id))
    with at(person, webs["both"]).socket() as client:
        job_id = rows.job(person.user_id, canvas_id)
        rows.event(job_id, "partial", progress=40, data={"element_ids": ["a"], "canvas_version": 3})
        event = client.wait_for(str(job_id), "partial")[-1]
    assert event["job_id"] == str(job_id)
    assert event["job_type"] == "diagnostic_noop"
    assert event["canvas_id"] == str(canvas_id)
    assert (event["seq"], event["status"], event["progress"]) == (2, "processing", 40)
    assert event["data"] == {"element_ids": ["a"], "canvas_version": 3}
    assert event["at"].endswith("+00:00")


@pytest.mark.parametrize("way", WAYS)
def test_cut_connections_delay_the_feed_and_lose_nothing(way: str, webs: Webs, person: Person, rows: Rows) -> None:
    with at(person, webs[way]).socket() as client:
        job_id = rows.job(person.user_id)
        client.wait_for(str(job_id), "queued")
        assert end_feed_connections(rows) >= 1
        rows.life(job_id, steps=10)  # written while nobody listens
        client.wait_for(str(job_id), "completed")
        assert log_of(client, job_id) == rows.stored(job_id)
        assert client.repeated == []


def test_who_comes_back_gets_the_rest_in_order_and_once(webs: Webs, person: Person, rows: Rows) -> None:
    """Pages come and go at random, at two web processes, while a job writes; each says the last number that it has."""
    chance = random.Random(20)
    job_id = rows.job(person.user_id)
    clients = [LiveClient(at(person, webs[way])) for way in ("push", "both", "both", "sweep")]
    finished = threading.Event()

    def write() -> None:
        rows.life(job_id, steps=150)
        finished.set()

    writer = threading.Thread(target=write)
    writer.start()
    for client in clients:
        client.connect()
    while not finished.is_set():
        client = chance.choice(clients)
        assert client.watch(str(job_id))["ok"]
        client.close()
        finished.wait(chance.random() / 20)
        client.connect()
    writer.join()
    for client in clients:
        client.watch(str(job_id))
        client.wait_for(str(job_id), "completed")
        assert log_of(client, job_id) == rows.stored(job_id)
        client.close()


def test_watching_from_zero_tells_the_whole_story_again(webs: Webs, person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    rows.life(job_id, steps=3)
    with at(person, webs["both"]).socket() as client:
        answer = client.call("job:watch", {"job_id": str(job_id), "after": 0})
        assert answer["ok"] and answer["last_seq"] == 6
        assert [(event["seq"], event["type"]) for event in answer["events"]] == rows.stored(job_id)
        assert [event["seq"] for event in client.call("job:watch", {"job_id": str(job_id), "after": 4})["events"]] == [
            5,
            6,
        ]


def test_nobody_sees_the_job_of_somebody_else(webs: Webs, person: Person, rows: Rows) -> None:
    stranger = new_person(webs["both"])
    job_id = rows.job(person.user_id)
    with stranger.socket() as client, person.socket() as owner:
        refused = client.call("job:watch", {"job_id": str(job_id), "after": 0})
        unknown = client.call("job:watch", {"job_id": str(uuid.uuid4()), "after": 0})
        assert refused == unknown
        assert (refused["ok"], refused["code"]) == (False, "not_found")
        owner.watch(str(job_id))
        rows.life(job_id, steps=2)
        owner.wait_for(str(job_id), "completed")
        marker = rows.job(stranger.user_id)
        client.wait_for(str(marker), "queued")  # emitted later: what was to come has come
        assert client.of(str(job_id)) == []


def test_staff_sees_every_job_once_even_in_several_rooms(webs: Webs, person: Person, rows: Rows) -> None:
    boss = new_person(webs["both"])
    rows.connection.execute("UPDATE app_user SET role = 'staff_readonly' WHERE id = %s", [boss.user_id])
    with at(boss, webs["push"]).socket() as client:
        job_id, own = rows.job(person.user_id), rows.job(boss.user_id)
        for watched in (job_id, own):
            client.wait_for(str(watched), "queued")
            assert client.call("job:watch", {"job_id": str(watched), "after": 0})["ok"]
            rows.life(watched, steps=3)
            client.wait_for(str(watched), "completed")
            assert log_of(client, watched) == rows.stored(watched)
        assert client.repeated == []


def test_history_that_was_cut_is_said_to_be_missing(webs: Webs, person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    rows.life(job_id, steps=5)
    rows.connection.execute("DELETE FROM ai_job_event WHERE job_id = %s AND seq <= 3", [job_id])
    with at(person, webs["both"]).socket() as client:
        answer = client.call("job:watch", {"job_id": str(job_id), "after": 1})
        assert [event["seq"] for event in answer["events"]] == [4, 5, 6, 7, 8]
        client.wait_until(lambda: bool(client.other), "job:gap arrives")
        assert client.other == [("job:gap", {"job_id": str(job_id), "from": 2, "to": 3})]


def test_unwatching_keeps_the_own_feed(webs: Webs, person: Person, rows: Rows) -> None:
    job_id = rows.job(person.user_id)
    with at(person, webs["both"]).socket() as client:
        client.watch(str(job_id))
        assert client.call("job:unwatch", {"job_id": str(job_id)}) == {"ok": True}
        rows.life(job_id, steps=1)
        client.wait_for(str(job_id), "completed")


def test_own_recent_jobs_are_listed_with_their_last_number(webs: Webs, person: Person, rows: Rows) -> None:
    done, waiting = rows.job(person.user_id), rows.job(person.user_id)
    rows.life(done, steps=2)
    with at(person, webs["both"]).socket() as client:
        answer = client.call("user:watch", {})
        found = {job["job_id"]: (job["status"], job["last_seq"]) for job in answer["jobs"]}
        assert found == {str(done): ("completed", 5), str(waiting): ("queued", 1)}
        later = client.call("user:watch", {"after_time": "2999-01-01T00:00:00Z"})
        assert [job["job_id"] for job in later["jobs"]] == [str(waiting)]  # unfinished ones always


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("job:watch", {"after": 0}),
        ("job:watch", {"job_id": "no uuid", "after": 0}),
        ("job:watch", {"job_id": str(uuid.uuid4()), "after": -1}),
        ("job:watch", {"job_id": str(uuid.uuid4()), "after": 2**40}),
        ("job:watch", {"job_id": str(uuid.uuid4()), "after": True}),
        ("job:watch", "text"),
        ("job:watch", None),
        ("user:watch", {"after_time": "yesterday"}),
        ("user:watch", {"after_time": 17}),
        ("job:unwatch", [1]),
    ],
)
def test_a_message_that_makes_no_sense_is_answered_with_a_sentence(
    message: str, payload: object, webs: Webs, person: Person
) -> None:
    with at(person, webs["both"]).socket() as client:
        answer = client.call(message, payload)
    assert answer["ok"] is False
    assert answer["code"] == "bad_request"
    assert answer["error"].endswith(".")


@pytest.mark.parametrize("auth", [None, {"token": "cc_wrong"}, {"token": 7}])
def test_strangers_are_refused_with_a_sentence(auth: dict[str, object] | None, webs: Webs) -> None:
    heard: list[object] = []
    io = socketio.Client(reconnection=False)
    io.on("connect_error", heard.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        io.connect(webs["both"].base_url, auth=auth, transports=["websocket"], wait_timeout=30)
    message = heard[0]["message"] if isinstance(heard[0], dict) else str(heard[0])
    assert message.endswith(".") and ("token" in message)


def test_a_database_out_of_reach_makes_the_process_unready_and_not_dead(webs: Webs, rows: Rows, person: Person) -> None:
    """Readiness comes back by itself too."""
    web = webs["both"]
    admin = psycopg.connect(rows.connection.info.dsn, dbname="postgres", autocommit=True)
    name = rows.connection.info.dbname
    reach = at(person, web)
    try:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        eventually(lambda: reach.get("/ready").status_code == 503, "/ready says no")
        assert reach.get("/ready").json()["database"] != "up"
        assert reach.get("/health").json() == {"status": "ok"}
    finally:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        admin.close()
    for other in webs.values():
        other.wait_until_ready()
