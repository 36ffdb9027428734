"""All open streams of a process: who is told what is new, who has left, who is sent home.

Readers of one page share a topic: its changes are worked out once for each revision, however many
listen. Nothing waits on a single stream: one loop tells what is new, and one looks after closed
connections, says now and then that the open ones live, and ends them when the process does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

import structlog

from timing.core.book import RaceBook, UnknownBoard, UnknownControl, UnknownStage
from timing.db.reading import UnknownRace
from timing.live.books import Books, Standing
from timing.live.events import Event
from timing.live.listening import BEAT_SECONDS, Known, Listener, Subject, Topic, bye
from timing.live.outlets import Outlet
from timing.live.pacing import Allowance
from timing.live.sockets import OpenSockets
from timing.live.threads import in_background
from timing.pages.languages import spoken
from timing.pages.runner_page import UnknownRunner

MOST_BOARDS = 200
"""Each costs a page for each revision; beyond, pages ask again by themselves now and then."""

MOST_RUNNERS = 2_000
"""Pages of runners, which are made anew at once where the runner passed, else by and by."""

PATIENT_SHARE = 0.25
PATIENT_SECONDS = 0.5
"""Of a process's time for the others: so much at once, then this share of it."""

TICK_SECONDS = 0.25
LOOK_ROUND_TICKS = 4

_log = structlog.get_logger(__name__)

_GONE = (UnknownRace, UnknownBoard, UnknownStage, UnknownControl, UnknownRunner)
"""A changed definition may take away the page that somebody listens to."""


class TooManyTopics(Exception):
    """More different pages are listened to than this process keeps up to date."""


class Streams:
    """The open streams to pages of ``books``."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._topics: dict[Subject, Topic] = {}
        self._lock = threading.Lock()
        self._sockets = OpenSockets()
        self._news = threading.Event()
        self._is_ending = False
        self._count = 0
        self._allowance = Allowance(share=PATIENT_SHARE, most=PATIENT_SECONDS)
        books.tell(self._moved_on)

    def start(self, is_alive: Callable[[], bool]) -> None:
        """Tell and look after streams from now on, until ``is_alive`` says no."""
        in_background(self._tell_always, "teller of streams")
        in_background(lambda: self._keep(is_alive), "keeper of streams")

    def listen(
        self,
        slug: str,
        args: Mapping[str, str],
        *,
        known: Known | None = None,
        descriptor: int | None = None,
        outlet: Outlet | None = None,
        packed: bool = False,
    ) -> Listener:
        """A stream of the changes to the page of ``args``; `leave` when it is over.

        They come in the language spoken. ``known`` is what its reader has. Raises UnknownRace,
        TooManyTopics, and what `page_of_events` raises.
        """
        race = self._books.race(slug)
        topic = self._join(Subject(slug, tuple(sorted(args.items())), spoken().code))
        listener = Listener(topic.subject, descriptor, outlet=outlet, packed=packed)
        try:
            topic.greet(listener, race, known, self._count)
        except BaseException:
            self._part(topic)
            raise
        self._count += 1
        if descriptor is not None:
            self._sockets.add(descriptor)
        if self._is_ending:
            listener.end(self._bye)
        return listener

    def leave(self, listener: Listener) -> None:
        """The stream is over, and its connection about to be closed."""
        topic = self._topics.get(listener.subject)
        if topic is None or listener not in topic.listeners:
            return
        topic.listeners.discard(listener)
        self._count -= 1
        self._part(topic)
        if listener.descriptor is not None:
            self._sockets.remove(listener.descriptor)

    @property
    def count(self) -> int:
        """How many are open."""
        return self._count

    def tell(self) -> None:
        """Tell everybody what is new, the pages with the most readers first."""
        for topic in self._most_read():
            self._tell(topic)

    def tell_in_order(self, now: float) -> float | None:
        """Tell what is due at ``now``; seconds until more is, None where all is told.

        Pages that many read come first, then those of runners who passed, and the rest by and by.
        It returns early where there is news meanwhile: who comes first is told of that first.
        """
        behind = [topic for topic in list(self._topics.values()) if self._is_behind(topic)]
        many = [topic for topic in behind if topic.has_many]
        few = [topic for topic in behind if not topic.has_many]
        # By how long how many have waited: a page that few read comes first too in the end.
        many.sort(key=lambda t: -len(t.listeners) * (now - t.told_at))
        pauses: list[float] = []
        for topic in many:
            if self._told_or_paused(topic, now, pauses) and self._news.is_set():
                return 0.0
        concerned = self._concerned(few)
        for topic in few:
            if topic in concerned:
                self._told_or_paused(topic, now, pauses)
        # What was told longest ago comes first, so that everybody's turn does come.
        for topic in sorted(few, key=lambda t: t.told_at):
            if topic in concerned:
                continue
            if self._news.is_set():
                return 0.0
            if (pause := self._allowance.pause(time.monotonic())) > 0:
                pauses.append(pause)
                break
            began = time.monotonic()
            self._told_or_paused(topic, now, pauses)
            self._allowance.spend(time.monotonic() - began)
        return min(pauses, default=None)

    def _told_or_paused(self, topic: Topic, now: float, pauses: list[float]) -> bool:
        pause = topic.pace.pause(now, self._count)
        if pause > 0:
            pauses.append(pause)
            return False
        self._tell(topic)
        return True

    def _concerned(self, topics: Sequence[Topic]) -> set[Topic]:
        """Those whose runner has passed a control since."""
        by_race: dict[str, list[Topic]] = {}
        for topic in topics:
            if topic.subject.is_runner:
                by_race.setdefault(topic.subject.slug, []).append(topic)
        found: set[Topic] = set()
        for slug, those in by_race.items():
            with suppress(UnknownRace):
                found.update(self._books.race(slug).ask(partial(_concerned, those)))
        return found

    def _is_behind(self, topic: Topic) -> bool:
        try:
            return topic.is_behind(self._books.race(topic.subject.slug))
        except UnknownRace:
            return True

    def _tell(self, topic: Topic) -> None:
        try:
            topic.tell(self._books.race(topic.subject.slug))
        except _GONE:
            for listener in list(topic.listeners):
                listener.end(self._bye)
        except Exception:  # noqa: BLE001 - logged, and the loop goes on
            _log.exception("a stream could not be told", subject=str(topic.subject))

    def _most_read(self) -> list[Topic]:
        return sorted(self._topics.values(), key=lambda t: -len(t.listeners))

    def look_round(self) -> None:
        """End the streams whose reader has left, and say to the quiet ones that we live."""
        closed = self._sockets.closed()
        due = time.monotonic() - BEAT_SECONDS
        for topic in list(self._topics.values()):
            beat: Event | None = None
            for listener in list(topic.listeners):
                if listener.descriptor in closed:
                    listener.end()
                elif listener.last_sent < due and not listener.is_ended:
                    beat = beat or topic.beat(self._count)
                    if beat is not None:
                        listener.send(beat)

    @property
    def _bye(self) -> Event:
        return bye(self._count)

    def end(self) -> None:
        """Send everybody home; who comes now is sent home too."""
        self._is_ending = True
        for listener in self._listeners():
            listener.end(self._bye)

    def _moved_on(self, slugs: frozenset[str]) -> None:
        if any(topic.subject.slug in slugs for topic in list(self._topics.values())):
            self._news.set()

    def _tell_always(self) -> None:
        pause: float | None = None
        while not self._is_ending:
            self._news.wait(pause)
            self._news.clear()
            pause = self.tell_in_order(time.monotonic())

    def _keep(self, is_alive: Callable[[], bool]) -> None:
        ticks = 0
        while is_alive():
            time.sleep(TICK_SECONDS)
            ticks += 1
            if ticks % LOOK_ROUND_TICKS == 0:
                self.look_round()
        self.end()

    def _listeners(self) -> Iterator[Listener]:
        for topic in list(self._topics.values()):
            yield from list(topic.listeners)

    def _join(self, subject: Subject) -> Topic:
        with self._lock:
            topic = self._topics.get(subject)
            if topic is None:
                is_runner = subject.is_runner
                most = MOST_RUNNERS if is_runner else MOST_BOARDS
                if sum(s.is_runner == is_runner for s in self._topics) >= most:
                    raise TooManyTopics
                topic = self._topics[subject] = Topic(subject)
            topic.users += 1
            return topic

    def _part(self, topic: Topic) -> None:
        with self._lock:
            topic.users -= 1
            if not topic.users:
                del self._topics[topic.subject]


def _concerned(topics: Sequence[Topic], book: RaceBook, at: Standing) -> list[Topic]:
    return [topic for topic in topics if topic.is_concerned(book, at)]
