"""Whether the process lives, and whether it can serve: for whoever watches over it."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from timing.operations import schema
from timing.web.installation import installation

health = Blueprint("health", __name__)

_TEXT = "text/plain; charset=utf-8"
_log = structlog.get_logger(__name__)


@health.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("alive\n", content_type=_TEXT)


@health.get("/readyz")
def readyz() -> Response:
    """The database answers, and has the tables this release needs."""
    try:
        is_current = schema.is_current(installation().database)
    except (SQLAlchemyError, OSError):
        _log.exception("the database does not answer")
        return Response("the database does not answer\n", 503, content_type=_TEXT)
    if not is_current:
        return Response("the database needs: timing db upgrade\n", 503, content_type=_TEXT)
    return Response("ready\n", content_type=_TEXT)
