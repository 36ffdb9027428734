"""Holding a reader's line: connect or be called, take what it says, and never give up.

What comes is written together with the position it reaches, and acknowledged after the commit
only. So a break, wherever it falls, costs nothing that the reader can send again.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from timing.core.definition import Race
from timing.core.times import Instant
from timing.db.engines import Database, DatabaseBusy
from timing.importers.reads import Read
from timing.importers.wire.lines import Heard, NoReader, ReaderLine
from timing.operations.importing import Place, Verdict, take_live
from timing.operations.readers import Reader, ReaderState, keep_reader, reader_of

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
_CONNECT_SECONDS = 10.0
_CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is listened to, and where its reads belong. ``tick_seconds`` is how often it is asked.

    ``zone`` of the place is that of the reader's clock, empty for the race's.
    """

    slug: str
    race: Race
    name: str
    format: str
    address: str
    stage: int
    control: str
    place: Place
    make_line: Callable[[dict[str, int | str]], ReaderLine]
    tick_seconds: float = 1.0
    first_wait_seconds: float = FIRST_WAIT_SECONDS


class Keeper:
    """Takes what a line says into the database, with how the reader is; for any thread."""

    def __init__(
        self,
        database: Database,
        post: Post,
        *,
        clock: Callable[[], Instant],
        say: Callable[[str], None],
        stop: threading.Event,
    ) -> None:
        self.post = post
        self.say = say
        self.stop = stop
        self.clock = clock
        self.times_heard = 0
        self._database = database
        self._lock = threading.Lock()
        with database.reading() as session:
            held = reader_of(session, post.slug, post.name)
        fresh = Reader(
            name=post.name,
            format=post.format,
            address=post.address,
            stage=post.stage,
            control=post.control,
        )
        if held is not None and held.format == post.format:
            # Where it was listened to at another control, it starts over: nothing is missed.
            is_here = (held.stage, held.control) == (post.stage, post.control)
            fresh = replace(
                held,
                address=post.address,
                stage=post.stage,
                control=post.control,
                position=held.position if is_here else {},
            )
        self.reader = fresh

    def line(self) -> ReaderLine:
        """A new connection's, from the position reached."""
        return self.post.make_line(dict(self.reader.position))

    def set_state(self, state: ReaderState) -> None:
        """Keep that it is connected, waited for, or stopped."""
        with self._lock:
            self.reader = replace(self.reader, state=state)
            self._written(())

    def take(self, line: ReaderLine, heard: Heard) -> None:
        """Write the reads and the position, then tell; returns once all of it is on disk."""
        with self._lock:
            self.times_heard += 1
            numbers = [r.sequence for r in heard.reads if r.sequence is not None]
            before = self.reader
            now = self.clock()
            self.reader = replace(
                before,
                state=ReaderState.CONNECTED,
                last_contact=now,
                last_read=now if heard.reads else before.last_read,
                last_sequence=max(numbers) if numbers else before.last_sequence,
                gaps=line.gaps,
                offset_ms=before.offset_ms if line.offset_ms is None else line.offset_ms,
                position=dict(line.position),
            )
            self._written(heard.reads)
        for note in heard.notes:
            self.say(note)
        for problem in heard.problems:
            self.say(problem.told)

    def _written(self, reads: tuple[Read, ...]) -> None:
        while True:
            try:
                self._write(reads)
            except DatabaseBusy:
                if self.stop.is_set():
                    raise
                self.say("the database is busy; trying again")
                self.stop.wait(self.post.first_wait_seconds)
            else:
                return

    def _write(self, reads: tuple[Read, ...]) -> None:
        post = self.post
        with self._database.writing() as session:
            new = 0
            told: list[str] = []
            if reads:
                made = take_live(
                    session,
                    post.slug,
                    post.race,
                    reads,
                    post.place,
                    format=post.format,
                    received=self.clock(),
                )
                counts = made.counts
                new = counts[Verdict.NEW]
                told = [f"{new} new, {counts[Verdict.KNOWN]} known already"]
                told += [
                    f"{line.verdict.value}: {line.told}"
                    for line in made.lines
                    if line.verdict in (Verdict.CONFLICT, Verdict.REJECTED)
                ]
            kept = replace(self.reader, taken=self.reader.taken + new)
            keep_reader(session, post.slug, kept)
        self.reader = kept
        for line in told:
            self.say(line)


def hold(keeper: Keeper, connection: socket.socket) -> None:
    """Talk over one connection until it breaks or the keeper is stopped. OSError, NoReader."""
    line = keeper.line()
    tick = keeper.post.tick_seconds
    connection.settimeout(tick)
    _send(connection, line.opened())
    silent = 0.0
    while not keeper.stop.is_set():
        try:
            data = connection.recv(_CHUNK)
        except TimeoutError:
            silent += tick
            if line.quiet_seconds and silent >= line.quiet_seconds:
                raise ConnectionError(f"nothing heard for {silent:.0f} s") from None
            _send(connection, line.quiet())
            continue
        if not data:
            raise ConnectionError("it has hung up")
        silent = 0.0
        heard = line.heard(data, keeper.clock())
        keeper.take(line, heard)
        _send(connection, heard.answer)


def call(keeper: Keeper, host: str, port: int) -> None:
    """Connect to a reader, again after each break, until the keeper is stopped."""
    wait = keeper.post.first_wait_seconds
    while not keeper.stop.is_set():
        before = keeper.times_heard
        try:
            with socket.create_connection((host, port), timeout=_CONNECT_SECONDS) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                keeper.say(f"connected to {host}:{port}")
                keeper.set_state(ReaderState.CONNECTED)
                hold(keeper, connection)
        except (OSError, NoReader) as error:
            if keeper.stop.is_set():
                break
            if keeper.times_heard != before:
                wait = keeper.post.first_wait_seconds
            keeper.say(f"no line: {error}; trying again in {wait:g} s")
            keeper.set_state(ReaderState.WAITING)
            keeper.stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
    keeper.set_state(ReaderState.STOPPED)
    keeper.say("stopped; everything that came is in the database")


def answer_calls(keeper: Keeper, listening: socket.socket) -> None:
    """Let readers connect to us, each in a thread of its own, until the keeper is stopped."""
    threads: list[threading.Thread] = []
    listening.settimeout(keeper.post.tick_seconds)
    keeper.set_state(ReaderState.WAITING)
    with contextlib.closing(listening):
        while not keeper.stop.is_set():
            try:
                connection, (host, *_) = listening.accept()
            except TimeoutError:
                threads = [thread for thread in threads if thread.is_alive()]
                continue
            keeper.say(f"called by {host}")
            thread = threading.Thread(target=_answered, args=(keeper, connection, host))
            thread.start()
            threads.append(thread)
    for thread in threads:
        thread.join()
    keeper.set_state(ReaderState.STOPPED)
    keeper.say("stopped; everything that came is in the database")


def _answered(keeper: Keeper, connection: socket.socket, host: str) -> None:
    try:
        with connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            hold(keeper, connection)
    except (OSError, NoReader) as error:
        keeper.say(f"line with {host} is gone: {error}; waiting for it to call again")
        if not keeper.stop.is_set():
            keeper.set_state(ReaderState.WAITING)
    except DatabaseBusy:
        keeper.say("stopped while the database was busy; the reader is to send again")


def _send(connection: socket.socket, data: bytes) -> None:
    if data:
        connection.sendall(data)
