"""One open stream, and one page that many of them keep up to date."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.db.reading import Cursor
from timing.live.books import LiveRace, Standing
from timing.pages.fragments import Fragments, changes, fragments
from timing.pages.languages import ENGLISH, speaking
from timing.pages.live_view import page_of_events

MOST_WAITING = 8
"""Events a slow reader may be behind; then it gets the page's state instead of its history."""

OPENING = b"retry: 2000\n\n"
BEAT = b": beat\n\n"
BYE = b"event: bye\ndata:\n\n"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a stream is about: a race, the parameters of one of its pages, and its language."""

    slug: str
    args: tuple[tuple[str, str], ...]
    language: str = ENGLISH.code


class Listener:
    """One open stream; ``descriptor`` is that of its connection, None where there is none."""

    def __init__(self, subject: Subject, descriptor: int | None) -> None:
        self.subject = subject
        self.descriptor = descriptor
        self.has: Fragments | None = None
        self.last_sent = time.monotonic()
        self._waiting: deque[bytes] = deque([OPENING])
        self._is_ended = False
        self._something = threading.Event()
        self._something.set()

    def send(self, event: bytes) -> bool:
        """Send this next; False, and nothing is sent, where too much waits already."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append(event)
        self.last_sent = time.monotonic()
        self._something.set()
        return True

    def send_instead(self, event: bytes) -> None:
        """Send this in place of all that waits."""
        self._waiting.clear()
        self.send(event)

    def end(self, farewell: bytes = b"") -> None:
        """Let the stream end once it has sent what waits."""
        if farewell:
            self._waiting.append(farewell)
        self._is_ended = True
        self._something.set()

    def chunks(self) -> Iterator[bytes]:
        """What to write to the connection, as it comes."""
        while True:
            self._something.wait()
            self._something.clear()
            while chunk := self._next():
                yield chunk
            if self._is_ended and not self._waiting:
                return

    def _next(self) -> bytes | None:
        try:
            return self._waiting.popleft()
        except IndexError:  # what waited may be cleared by another thread at any time
            return None


class Topic:
    """A page and those who listen to it; ``users`` counts those who come and go too."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.users = 0
        self.listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._cursor: Cursor | None = None
        self._state: Fragments | None = None
        self._everything: bytes | None = None

    def is_behind(self, race: LiveRace) -> bool:
        """Whether the race has moved on since those who listen were told."""
        return self._cursor != race.standing.cursor

    def tell(self, race: LiveRace) -> None:
        """Tell those who listen what has changed. Raises what `page_of_events` raises."""
        with self._lock:
            if self.is_behind(race):
                self._move_on(race)

    def greet(self, listener: Listener, race: LiveRace, known: int | None) -> None:
        """Take one more, whose page was made at revision ``known``; raises as `tell` does."""
        with self._lock:
            if self.is_behind(race):
                self._move_on(race)
            self.listeners.add(listener)
            revision = self._cursor.revision if self._cursor is not None else 0
            if known is None or known < revision:
                listener.send(self._all())
            # A page ahead of this process is told everything when the process has caught up.
            listener.has = self._state if known is None or known <= revision else None

    def _move_on(self, race: LiveRace) -> None:
        before = self._state

        def page_and_event(book: RaceBook, at: Standing) -> tuple[Cursor, Fragments, bytes]:
            revision = at.cursor.revision
            now = fragments(page_of_events(book, dict(self.subject.args), revision=revision))
            return at.cursor, now, b"" if before is None else _event(before, now, revision)

        with speaking(self.subject.language):
            self._cursor, now, event = race.ask(page_and_event)
        self._everything = None
        if event or before is None:
            self._state = now
        for listener in tuple(self.listeners):
            is_even = before is not None and listener.has is before
            if not is_even or (event and not listener.send(event)):
                listener.send_instead(self._all())
            listener.has = self._state

    def _all(self) -> bytes:
        if self._everything is None and self._state is not None and self._cursor is not None:
            self._everything = _event(None, self._state, self._cursor.revision)
        return self._everything or b""


def _event(before: Fragments | None, now: Fragments, revision: int) -> bytes:
    change = changes(before, now, revision=revision)
    if change is None:
        return b""
    data = json.dumps(change, ensure_ascii=False, separators=(",", ":"))
    return f"event: board\nid: {revision}\ndata: {data}\n\n".encode()
