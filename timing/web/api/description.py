"""The API's blueprints and their description (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

import timing
from timing.web.errors import PROBLEM_JSON, told

ABOUT = """
Passings and rulings go in, results come out. Nobody needs a key to read; whoever writes sends
`Authorization: Bearer …` with a key that the race's director made by `timing token`.

Times are milliseconds: durations in keys that end in `_ms`, instants as ISO 8601 in UTC. Every
answer about a race has an `ETag`; send it back as `If-None-Match` and get `304` while nothing
changed. What goes wrong is `application/problem+json`.
"""


class Problem(Schema):
    """Why a request was refused (RFC 9457)."""

    type = fields.String(required=True, metadata={"example": "about:blank"})
    title = fields.String(required=True, metadata={"example": "Not Found"})
    status = fields.Integer(required=True, metadata={"example": 404})
    detail = fields.String(metadata={"description": "What is wrong, in words."})
    errors = fields.Raw(metadata={"description": "What exactly is wrong in the request, by place."})


class ProblemApi(Api):
    """flask-smorest, with problem+json for what it calls errors."""

    ERROR_SCHEMA = Problem
    DEFAULT_RESPONSE_CONTENT_TYPE: str

    def _register_responses(self) -> None:
        # Its responses of errors are described as plain JSON otherwise.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_JSON
        try:
            super()._register_responses()
        finally:
            del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def _register_error_handlers(self) -> None:
        """None of its own: errors are answered in one place, for pages and programs."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        """The answer to an error of a view."""
        return told(error)


def describe(app: Flask) -> ProblemApi:
    """Let ``app`` have an API; its blueprints are registered with what is returned."""
    app.config.update(
        API_TITLE="Bivouac",
        API_VERSION=timing.__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    options: dict[str, Any] = {
        "info": {"description": ABOUT.strip()},
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key of a station or of a director of this race.",
                }
            }
        },
    }
    return ProblemApi(app, spec_kwargs=options)
