"""The served description of the API (``/api/openapi.json``) and Swagger UI (``/api/docs``), without inline scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import flask_swagger_ui
from flask import Blueprint, Flask, Response, send_from_directory
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, fields

Handler = TypeVar("Handler", bound=Callable[..., Any])

ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
DESCRIPTION = """Canvases that people and AI jobs edit together.

Programs send `Authorization: Bearer <token>`; `POST /api/auth/signup?token=1` and `POST /api/tokens` give one.
The browser's cookie needs the header `X-CSRF-Token` with everything that changes something. Errors are problem
documents (RFC 9457). Live events come over Socket.IO at `/socket.io`, or as Server-Sent Events per job."""
PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>CollabCanvas API</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="icon" href="docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
"""
# Swagger UI's Try it out sends the cookie, which needs the CSRF token.
START = """"use strict";
let csrf = null;
async function withToken(request) {
  if (request.method && request.method !== "GET" && !request.headers.Authorization) {
    csrf = (await (await fetch("auth/csrf")).json()).csrf_token;
    request.headers["X-CSRF-Token"] = csrf;
  }
  return request;
}
SwaggerUIBundle({ url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, requestInterceptor: withToken });
"""

blueprint = Blueprint("api_docs_page", __name__, url_prefix="/api/docs")


class ProblemSchema(Schema):
    """An error as RFC 9457 has it. ``detail`` is a sentence for people; ``code`` is stable, for programs."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.Dict(metadata={"description": "Messages by field."})


def refuses(blueprint: SmorestBlueprint, **reasons: str) -> Callable[[Handler], Handler]:
    """Describe the refusals of a route: ``@refuses(blueprint, _404="There is no such job.")``. What every route may answer
    (401, 422, 429, 500, 503) is not repeated.
    """

    def describe(handler: Handler) -> Handler:
        for status, reason in reasons.items():
            handler = blueprint.alt_response(
                int(status.removeprefix("_")),
                schema=ProblemSchema,
                content_type="application/problem+json",
                description=reason,
            )(handler)
        return handler

    return describe


class ProblemApi(Api):
    """flask-smorest's Api, describing errors as what they are."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()  # type: ignore[misc]
        del self.DEFAULT_RESPONSE_CONTENT_TYPE  # other answers are plain JSON again


def configuration() -> dict[str, Any]:
    """Configuration of flask-smorest."""
    return {
        "API_TITLE": "CollabCanvas",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {"description": DESCRIPTION},
            "security": [{"token": []}, {"session": [], "csrf": []}],
        },
    }


def describe_security(app: Flask, api: Api) -> None:
    """Say in the document how requests prove who sends them."""
    components = api.spec.components
    components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    components.security_scheme("csrf", {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"})
    components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]})


@blueprint.route("")
def read_docs() -> Response:
    """Swagger UI."""
    return Response(PAGE, content_type="text/html; charset=utf-8")


@blueprint.route("/start.js")
def read_start() -> Response:
    """The script that begins it: in a file of its own, because inline scripts are forbidden."""
    return Response(START, content_type="text/javascript; charset=utf-8")


@blueprint.route("/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>")
def read_asset(name: str) -> Response:
    """Swagger UI's own files, from its package."""
    return send_from_directory(ASSETS, name, max_age=3600)
