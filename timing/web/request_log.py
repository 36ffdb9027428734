"""What is logged of requests: those that write, and those that fail, each with an id.

Addresses are not logged, as keys may stand in them; the name of the view says as much. A proxy that
is trusted may give a request its id, and every answer tells it, so that what a visitor reports can
be found.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from timing.settings import Settings

HEADER = "X-Request-Id"

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

_log = structlog.get_logger(__name__)


def log_requests(app: Flask, settings: Settings) -> None:
    """Give each request of ``app`` an id, and log what is worth it."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "") if settings.trusted_proxies else ""
        g.request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        g.began = time.perf_counter()
        # One greenlet answers all requests of a connection.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" not in g:
            return response
        if not response.cache_control.public:  # what anybody may keep is of no one request
            response.headers[HEADER] = g.request_id
        if request.method not in _READING or response.status_code >= 500:
            _log.info(
                "request",
                view=request.endpoint,
                race=(request.view_args or {}).get("slug", ""),
                method=request.method,
                status=response.status_code,
                ms=round((time.perf_counter() - g.began) * 1000),
            )
        return response

    def log_exception(raised: Any) -> None:  # noqa: ANN401 - what sys.exc_info() says
        _log.error("a request failed", view=request.endpoint, exc_info=raised)

    app.log_exception = log_exception  # type: ignore[method-assign, assignment]
