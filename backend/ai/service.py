"""Admitting AI jobs: who may draw where, and the canvas that a job gets when it names none."""

from __future__ import annotations

import uuid
from typing import Any

from flask import current_app

from backend.canvases import service as canvases
from backend.canvases.schemas import UNTITLED
from backend.config import Settings
from backend.db import AnySession
from backend.errors import Unprocessable
from backend.identity import Actor

MAX_NAME = 60  # characters of the instructions that name a canvas


def admit_create(session: AnySession, actor: Actor, request: dict[str, Any]) -> uuid.UUID:
    """The canvas to draw on: the one that is named, if the actor may write there, or a new one."""
    check_length(request["instructions"], "instructions", "The instructions have")
    name = name_from(request["instructions"])
    if request["canvas_id"] is None:
        canvas = canvases.create_canvas(session, actor.user_id, name)
    else:
        canvas = canvases.accessible_canvas(session, actor, request["canvas_id"], write=True)
        if canvas.name == UNTITLED:
            canvas.name = name
    request["canvas_id"] = canvas.id
    return canvas.id


def admit_modify(session: AnySession, actor: Actor, request: dict[str, Any]) -> uuid.UUID:
    """The canvas to change, if the actor may write there."""
    check_length(request["instructions"], "instructions", "The instructions have")
    return canvases.accessible_canvas(session, actor, request["canvas_id"], write=True).id


def summary_of_create(request: dict[str, Any]) -> str:
    """The job's title for people."""
    return f"Create canvas · “{name_from(request['instructions'])}”"


def summary_of_modify(request: dict[str, Any]) -> str:
    """The job's title for people."""
    return f"Modify canvas · “{name_from(request['instructions'])}”"


def name_from(instructions: str) -> str:
    """The beginning of the instructions, cut between words."""
    line = " ".join(instructions.split())
    if len(line) <= MAX_NAME:
        return line
    cut = line[: MAX_NAME - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > MAX_NAME // 2 else cut).rstrip(" ,;:-") + "…"


def check_length(text: str, field: str, what: str) -> None:
    """Raise Unprocessable for a text that is too long to be read; ``what`` begins the sentence about it."""
    settings: Settings = current_app.extensions["collabcanvas.settings"]
    if len(text) > settings.max_instructions:
        message = f"{what} {len(text):,} characters; at most {settings.max_instructions:,} are read."
        raise Unprocessable(message, errors={field: [message]})
