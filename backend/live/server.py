"""The Socket.IO server of this process, of which the type stubs know nothing."""

from __future__ import annotations

from typing import Any

from backend.extensions import socketio

NAMESPACE = "/"


def socket_server() -> Any:
    """``socketio.Server``: its rooms, its transports, its way to run things in the background."""
    return socketio.server  # type: ignore[attr-defined]


def members_of_rooms() -> dict[str | None, Any]:
    """Every occupied room of this process with the sockets in it."""
    found: dict[str | None, Any] = socket_server().manager.rooms.get(NAMESPACE, {})
    return found


def leave_room_of(socket_id: str, room: str) -> None:
    """Take a socket of this process, whichever, out of a room."""
    socket_server().manager.basic_leave_room(socket_id, NAMESPACE, room)


def disconnect_everybody() -> None:
    """Close all transports at once; each client comes back by itself, to whoever listens then."""
    for transport in list(socket_server().eio.sockets):
        socket_server().start_background_task(socket_server().eio.disconnect, transport)


def drop_transport(socket_id: str) -> None:
    """Close the connection under a socket. Clients come back by themselves from that; from a refusal they do not."""
    transport = socket_server().manager.eio_sid_from_sid(socket_id, NAMESPACE)
    socket_server().start_background_task(socket_server().eio.disconnect, transport)
