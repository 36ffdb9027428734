"""The plain page of a camp, served beside the application, and its certificate kept up to date."""

from __future__ import annotations

import mimetypes
import os
import plistlib
import signal
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NoReturn
from urllib.parse import urlsplit

from timing.pages.camp_page import AUTHORITY, PROFILE
from timing.pages.static_files import STATIC

LOOK_EVERY_SECONDS = 10.0

_CERTIFICATE_TYPE = "application/x-x509-ca-cert"
_PROFILE_TYPE = "application/x-apple-aspen-config"
_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown now: the page, and the authority in binary form, empty where there is none."""

    page: str
    authority: bytes


def profile(authority: bytes, called: str) -> bytes:
    """The profile by which iPhones install an authority."""
    own = uuid.uuid5(uuid.NAMESPACE_OID, authority.hex())
    within = uuid.uuid5(own, "authority")
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"bivouac.camp.{own}",
            "PayloadUUID": str(own).upper(),
            "PayloadDisplayName": f"Bivouac camp ({called})",
            "PayloadDescription": "Lets this phone trust the camp's own server.",
            "PayloadContent": [
                {
                    "PayloadType": "com.apple.security.root",
                    "PayloadVersion": 1,
                    "PayloadIdentifier": f"bivouac.camp.{within}",
                    "PayloadUUID": str(within).upper(),
                    "PayloadDisplayName": f"Bivouac camp authority ({called})",
                    "PayloadContent": authority,
                }
            ],
        }
    )


def answers(shown: Shown, called: str) -> Mapping[str, tuple[str, bytes]]:
    """What each address answers, as content type and body."""
    found = {"/": ("text/html; charset=utf-8", shown.page.encode())}
    if shown.authority:
        found[AUTHORITY] = (_CERTIFICATE_TYPE, shown.authority)
        found[PROFILE] = (_PROFILE_TYPE, profile(shown.authority, called))
    return found


def static_file(path: str) -> tuple[str, bytes] | None:
    """A file below ``/static/``, None where there is none of that name."""
    file = (STATIC / path.removeprefix("/static/")).resolve()
    if not path.startswith("/static/") or not file.is_relative_to(STATIC) or not file.is_file():
        return None
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes()


class PageServer:
    """Answers GET requests with what `show` last gave it."""

    def __init__(self, host: str, port: int, called: str) -> None:
        self._called = called
        self._found: Mapping[str, tuple[str, bytes]] = {}
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                found = owner._found.get(path) or static_file(path)
                if found is None:
                    self.send_error(HTTPStatus.NOT_FOUND)
                    return
                kind, body = found
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", _POLICY)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: phones that come are no news."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._server.server_address[1])

    def show(self, shown: Shown) -> None:
        """Answer with this from now on."""
        self._found = answers(shown, self._called)

    def start(self) -> None:
        """Serve beside whatever else this process does."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


def keep_up_to_date(
    server: PageServer, renew: Callable[[], Shown | None], serving: int
) -> NoReturn:
    """Serve the page, and look now and then whether this machine has other addresses.

    ``renew`` gives what is to be shown where something changed, else None; then the application,
    the process ``serving``, takes the new certificate.
    """
    server.start()
    wait = threading.Event()
    while True:
        wait.wait(LOOK_EVERY_SECONDS)
        shown = renew()
        if shown is not None:
            server.show(shown)
            os.kill(serving, signal.SIGHUP)
