"""The public pages in an S3-compatible bucket, for a CDN or as they are.

A bucket can't ask the application for what it does not have, so a page stays there until the next
one comes: it says itself which revision it shows. Only the newest state of each page is sent,
however many came while another was on its way; what can't be sent is tried again a few times, and
then with the next look at what waits.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from timing.core.times import Instant
from timing.live.signing import Credentials, object_path, signed_headers
from timing.live.threads import in_background
from timing.pages.public_pages import Media

TRIES = 4
_SENDERS = 4
_TIMEOUT_SECONDS = 10.0
_PAUSES_SECONDS = (0.2, 1.0, 3.0)
_LATER_SECONDS = 15.0
_IDLE_SECONDS = 0.5
_DONE = frozenset({200, 201, 204})
_GONE = frozenset({200, 202, 204, 404})

INDEX = "index.html"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket: ``endpoint`` is the service's address, ``name`` stands behind it in the path."""

    endpoint: str
    name: str
    credentials: Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What is to be at a key: a page, packed; nothing where ``pack`` is None."""

    media: Media
    pack: bytes | None


class BucketRefused(OSError):
    """The service did not take it; the message says what it answered."""


class BucketMirror:
    """Puts pages into a bucket, in threads of its own; nobody waits for them."""

    def __init__(
        self, bucket: Bucket, *, clock: Callable[[], Instant], until: threading.Event
    ) -> None:
        self._bucket = bucket
        self._clock = clock
        self._until = until
        self._waiting: dict[str, _State] = {}
        self._busy: set[str] = set()
        self._some = threading.Condition()
        self._senders = [in_background(self._send, f"bucket-{n}") for n in range(_SENDERS)]

    def put(self, address: str, media: Media, pack: bytes) -> None:
        """A page, packed; one whose address has a query has no place in a bucket."""
        self._want(address, _State(media=media, pack=pack))

    def drop(self, address: str, media: Media) -> None:
        """A page that there is no more."""
        self._want(address, _State(media=media, pack=None))

    def join(self) -> None:
        """Wait until all that is on its way has ended, once ``until`` is set."""
        with self._some:
            self._some.notify_all()
        for sender in self._senders:
            sender.join()

    def is_idle(self) -> bool:
        """Whether all is where it should be."""
        with self._some:
            return not self._waiting and not self._busy

    def _want(self, address: str, state: _State) -> None:
        if "?" not in address:
            with self._some:
                self._waiting[key_of(address)] = state
                self._some.notify()

    def _send(self) -> None:
        sender = _Sender(self._bucket, self._clock, self._until)
        while not self._until.is_set():
            key, state = self._next()
            if state is None:
                continue
            is_sent = sender.send(key, state)
            with self._some:
                self._busy.discard(key)
                if not is_sent:
                    self._waiting.setdefault(key, state)
                self._some.notify()
            if not is_sent:
                self._until.wait(_LATER_SECONDS)
        sender.hang_up()

    def _next(self) -> tuple[str, _State | None]:
        """What has waited longest and is not being sent at this moment."""
        with self._some:
            for key, state in self._waiting.items():
                if key not in self._busy:
                    del self._waiting[key]
                    self._busy.add(key)
                    return key, state
            self._some.wait(_IDLE_SECONDS)
        return "", None


def key_of(address: str) -> str:
    """The object's key: the address as it is asked for, a folder's by its index."""
    key = address.removeprefix("/")
    return f"{key}{INDEX}" if not key or key.endswith("/") else key


class _Sender:
    """One connection, opened when it is needed and again when it was lost."""

    def __init__(
        self, bucket: Bucket, clock: Callable[[], Instant], until: threading.Event
    ) -> None:
        self._bucket = bucket
        self._clock = clock
        self._until = until
        self._connection: http.client.HTTPConnection | None = None

    def send(self, key: str, state: _State) -> bool:
        """Bring the bucket to a state; whether that was done within TRIES."""
        for pause in (*_PAUSES_SECONDS, 0.0)[:TRIES]:
            try:
                self._ask(key, state)
            except (OSError, http.client.HTTPException) as error:
                self.hang_up()
                _log.warning("the bucket did not take a page", key=key, error=str(error))
                if pause and self._until.wait(pause):
                    return False
            else:
                return True
        return False

    def _ask(self, key: str, state: _State) -> None:
        method, body, headers = "DELETE", b"", {}
        if state.pack is not None:
            method, body = "PUT", state.pack
            headers = {
                "Content-Type": state.media.value,
                "Content-Encoding": "gzip",
                "Cache-Control": "public, max-age=1",
            }
        path = object_path(self._bucket.name, key)
        url = f"{self._bucket.endpoint.rstrip('/')}{path}"
        signed = signed_headers(
            method, url, headers, body, self._bucket.credentials, at=self._clock()
        )
        connection = self._connected()
        connection.request(method, path, body or None, signed)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in (_DONE if body else _GONE):
            raise BucketRefused(f"{answer.status} {said[:300].decode(errors='replace')}")

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            parts = urlsplit(self._bucket.endpoint)
            kind = (
                http.client.HTTPSConnection
                if parts.scheme == "https"
                else http.client.HTTPConnection
            )
            self._connection = kind(parts.netloc, timeout=_TIMEOUT_SECONDS)
        return self._connection

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
