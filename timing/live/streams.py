"""All open streams of a process: who is told what is new, who has left, who is sent home.

Readers of one page share a topic: its changes are worked out once for each revision, however many
listen. Nothing waits on a single stream: one loop tells what is new, and one looks after closed
connections, says now and then that the open ones live, and ends them when the process does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import structlog

from timing.core.book import UnknownBoard, UnknownControl, UnknownStage
from timing.db.reading import UnknownRace
from timing.live.books import Books
from timing.live.listening import BEAT, BYE, Listener, Subject, Topic
from timing.live.sockets import OpenSockets
from timing.live.threads import in_background
from timing.pages.languages import spoken
from timing.pages.runner_page import UnknownRunner

MOST_TOPICS = 200
"""Each costs a page for each revision; beyond, pages ask again by themselves now and then."""

BEAT_SECONDS = 15.0
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
        known: int | None = None,
        descriptor: int | None = None,
    ) -> Listener:
        """A stream of the changes to the page of ``args``; `leave` when it is over.

        They come in the language spoken. ``known`` is the revision that its reader has. Raises
        UnknownRace, TooManyTopics, and what `page_of_events` raises.
        """
        race = self._books.race(slug)
        topic = self._join(Subject(slug, tuple(sorted(args.items())), spoken().code))
        listener = Listener(topic.subject, descriptor)
        try:
            topic.greet(listener, race, known)
        except BaseException:
            self._part(topic)
            raise
        if descriptor is not None:
            self._sockets.add(descriptor)
        if self._is_ending:
            listener.end(BYE)
        return listener

    def leave(self, listener: Listener) -> None:
        """The stream is over, and its connection about to be closed."""
        topic = self._topics.get(listener.subject)
        if topic is None or listener not in topic.listeners:
            return
        topic.listeners.discard(listener)
        self._part(topic)
        if listener.descriptor is not None:
            self._sockets.remove(listener.descriptor)

    def tell(self) -> None:
        """Tell everybody what is new, the pages with the most readers first."""
        topics = sorted(self._topics.values(), key=lambda t: -len(t.listeners))
        for topic in topics:
            try:
                topic.tell(self._books.race(topic.subject.slug))
            except _GONE:
                for listener in list(topic.listeners):
                    listener.end(BYE)
            except Exception:  # noqa: BLE001 - logged, and the loop goes on
                _log.exception("a stream could not be told", subject=str(topic.subject))

    def look_round(self) -> None:
        """End the streams whose reader has left, and say to the quiet ones that we live."""
        closed = self._sockets.closed()
        due = time.monotonic() - BEAT_SECONDS
        for listener in self._listeners():
            if listener.descriptor in closed:
                listener.end()
            elif listener.last_sent < due:
                listener.send(BEAT)

    def end(self) -> None:
        """Send everybody home; who comes now is sent home too."""
        self._is_ending = True
        for listener in self._listeners():
            listener.end(BYE)

    def _moved_on(self, slugs: frozenset[str]) -> None:
        if any(topic.subject.slug in slugs for topic in list(self._topics.values())):
            self._news.set()

    def _tell_always(self) -> None:
        while not self._is_ending:
            self._news.wait()
            self._news.clear()
            self.tell()

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
                if len(self._topics) >= MOST_TOPICS:
                    raise TooManyTopics
                topic = self._topics[subject] = Topic(subject)
            topic.users += 1
            return topic

    def _part(self, topic: Topic) -> None:
        with self._lock:
            topic.users -= 1
            if not topic.users:
                del self._topics[topic.subject]
