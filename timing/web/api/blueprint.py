"""What the API's blueprints share: how their arguments are read."""

from __future__ import annotations

from typing import Any

from flask import Request
from flask_smorest import Blueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from timing.web.errors import Refusal


class JsonParser(FlaskParser):
    """The library's parser, for which nesting without end and endless numbers are bad JSON too."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401 - any JSON
        """The body's JSON; Refusal if it is none."""
        try:
            return super().load_json(req, schema)
        except (ValueError, RecursionError):
            raise Refusal(400, "The body is no JSON that can be read.") from None


class ApiBlueprint(Blueprint):
    """A blueprint of the API."""

    ARGUMENTS_PARSER = JsonParser()
