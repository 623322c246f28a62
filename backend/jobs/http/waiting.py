"""``Prefer: wait=N`` (RFC 7240): an answer about a job that comes when there is something new, for programs that poll.

Who waits is the live feed's business: it installs the waiter.
"""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Callable
from typing import Any, Protocol

from flask import Response, after_this_request, current_app
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

EXTENSION_KEY = "collabcanvas.job_waiter"
MAX_WAIT_SECONDS = 60
_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])', re.IGNORECASE)

View = Callable[..., Any]


class Waiter(Protocol):
    """What the live feed provides."""

    def __call__(self, job_id: uuid.UUID, after: int | None, seconds: float) -> None:
        """Return when the job has news, or after ``seconds``."""


class PreferSchema(Schema):
    """The header of a request that may wait."""

    prefer = fields.String(
        data_key="Prefer",
        load_default="",
        metadata={
            "description": "“wait=20”: answer when there are events after `after`, without `after` when the job has ended, and "
            f"after 20 seconds at the latest (at most {MAX_WAIT_SECONDS})."
        },
    )


class AfterSchema(Schema):
    """What the client knows already."""

    after = fields.Integer(
        load_default=None,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "With `Prefer: wait`: the `last_seq` that you have."},
    )


def may_wait(blueprint: Blueprint) -> Callable[[View], View]:
    """Let the answer of a view of one job wait, and describe how."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(query: dict[str, Any], headers: dict[str, Any], job_id: uuid.UUID) -> Any:
            seconds = preferred_wait(headers["prefer"])
            if seconds:
                after_this_request(lambda response: _applied(response, seconds))
                waiter: Waiter = current_app.extensions[EXTENSION_KEY]
                waiter(job_id, query["after"], seconds)
            return view(job_id)

        described = blueprint.arguments(PreferSchema, location="headers")(answer)
        return blueprint.arguments(AfterSchema, location="query")(described)

    return decorate


def preferred_wait(header: str) -> int:
    """Seconds to wait; 0 for none. What makes no sense is no preference: the RFC wants it ignored."""
    found = _WAIT.search(header)
    return min(int(found[1]), MAX_WAIT_SECONDS) if found else 0


def _applied(response: Response, seconds: int) -> Response:
    response.headers["Preference-Applied"] = f"wait={seconds}"
    response.vary.add("Prefer")
    return response
