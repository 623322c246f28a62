"""Whether the refusals that tests provoke stand in the API's description."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from flask import Flask, Response, request

from backend.extensions import api

JOB_ROUTES = (
    "jobs",
    "job_actions",
    "job_upkeep",
    "queues",
    "cache",
    "ai_agent",
    "prompts",
    "events",
)  # blueprints, and tags
SAID = {402, 403, 404, 409}  # what every route may answer (401, 422, 429, 500, 503) is not repeated in the description


class Watch:
    """Receives ``request_finished``; ``undescribed`` are the refusals that nobody could have expected."""

    def __init__(self) -> None:
        self.undescribed: list[str] = []

    def __call__(self, _sender: Flask, response: Response, **_: Any) -> None:
        rule = request.url_rule
        if rule is None or request.blueprint not in JOB_ROUTES or response.status_code not in SAID:
            return
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        if str(response.status_code) not in described(path, request.method.lower()):
            self.undescribed.append(f"{request.method} {path}: {response.status_code}")


@cache
def described(path: str, method: str) -> frozenset[str]:
    """The statuses that the description names for a route. All applications of the tests have the same."""
    responses = api.spec.to_dict()["paths"][path][method]["responses"]
    return frozenset(status for status, answer in responses.items() if answer.get("description"))
