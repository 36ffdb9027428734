"""Which language a request asks for: its address says so, and nothing else of it counts."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from timing.pages.languages import divided, prefix, speaking


class SpokenLanguages:
    """Answers addresses like ``/fr/races/x`` as it does ``/races/x``, in French."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer in the language of the address."""
        code, rest = divided(environ["PATH_INFO"])
        with speaking(code):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix()
            environ["PATH_INFO"] = rest
            return self._app(environ, start_response)
