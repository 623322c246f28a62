"""Socket.IO's packets: the same on the wire as the library's, whatever is in them."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

import pytest
from socketio.packet import ACK, EVENT, Packet

from backend.socket_json import TextPacket


@pytest.mark.parametrize(
    "data",
    [["job:progress", {"seq": 1, "text": "ü 🎉 \u2028", "n": [1.5, None, True, -0.0, 2**60, 10**30]}], [], ["x", ""]],
    ids=str,
)
@pytest.mark.parametrize("kind", [EVENT, ACK])
def test_a_packet_means_what_the_librarys_own_means(kind: int, data: list[Any]) -> None:
    ours = TextPacket(kind, data=data, namespace="/", id=7).encode()
    theirs = Packet(kind, data=data, namespace="/", id=7).encode()
    assert ours[:2] == theirs[:2]
    assert json.loads(ours[2:]) == json.loads(theirs[2:]) == data
    assert TextPacket(encoded_packet=ours).data == Packet(encoded_packet=theirs).data == data


def test_ids_and_times_need_no_conversion() -> None:
    made, moment = uuid.uuid4(), datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)
    encoded = TextPacket(EVENT, data=["x", {"id": made, "at": moment}]).encode()
    assert json.loads(encoded[1:]) == ["x", {"id": str(made), "at": "2026-01-31T12:00:00+00:00"}]


def test_what_a_handler_should_refuse_reaches_it() -> None:
    packet = TextPacket(encoded_packet=r'2["canvas:join",{"canvas_id":"\ud800","x":NaN}]')
    assert packet.data[1]["canvas_id"] == "\ud800"
