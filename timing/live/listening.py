"""One open stream, and one page that many of them keep up to date."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from timing.core.book import RaceBook
from timing.db.reading import Cursor
from timing.live.books import LiveRace, Standing
from timing.live.events import HEAD_OF_PACKED, Event, event, framed
from timing.live.outlets import Outlet, ReaderHasLeft
from timing.live.pacing import Pace
from timing.live.threads import in_thread
from timing.pages.fragments import Change, Fragments, changes, fragments
from timing.pages.languages import ENGLISH, speaking
from timing.pages.live_view import concern, page_of_events

MOST_WAITING = 8
"""Events a slow reader may be behind; then it gets the page's state instead of its history."""

MOST_STEPS = 64
MOST_HISTORY_BYTES = 256 * 1024
"""What a page's readers can resume from: so many events, and so much of them packed."""

MANY_OF_BOARD = 3
MANY_OF_RUNNER = 50
"""With so many listeners a page is told of everything at once; a runner's else of its runner."""

BEAT_SECONDS = 15.0
"""A quiet stream says so often that it lives."""

RETURN_SECONDS = 2.0
RETURN_SECONDS_EACH = 0.005
"""Within how long readers come back to a process that ended, that not all do at once."""

OPENING = Event(b"retry: 2000\n\n")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a stream is about: a race, the parameters of one of its pages, and its language."""

    slug: str
    args: tuple[tuple[str, str], ...]
    language: str = ENGLISH.code

    @property
    def is_runner(self) -> bool:
        """Whether it is a runner's page: there are many, and each is cheap."""
        return any(name == "bib" for name, _ in self.args)


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader has: a revision, of an ``epoch`` that is empty where it can't tell."""

    epoch: str
    revision: int

    @classmethod
    def of(cls, text: str) -> Known | None:
        """What an event's id, or the revision that a page names, says; None for neither."""
        epoch, _, number = text.rpartition("-")
        if number.isascii() and number.isdigit() and len(number) <= _DIGITS:
            return cls(epoch, int(number))
        return None


_DIGITS = 18


def identity(cursor: Cursor) -> str:
    """The id of an event: of the state that its reader has then."""
    return f"{cursor.epoch}-{cursor.revision}"


class Listener:
    """One open stream; ``descriptor`` is that of its connection, None where there is none.

    Its events are written through ``outlet`` once the answer has begun, where it has one. It has
    the state ``has``, or, where that is None, one that was made elsewhere at revision ``is_at``.
    """

    def __init__(
        self,
        subject: Subject,
        descriptor: int | None = None,
        *,
        outlet: Outlet | None = None,
        packed: bool = False,
    ) -> None:
        self.subject = subject
        self.descriptor = descriptor
        self.has: Fragments | None = None
        self.is_at = 0
        self.last_sent = time.monotonic()
        self._outlet = outlet
        self._packed = packed
        self._waiting: deque[Event] = deque([OPENING])
        self._rest = b""
        self._is_flowing = False
        self._is_writing = False
        self._is_ended = False
        self._something = threading.Event()
        self._something.set()

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will be sent."""
        return self._is_ended

    def send(self, said: Event) -> bool:
        """Send this next; False, and nothing is sent, where too much waits already."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self.last_sent = time.monotonic()
        is_free = self._is_flowing and not (self._is_writing or self._waiting or self._rest)
        if self._outlet is not None and is_free and not self._is_ended:
            self._write(said, self._outlet)
        else:
            self._waiting.append(said)
            self._something.set()
        return True

    def send_instead(self, said: Event) -> None:
        """Send this in place of all that waits."""
        self._waiting.clear()
        self.send(said)

    def end(self, farewell: Event | None = None) -> None:
        """Let the stream end once it has sent what waits."""
        if farewell is not None:
            self._waiting.append(farewell)
        self._is_ended = True
        self._something.set()

    def chunks(self) -> Iterator[bytes]:
        """What the server is to write to the connection, as it comes."""
        head = HEAD_OF_PACKED if self._packed else b""
        while True:
            self._something.wait()
            self._something.clear()
            if self._is_flowing and self._outlet is not None:
                self._write_waiting(self._outlet)
            else:
                while chunk := self._taken():
                    yield head + chunk
                    head = b""
                # From here on the server writes nothing any more but the end.
                self._is_flowing = self._outlet is not None
            if self._is_ended and not self._waiting:
                return

    def _taken(self) -> bytes:
        """All that waits."""
        taken = []
        while self._waiting:
            try:
                taken.append(self._waiting.popleft().written(packed=self._packed))
            except IndexError:  # what waited may be cleared by another thread at any time
                break
        return b"".join(taken)

    def _write(self, said: Event, outlet: Outlet) -> None:
        data = framed(said.written(packed=self._packed))
        try:
            written = outlet.write(data)
        except ReaderHasLeft:
            self.end()
            return
        if written < len(data):
            self._rest = data[written:]
            self._something.set()

    def _write_waiting(self, outlet: Outlet) -> None:
        # Until all is written whatever comes has to wait behind it.
        self._is_writing = True
        try:
            while self._rest or self._waiting:
                outlet.write_all(self._rest or framed(self._taken()))
                self._rest = b""
        except ReaderHasLeft:
            self._waiting.clear()
            self._rest = b""
            self._is_ended = True
        self._is_writing = False


@dataclass(frozen=True, slots=True)
class Step:
    """One event to a page: from a state that stood from ``since`` to ``until``, to the next."""

    since: int
    until: int
    revision: int
    event: Event


@dataclass(slots=True)
class History:
    """The latest events to a page, for readers who missed some of them."""

    steps: deque[Step] = field(default_factory=deque)
    size: int = 0

    def add(self, step: Step) -> None:
        """Keep one more, and forget the oldest that are too many."""
        self.steps.append(step)
        self.size += step.event.size
        while len(self.steps) > MOST_STEPS or self.size > MOST_HISTORY_BYTES:
            self.size -= self.steps.popleft().event.size

    def after(self, revision: int) -> tuple[Step, ...] | None:
        """What a reader at that revision misses; None where the page's state then is not known.

        A revision between the two sides of an event is not: the event tells what differs
        between them, and what came and went meanwhile would stay.
        """
        if any(step.since <= revision <= step.until for step in self.steps):
            return tuple(step for step in self.steps if step.until >= revision)
        return None


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as those who listen to it have it: the same at every revision from ``since`` on."""

    cursor: Cursor
    since: int
    state: Fragments


class Topic:
    """A page and those who listen to it; ``users`` counts those who come and go too."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.users = 0
        self.listeners: set[Listener] = set()
        self.pace = Pace()
        self.told_at = 0.0
        self._lock = threading.Lock()
        self._shown: Shown | None = None
        self._everything: Event | None = None
        self._history = History()
        self._concern: object = None
        self._looked_at: Standing | None = None
        self._is_concerned = False

    @property
    def has_many(self) -> bool:
        """Whether so many listen that they are told at once, whatever the page is about."""
        return len(self.listeners) >= (MANY_OF_RUNNER if self.subject.is_runner else MANY_OF_BOARD)

    def is_behind(self, race: LiveRace) -> bool:
        """Whether the race has moved on since those who listen were told."""
        return self._shown is None or self._shown.cursor != race.standing.cursor

    def is_concerned(self, book: RaceBook, at: Standing) -> bool:
        """Whether what this page is mainly about has changed since those who listen were told."""
        if self._looked_at is not at:
            self._looked_at = at
            self._is_concerned = concern(book, dict(self.subject.args)) != self._concern
        return self._is_concerned

    def tell(self, race: LiveRace) -> None:
        """Tell those who listen what has changed. Raises what `page_of_events` raises."""
        with self._lock:
            if self.is_behind(race):
                self._move_on(race)

    def greet(self, listener: Listener, race: LiveRace, known: Known | None, crowd: int) -> None:
        """Take one more, who has ``known``; raises as `tell` does.

        ``crowd`` is how many listen to this process.
        """
        with self._lock:
            shown = self._shown
            may_move = self.pace.pause(time.monotonic(), crowd) <= 0
            if shown is None or (self.is_behind(race) and may_move):
                shown = self._move_on(race)
            self.listeners.add(listener)
            listener.has = shown.state
            if known is None or known.epoch not in ("", shown.cursor.epoch):
                listener.send(self._all(shown))
            elif known.revision > shown.cursor.revision:
                # Its page was made ahead of this stream: it is told everything at the next step.
                listener.has, listener.is_at = None, known.revision
                return
            elif known.revision < shown.since:
                self._catch_up(listener, known.revision, shown)
            listener.send(_beat(shown.cursor, crowd))

    def _catch_up(self, listener: Listener, revision: int, shown: Shown) -> None:
        missed = self._history.after(revision)
        if missed is None or len(missed) > MOST_WAITING // 2:
            listener.send(self._all(shown))
            return
        for step in missed:
            listener.send(step.event)

    def beat(self, crowd: int) -> Event | None:
        """That a stream to this page lives; None where nobody was greeted yet."""
        return None if self._shown is None else _beat(self._shown.cursor, crowd)

    def _move_on(self, race: LiveRace) -> Shown:
        before = self._shown

        def composed(book: RaceBook, at: Standing) -> tuple[Shown, object, Event | None]:
            args, cursor = dict(self.subject.args), at.cursor
            state = fragments(page_of_events(book, args, revision=cursor.revision))
            told: Event | None = None
            since = cursor.revision
            if before is not None and before.cursor.epoch == cursor.epoch:
                change = changes(before.state, state, revision=cursor.revision)
                if change is None:
                    state, since = before.state, before.since
                else:
                    told = _told(change, before.since, cursor)
            return Shown(cursor, since, state), concern(book, args), told

        with speaking(self.subject.language):
            shown, self._concern, told = race.ask(composed)
        self._shown, self._everything = shown, None
        self.told_at = time.monotonic()
        self._is_concerned = False
        if before is None or before.cursor.epoch != shown.cursor.epoch:
            self._history = History()
        elif told is not None:
            self.pace.told(self.told_at)
            self._history.add(
                Step(before.since, before.cursor.revision, shown.cursor.revision, told)
            )
        for listener in tuple(self.listeners):
            if listener.has is None and listener.is_at > shown.cursor.revision:
                continue
            is_even = before is not None and listener.has is before.state
            is_told = shown.state is listener.has or (told is not None and is_even)
            if not is_told or (told is not None and not listener.send(told)):
                listener.send_instead(self._all(shown))
            listener.has = shown.state
        if told is not None:
            told.put_by()
        return shown

    def _all(self, shown: Shown) -> Event:
        """The page's whole state as one event."""
        if self._everything is None:
            revision = shown.cursor.revision
            with speaking(self.subject.language):
                self._everything = in_thread(
                    lambda: _told(changes(None, shown.state, revision=revision), 0, shown.cursor)
                )
        return self._everything


def _told(change: Change | None, since: int, cursor: Cursor) -> Event:
    """A change for those who have the state of ``since``, with 0 for anybody."""
    return event("board", {**(change or {}), "since": since}, identity=identity(cursor))


def _beat(cursor: Cursor, crowd: int) -> Event:
    """That the stream lives, how far its reader has come, and how to come back if it ends."""
    said = {"revision": cursor.revision, "every": BEAT_SECONDS, "within": within(crowd)}
    return event("beat", said, identity=identity(cursor))


def bye(crowd: int) -> Event:
    """That the stream ends, and within how many seconds its reader may come back."""
    return event("bye", {"within": within(crowd)})


def within(crowd: int) -> float:
    """Over how many seconds so many readers spread their coming back."""
    return round(RETURN_SECONDS + RETURN_SECONDS_EACH * crowd, 1)
