"""A socket ends with its credential, whichever process it is connected to."""

from __future__ import annotations

import pytest

from tests.acceptance.installation import Person
from tests.live.conftest import WAYS, WebProcess, at
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
