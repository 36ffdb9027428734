"""Styles, scripts, fonts and icons, served by the application itself."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from wsgiref.headers import Headers
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from whitenoise import WhiteNoise

from timing.live.answers import takes_gzip
from timing.pages.static_files import STATIC

PREFIX = "/static/"
_FOREVER = "public, max-age=31536000, immutable"
_A_DAY_SECONDS = 86_400
_ASK_AGAIN = "public, no-cache"
"""For scripts that others call by their plain names: they must be of the same release."""
_PACKED = (".js", ".css", ".svg")
"""What gets smaller: type and pictures are packed already."""

_OF_THE_WHOLE = frozenset({"content-length", "accept-ranges"})
_OK = "200 OK"
_FILES_PACKED = 500


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
        """Serve a file, packed for who takes it so, or let the application answer."""
        path = environ["PATH_INFO"]
        takes = takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if not (path.startswith(PREFIX) and path.endswith(_PACKED) and takes):
            return self._serve(environ, start_response)
        packed: list[bytes] = []

        def start(
            status: str,
            headers: list[tuple[str, str]],
            *rest: Any,  # noqa: ANN401 - what an error happened to be
        ) -> Callable[[bytes], object]:
            file = STATIC / path.removeprefix(PREFIX)
            if status == _OK and file.is_file():
                packed.append(_gzipped(file, file.stat().st_mtime_ns))
                headers = [h for h in headers if h[0].lower() not in _OF_THE_WHOLE]
                headers.append(("Content-Length", str(len(packed[0]))))
                headers.append(("Content-Encoding", "gzip"))
            headers.append(("Vary", "Accept-Encoding"))
            return start_response(status, headers, *rest)

        body = self._serve(environ, start)
        if not packed:
            return body
        if (close := getattr(body, "close", None)) is not None:
            close()
        return [] if environ["REQUEST_METHOD"] == "HEAD" else packed

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return cast(Iterable[bytes], super().__call__(environ, start_response))
        if environ.get("QUERY_STRING", "").startswith("v="):
            keeping = _FOREVER
        elif path.endswith(".js"):
            keeping = _ASK_AGAIN
        else:
            return cast(Iterable[bytes], super().__call__(environ, start_response))

        def start(
            status: str,
            headers: list[tuple[str, str]],
            *rest: Any,  # noqa: ANN401 - what an error happened to be
        ) -> Callable[[bytes], object]:
            if status.startswith(("200", "304")):
                headers = [h for h in headers if h[0].lower() != "cache-control"]
                headers.append(("Cache-Control", keeping))
            return start_response(status, headers, *rest)

        return cast(Iterable[bytes], super().__call__(environ, start))


@lru_cache(maxsize=_FILES_PACKED)
def _gzipped(file: Path, _changed: int) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)
