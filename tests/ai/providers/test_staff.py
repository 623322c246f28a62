"""Staff add providers, and jobs are drawn by them within seconds; keys go in and never come out."""

from __future__ import annotations

import dataclasses
import json
import uuid
from typing import Any

import pytest

from backend.ai.providers import roster
from backend.ai.providers.roster import open_key
from backend.config import Settings
from backend.sealing import Unreadable, seal, unseal
from tests.ai.installation import Installation, Person, Reply, with_providers
from tests.ai.protocol_server import Answer, ProtocolServer
from tests.ai.test_create_canvas import CHART, FREE

PATH = "/api/staff/providers"
KEY = "sk-very-secret-0123456789-abcd"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "FRESH", 0.0)


def somebody(installation: Installation, role: str) -> Person:
    person = installation.guest()
    with installation.database() as connection:
        connection.execute(
            "UPDATE app_user SET role = %s WHERE id = (SELECT max(id::text)::uuid FROM app_user)", (role,)
        )
    return person


@pytest.fixture
def staff(alone: Installation) -> Person:
    return somebody(alone, "staff")


def send(person: Person, method: str, path: str, body: Any = None) -> Reply:
    headers = {"Authorization": f"Bearer {person.token}"}
    return Reply.of(person.client.open(path, method=method, headers=headers, json=body))


def entry(server: ProtocolServer | None = None, **changes: Any) -> dict[str, Any]:
    url = "https://api.example.org/v1" if server is None else server.url
    model = "large" if server is None else server.models[0]
    return {
        "name": "mine",
        "base_url": url,
        "model": model,
        "api_key": KEY if server is None else server.key,
        **changes,
    }


def add(person: Person, **changes: Any) -> dict[str, Any]:
    answer = person.post(PATH, entry(**changes))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def listed(person: Person) -> list[dict[str, Any]]:
    answer = person.get(PATH)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_a_provider_that_staff_add_draws(alone: Installation, staff: Person, server: ProtocolServer) -> None:
    assert staff.post(PATH, entry(server)).status_code == 201
    server.script(CHART)
    person = alone.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    alone.drain()

    assert person.result(accepted["job_id"])["engine"] == {"name": "mine", "model": server.models[0]}


def test_one_that_is_switched_off_or_removed_draws_no_more(
    alone: Installation, staff: Person, server: ProtocolServer
) -> None:
    made = staff.post(PATH, entry(server)).json
    assert send(staff, "PATCH", f"{PATH}/{made['id']}", {"enabled": False}).json["enabled"] is False
    person = alone.guest()
    off = person.start("create_canvas", instructions=FREE)
    alone.drain()
    assert send(staff, "DELETE", f"{PATH}/{made['id']}").status_code == 204
    gone = person.start("create_canvas", instructions=FREE + "!")
    alone.drain()
    assert {person.status(each["job_id"])["error"]["code"] for each in (off, gone)} == {"needs_model"}
    assert server.requests == []
    assert listed(staff) == []


def test_the_key_is_in_no_answer_no_row_and_no_audit(alone: Installation, staff: Person) -> None:
    made = add(staff)
    other = KEY.replace("abcd", "wxyz")
    changed = send(staff, "PATCH", f"{PATH}/{made['id']}", {"api_key": other})
    assert (made["key_hint"], changed.json["key_hint"]) == ("…abcd", "…wxyz")
    with alone.database() as connection:
        tables = [
            row["tablename"]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        everything = str([connection.execute(f'SELECT row::text FROM "{table}" AS row').fetchall() for table in tables])
    for text in (everything, str(made), changed.text, staff.get(PATH).text):
        assert "very-secret" not in text
        assert "sealed_key" not in str(made)


@pytest.mark.parametrize("key", ["short", "12345678901"])
def test_of_a_short_key_nothing_is_shown(alone: Installation, staff: Person, key: str) -> None:
    assert add(staff, api_key=key)["key_hint"] == "…"


def test_a_key_is_read_back_with_the_same_secret_alone(settings: Settings) -> None:
    sealed = roster.seal_key(settings, KEY)
    assert open_key(settings, sealed) == KEY
    assert open_key(settings, None) == ""
    for wrong in (
        dataclasses.replace(settings, secret_key="another secret of forty characters, 0123"),
        dataclasses.replace(settings, secret_key=None),
    ):
        with pytest.raises(Unreadable):
            open_key(wrong, sealed)
    with pytest.raises(Unreadable):
        unseal(settings.secret_key or "", "another purpose", sealed)
    assert seal("k" * 40, "p", "x") != seal("k" * 40, "p", "x")


def test_a_key_of_another_secret_is_said_to_be_unreadable_and_its_provider_not_asked(
    alone: Installation, staff: Person
) -> None:
    add(staff)
    with alone.database() as connection:
        connection.execute("UPDATE ai_provider SET sealed_key = 'gAAAA-of-another-secret'")
        assert roster.read_staffs(connection, alone.settings) == []
    (found,) = listed(staff)
    assert "enter it again" in found["problem"]


def test_an_address_on_another_host_needs_the_key_again(alone: Installation, staff: Person) -> None:
    path = f"{PATH}/{add(staff)['id']}"
    refused = send(staff, "PATCH", path, {"base_url": "https://evil.example.com/v1"})
    assert refused.status_code == 422
    assert "enter the key again" in refused.json["errors"]["api_key"][0]
    assert send(staff, "PATCH", path, {"base_url": "https://api.example.org/v2"}).status_code == 200
    moved = send(staff, "PATCH", path, {"base_url": "https://other.example.com/v1", "api_key": KEY})
    assert moved.status_code == 200


@pytest.mark.parametrize("role", ["user", "staff_readonly"])
def test_others_change_nothing_and_read_only_staff_look(alone: Installation, staff: Person, role: str) -> None:
    made = add(staff)
    person = somebody(alone, role)
    answers = [
        person.post(PATH, entry(name="other")),
        send(person, "PATCH", f"{PATH}/{made['id']}", {"enabled": False}),
        send(person, "DELETE", f"{PATH}/{made['id']}"),
        send(person, "PUT", f"{PATH}/order", {"ids": [made["id"]]}),
        person.post(f"{PATH}/test", {"name": "mine"}),
        person.post("/api/jobs", {"job_type": "test_provider", "request_data": {"name": "mine"}}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 6
    assert person.get(PATH).status_code == (403 if role == "user" else 200)
    assert listed(staff)[0]["enabled"] is True


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "Embedded"),
        ("name", "planner"),
        ("name", "x" * 61),
        ("name", "a\nb"),
        ("base_url", "ftp://host/v1"),
        ("base_url", "file:///etc/passwd"),
        ("base_url", "https://"),
        ("base_url", "https://user:password@host/v1"),
        ("base_url", "https://host/v1?key=1"),
        ("base_url", "https://host:99999/v1"),
        ("base_url", "https://[::1/v1"),
        ("base_url", "https://host/v1/chat/completions"),
        ("base_url", "https://h" + "x" * 600),
        ("model", ""),
        ("model", "m\x00"),
        ("api_key", "with space"),
        ("api_key", "ключ"),
        ("api_key", "line\nbreak"),
        ("price_in", -1),
        ("price_out", 1e300),
        ("requests_per_minute", 0),
        ("tokens_per_minute", "many"),
        ("timeout", 0),
        ("timeout", 1e9),
        ("kind", "cloud"),
        ("enabled", "perhaps"),
        ("position", 1),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(alone: Installation, staff: Person, field: str, value: Any) -> None:
    answer = staff.post(PATH, entry(**{field: value}))
    assert answer.status_code == 422, answer.text
    assert field in json.dumps(answer.json)
    assert listed(staff) == []


def test_a_model_on_this_machine_is_the_staffs_decision(alone: Installation, staff: Person) -> None:
    made = add(staff, base_url="http://127.0.0.1:11434/v1/", api_key="")
    assert (made["base_url"], made["key_hint"]) == ("http://127.0.0.1:11434/v1", None)


def test_names_are_taken_once_whatever_their_case(alone: Installation, staff: Person) -> None:
    add(staff)
    other = add(staff, name="other")
    assert staff.post(PATH, entry(name="MINE")).status_code == 409
    assert send(staff, "PATCH", f"{PATH}/{other['id']}", {"name": "Mine"}).status_code == 409
    assert [each["name"] for each in listed(staff)] == ["mine", "other"]


def test_staff_order_them_and_a_list_of_others_is_refused(alone: Installation, staff: Person) -> None:
    ids = [add(staff, name=name)["id"] for name in ("a", "b", "c")]
    wanted = [ids[2], ids[0], ids[1]]
    answer = send(staff, "PUT", f"{PATH}/order", {"ids": wanted})
    assert [each["id"] for each in answer.json["items"]] == wanted
    for wrong in (wanted[:2], [*wanted, str(uuid.uuid4())], [wanted[0]] * 3):
        assert send(staff, "PUT", f"{PATH}/order", {"ids": wrong}).status_code == 409
    with alone.database() as connection:
        assert [each.name for each in roster.read_staffs(connection, alone.settings)] == ["c", "a", "b"]


def test_what_is_not_there_is_404(alone: Installation, staff: Person) -> None:
    nowhere = f"{PATH}/{uuid.uuid4()}"
    assert send(staff, "PATCH", nowhere, {"enabled": False}).status_code == 404
    assert send(staff, "DELETE", nowhere).status_code == 404
    assert staff.post(f"{PATH}/test", {"name": "nobody"}).status_code == 404


def test_providers_of_the_settings_come_first_and_keep_their_names(
    environ: dict[str, str], server: ProtocolServer
) -> None:
    installation = Installation(with_providers({**environ, "RATE_LIMITS": "off"}, server.provider(name="first")))
    staff = somebody(installation, "staff")
    add(staff)
    assert staff.post(PATH, entry(name="First")).status_code == 409
    first, second = listed(staff)
    installation.close()
    assert (first["name"], first["source"], first["id"]) == ("first", "settings", None)
    assert (second["name"], second["source"]) == ("mine", "staff")
    assert server.key not in json.dumps([first, second])


def test_an_open_circuit_is_shown_and_a_change_closes_it(alone: Installation, staff: Person) -> None:
    made = add(staff)
    with alone.database() as connection:
        connection.execute(
            "INSERT INTO provider_circuit (provider, state, open_until, reason) "
            "VALUES ('mine/large', 'open', now() + interval '1 hour', 'Too many requests.')"
        )
    shown = listed(staff)[0]["circuit"]
    assert (shown["state"], shown["reason"], shown["waiting"]) == ("open", "Too many requests.", 0)
    send(staff, "PATCH", f"{PATH}/{made['id']}", {"api_key": KEY + "2"})
    assert listed(staff)[0]["circuit"]["state"] == "closed"


def trial(installation: Installation, staff: Person, name: str = "mine") -> dict[str, Any]:
    answer = staff.post(f"{PATH}/test", {"name": name})
    assert answer.status_code == 202, answer.text
    installation.drain()
    found: dict[str, Any] = staff.get(answer.json["result_url"]).json["result"]
    return found


def test_a_trial_says_that_it_works_and_closes_the_circuit(
    alone: Installation, staff: Person, server: ProtocolServer
) -> None:
    staff.post(PATH, entry(server, enabled=False))
    with alone.database() as connection:
        connection.execute(
            "INSERT INTO provider_circuit (provider, state, open_until) VALUES (%s, 'open', now() + interval '1 hour')",
            (f"mine/{server.models[0]}",),
        )
    server.script({"answer": "yes"})

    result = trial(alone, staff)

    assert (result["ok"], result["structured"]) == (True, True)
    assert result["message"].startswith("“mine” answered in ")
    assert listed(staff)[0]["circuit"]["state"] == "closed"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=401), "does not accept our API key (401). Correct its key"),
        (Answer(status=404), "Correct the model's name"),
        (Answer(status=429, retry_after="60"), "The key works."),
        (Answer(status=500), "Is the address right"),
        (Answer(raw=b"data: {not json\n\ndata: [DONE]\n\n"), "cannot answer in the form"),
    ],
)
def test_a_trial_says_in_words_what_is_wrong(
    alone: Installation, staff: Person, server: ProtocolServer, answer: Answer, words: str
) -> None:
    staff.post(PATH, entry(server))
    server.otherwise = answer

    result = trial(alone, staff)

    assert result["ok"] is False
    assert words in result["message"]
    assert "drawn" not in result["message"]


def test_a_trial_of_a_server_without_schemas_says_so(
    alone: Installation, staff: Person, server: ProtocolServer
) -> None:
    staff.post(PATH, entry(server))
    old = Answer(text={"answer": "yes"}, refuses=("response_format", "stream_options"))
    server.script(old, old)

    result = trial(alone, staff)

    assert (result["ok"], result["structured"]) == (True, False)
    assert "no JSON schemas" in result["message"]


def test_what_staff_do_is_audited(alone: Installation, staff: Person) -> None:
    path = f"{PATH}/{add(staff)['id']}"
    send(staff, "PATCH", path, {"enabled": False, "price_in": 2.5, "api_key": KEY, "timeout": 120})
    send(staff, "PATCH", path, {"enabled": False, "timeout": 120})  # as it is: nothing to tell
    send(staff, "DELETE", path)
    with alone.database() as connection:
        rows = connection.execute(
            "SELECT action, details FROM audit_entry WHERE target_type = 'provider' ORDER BY id"
        ).fetchall()
    assert [row["action"] for row in rows] == ["provider.add", "provider.change", "provider.remove"]
    (added, changed, removed) = (row["details"] for row in rows)
    assert added == {"name": "mine", "base_url": "https://api.example.org/v1", "model": "large"}
    assert changed == {
        "name": "mine",
        "before": {"enabled": True, "price_in": 0, "api_key": "…abcd"},
        "after": {"enabled": False, "price_in": 2.5, "api_key": "new, …abcd"},
    }
    assert removed["name"] == "mine"
    assert (
        removed["before"].items() >= {"model": "large", "price_in": 2.5, "enabled": False, "api_key": "…abcd"}.items()
    )


def test_an_order_is_told_by_names_and_only_if_it_is_another_one(alone: Installation, staff: Person) -> None:
    ids = [add(staff, name=name)["id"] for name in ("first", "second")]
    for order in (ids, ids[::-1]):
        assert send(staff, "PUT", f"{PATH}/order", {"ids": order}).status_code == 200
    with alone.database() as connection:
        rows = connection.execute("SELECT details FROM audit_entry WHERE action = 'provider.order'").fetchall()
    assert [row["details"] for row in rows] == [{"before": ["first", "second"], "after": ["second", "first"]}]
