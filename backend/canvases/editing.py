"""What a person changes on a canvas: with access checked, and with what was there kept when that is due."""

from __future__ import annotations

import uuid
from typing import Any

from backend.canvases.service import Merge, accessible_canvas, merge_elements
from backend.canvases.versions.keeping import keep_before_edit
from backend.db import AnySession, driver_connection
from backend.identity import Actor


def edit_elements(session: AnySession, actor: Actor, canvas_id: uuid.UUID, elements: Any) -> Merge:
    """Merge what somebody sent, whatever it is, and commit."""
    canvas = accessible_canvas(session, actor, canvas_id, write=True)
    connection = driver_connection(session)
    if elements:
        keep_before_edit(connection, canvas, actor.user_id)
    merged = merge_elements(connection, canvas_id, elements)
    session.commit()
    return merged
