"""Admitting AI jobs: who may draw where, and the canvas that a job gets when it names none."""

from __future__ import annotations

import uuid
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from backend.canvases import service as canvases
from backend.canvases.schemas import UNTITLED
from backend.config import Settings
from backend.db import AnySession
from backend.errors import Unprocessable
from backend.identity import Actor
from backend.jobs import service as jobs
from backend.jobs.models import AiJob

MAX_NAME = 60  # characters of the instructions that name a canvas
MOST_REMEMBERED, MAX_REMEMBERED = 5, 2_000  # earlier instructions, and characters of each
DRAWING_JOBS = ("create_canvas", "modify_canvas")
ENDED = ("completed", "failed", "cancelled")
NOT_ENDED = "This is no drawing that has ended: wait for it, or name another one."
ELSEWHERE = "That drawing is on another canvas."


def admit_create(session: AnySession, actor: Actor, request: dict[str, Any]) -> uuid.UUID:
    """The canvas to draw on: the one that is named, if the actor may write there, or a new one."""
    check_length(request["instructions"], "instructions", "The instructions have")
    name = name_from(request["instructions"])
    earlier = _earlier_job(session, actor, request)
    if request["canvas_id"] is None and earlier is not None:
        request["canvas_id"] = earlier.canvas_id
    if request["canvas_id"] is None:
        canvas = canvases.create_canvas(session, actor.user_id, name)
    else:
        canvas = canvases.accessible_canvas(session, actor, request["canvas_id"], write=True)
        if canvas.name == UNTITLED:
            canvas.name = name
    request["canvas_id"] = canvas.id
    _converse(request, earlier)
    if request["variant_of"] is not None and earlier is not None:
        request["variant"] = _number_of_variant(session, earlier)
    return canvas.id


def admit_modify(session: AnySession, actor: Actor, request: dict[str, Any]) -> uuid.UUID:
    """The canvas to change, if the actor may write there."""
    check_length(request["instructions"], "instructions", "The instructions have")
    canvas = canvases.accessible_canvas(session, actor, request["canvas_id"], write=True)
    _converse(request, _earlier_job(session, actor, request))
    return canvas.id


def _earlier_job(session: AnySession, actor: Actor, request: dict[str, Any]) -> AiJob | None:
    """The job that this one goes on from, or is a variant of. Raises Unprocessable when it can be neither."""
    for field in ("follow_up_of", "variant_of"):
        if request[field] is None:
            continue
        job = jobs.visible_job(session, actor, request[field])
        if job.job_type not in DRAWING_JOBS or job.status not in ENDED or job.canvas_id is None:
            raise Unprocessable(NOT_ENDED, errors={field: [NOT_ENDED]})
        if request["canvas_id"] not in (None, job.canvas_id):
            raise Unprocessable(ELSEWHERE, errors={field: [ELSEWHERE]})
        return job
    return None


def _number_of_variant(session: AnySession, earlier: AiJob) -> int:
    """Which variant the next one of this job is, counted from the job that is none."""
    same = AiJob.request_data["variant_of"].astext == str(earlier.id)
    siblings = session.scalar(select(func.count()).where(AiJob.canvas_id == earlier.canvas_id, same))
    return int(earlier.request_data.get("variant", 0)) + int(siblings or 0) + 1


def _converse(request: dict[str, Any], earlier: AiJob | None) -> None:
    """What was asked for before, for the model: the conversation of a canvas is kept by its jobs themselves."""
    if earlier is None:
        return
    said = [*earlier.request_data.get("conversation", [])]
    if request["follow_up_of"] is not None:
        said.append(str(earlier.request_data["instructions"])[:MAX_REMEMBERED])
    request["conversation"] = said[-MOST_REMEMBERED:]


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
