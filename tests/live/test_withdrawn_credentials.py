"""A socket ends with its credential and with its role, whichever process it is connected to; a stream does, too."""

from __future__ import annotations

import pytest

from tests.acceptance.installation import Person, eventually
from tests.live.conftest import WAYS, WebProcess, at, new_person
from tests.live.rows import Rows
from tests.live.stream import Stream
from tests.waiting import wait_until


@pytest.mark.parametrize("way", WAYS)
def test_the_network_connection_ends_on_whichever_process_it_is(
    way: str, webs: dict[str, WebProcess], person: Person
) -> None:
    with at(person, webs[way]).socket() as client:
        (token,) = person.get("/api/tokens").json()["items"]
        gone: list[int] = []
        client._io.on("disconnect", lambda *_: gone.append(1))
        assert person.delete(f"/api/tokens/{token['id']}").status_code == 204
        wait_until(lambda: gone)


@pytest.mark.parametrize("way", WAYS)
def test_who_is_staff_no_more_hears_nothing_more_of_others(
    way: str, webs: dict[str, WebProcess], person: Person, rows: Rows
) -> None:
    boss = new_person(webs["both"])
    rows.connection.execute("UPDATE app_user SET role = 'staff' WHERE id = %s", [boss.user_id])
    job_id = rows.job(person.user_id)
    with at(boss, webs[way]).socket() as client:
        stream = Stream(at(boss, webs[way]), job_id).read(1)
        client.watch(str(job_id))
        rows.connection.execute("UPDATE app_user SET role = 'user' WHERE id = %s", [boss.user_id])
        rows.connection.execute("SELECT pg_notify('credential_withdrawn', '')")
        eventually(lambda: not client._io.connected, "it is dropped")
        assert stream.read().ids == [1]
    with at(boss, webs[way]).socket() as again:
        rows.life(job_id, steps=2)
        marker = rows.job(boss.user_id)
        again.wait_for(str(marker), "queued")  # emitted later: what was to come has come
        assert again.of(str(job_id)) == []
        assert again.call("job:watch", {"job_id": str(job_id), "after": 1})["code"] == "not_found"
