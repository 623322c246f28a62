"""Who leaves, leaves everything: as with the library's own manager, whatever is entered and left in whatever order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from socketio import Manager, packet

from backend.socket_rooms import IndexedManager

SIDS, ROOMS = ("a", "b", "c"), ("x", "y")
steps = st.lists(
    st.tuples(st.sampled_from(["enter", "leave", "close", "go"]), st.sampled_from(SIDS), st.sampled_from(ROOMS)),
    max_size=30,
)


def manager(kind: type[Any]) -> Any:
    made = kind()
    made.set_server(SimpleNamespace(packet_class=packet.Packet))
    for sid in SIDS:
        for room in (None, sid):
            made.basic_enter_room(sid, "/", room, eio_sid=f"transport of {sid}")
    made.pending_connect["/"] = list(SIDS)
    made.callbacks["a"] = {1: print}
    return made


def state(made: Any) -> tuple[Any, ...]:
    rooms = {room: dict(inside) for room, inside in made.rooms.get("/", {}).items()}
    return rooms, made.pending_connect, made.pending_disconnect, made.callbacks


@given(steps)
def test_it_does_what_the_library_does(done: list[tuple[str, str, str]]) -> None:
    ours, theirs = manager(IndexedManager), manager(Manager)
    gone = set()
    for step, sid, room in done:
        for made in (ours, theirs):
            if step == "close":
                made.basic_close_room(room, "/")
            elif sid not in gone and step == "enter":
                made.basic_enter_room(sid, "/", room)
            elif sid not in gone and step == "leave":
                made.basic_leave_room(sid, "/", room)
            elif sid not in gone:
                made.pre_disconnect(sid, "/")
                made.basic_disconnect(sid, "/")
        if step == "go":
            gone.add(sid)
        assert state(ours) == state(theirs)
    for sid in set(SIDS) - gone:
        ours.basic_disconnect(sid, "/")
    assert ours._rooms_of == {}
