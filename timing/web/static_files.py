"""Styles, scripts, fonts and icons, served by the application itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast
from wsgiref.headers import Headers
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from whitenoise import WhiteNoise

from timing.pages.static_files import STATIC

PREFIX = "/static/"
_FOREVER = "public, max-age=31536000, immutable"
_A_DAY_SECONDS = 86_400


class StaticFiles(WhiteNoise):
    """The files of ``static/``; an address with its file's digest in it may be kept for good."""

    def __init__(self, app: WSGIApplication, always: Iterable[tuple[str, str]]) -> None:
        """Before ``app``, sending the headers ``always`` with each file."""

        def add(headers: Headers, *_: object) -> None:
            for name, value in always:
                headers[name] = value

        super().__init__(
            app,
            root=str(STATIC),
            prefix=PREFIX,
            max_age=_A_DAY_SECONDS,
            allow_all_origins=False,
            add_headers_function=add,
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a file, or let the application answer."""
        is_versioned = environ.get("QUERY_STRING", "").startswith("v=")
        if not environ["PATH_INFO"].startswith(PREFIX) or not is_versioned:
            return cast(Iterable[bytes], super().__call__(environ, start_response))

        def start(
            status: str,
            headers: list[tuple[str, str]],
            *rest: Any,  # noqa: ANN401 - what an error happened to be
        ) -> Callable[[bytes], object]:
            if status.startswith(("200", "304")):
                headers = [h for h in headers if h[0].lower() != "cache-control"]
                headers.append(("Cache-Control", _FOREVER))
            return start_response(status, headers, *rest)

        return cast(Iterable[bytes], super().__call__(environ, start))
