"""The tasks of `timing tend` that tell of alerts, and that send what waits in the outbox."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from timing.core.times import HOUR, SECOND, Duration, Instant, format_instant
from timing.db.engines import Database
from timing.db.reading import Cursor, UnknownRace
from timing.live.books import Books
from timing.live.played_clock import clock_of_races
from timing.live.tending import Task
from timing.operations.alerting import before, is_news, phones_of, races_with_contacts, tell
from timing.operations.mailing import (
    Channel,
    Message,
    Sent,
    due_messages,
    forget_old_messages,
    note_sent,
)
from timing.operations.smtp import post_by, send_mail
from timing.operations.webhooks.delivering import allowed_by
from timing.operations.webhooks.sending import BadWebhookUrl, NotSent, post
from timing.operations.webhooks.signing import headers
from timing.pages.alert_words import told_of
from timing.settings import Settings

LOOK_EVERY_SECONDS = 1.0
SEND_EVERY_SECONDS = 1.0

AGAIN_AFTER: Duration = 15 * SECOND
"""Time alone makes somebody overdue: a race is looked at so often, whether or not it moved on."""

LEAST_BETWEEN: Duration = 5 * SECOND
COST_SHARE = 10
"""Looking takes no more than one part in so many of the time, however large the race."""

_GONE = 410

_log = structlog.get_logger(__name__)

Clock = Callable[[], Instant]
Sending = Callable[[Message], Sent]


def alert_tasks(
    settings: Settings, clock: Clock, books: Books, opening: Callable[[], Database]
) -> tuple[Task, ...]:
    """Looking for alerts in ``books``, and sending mail and calls, each by an ``opening``.

    Races that are played are looked at by a clock of their own; what is sent goes by ``clock``.
    """
    server, allowed = post_by(settings), allowed_by(settings)

    def mail(message: Message) -> Sent:
        if server is None:
            return Sent(is_taken=False, answer="BIVOUAC_SMTP_HOST is not set: no mail can be sent")
        return send_mail(message, server, clock())

    def call(message: Message) -> Sent:
        signed = headers((message.secret,), message.key, clock() // 1_000, message.body)
        try:
            came = post(message.address, message.body, signed, allowed)
        except NotSent as error:
            return Sent(is_taken=False, answer=str(error))
        except BadWebhookUrl as error:
            return Sent(is_taken=False, answer=f"An address for webhooks {error}.")
        is_final = came.status == _GONE
        return Sent(
            is_taken=came.is_taken, answer=f"{came.status} {came.text}".strip(), is_final=is_final
        )

    races = clock_of_races(settings.desk_clock, clock)
    watch = AlertWatch(opening(), books, races, root=settings.public_url, posting=clock)
    mailer = Sender(opening(), Channel.MAIL, clock, mail)
    caller = Sender(opening(), Channel.WEBHOOK, clock, call)
    return (
        Task(name="alerts", every_seconds=LOOK_EVERY_SECONDS, run=watch.step),
        Task(name="mail", every_seconds=SEND_EVERY_SECONDS, run=mailer.step),
        Task(name="alerts: calling", every_seconds=SEND_EVERY_SECONDS, run=caller.step),
    )


@dataclass(slots=True)
class _Looked:
    """When a race was looked at last, as of which cursor, and before when it is not again."""

    cursor: Cursor
    at: Instant
    not_before: Instant


class AlertWatch:
    """Looks at every race that somebody is told of, and writes what there is to tell.

    ``clock`` is that of the races, ``posting`` that of the messages.
    """

    def __init__(
        self, database: Database, books: Books, clock: Clock, *, root: str, posting: Clock
    ) -> None:
        self._database = database
        self._books = books
        self._clock = clock
        self._posting = posting
        self._root = root
        self._looked: dict[str, _Looked] = {}

    def step(self, stopping: threading.Event | None = None) -> int:
        """Write what there is to tell by now; how many messages that makes."""
        with self._database.reading() as session:
            races = races_with_contacts(session)
        written = 0
        for slug, number in races.items():
            if stopping is not None and stopping.is_set():
                break
            try:
                written += self._look(slug, number)
            except UnknownRace:  # taken away in between
                continue
        return written

    def _look(self, slug: str, number: int) -> int:
        race = self._books.race(slug)
        at, cursor, last = self._clock(), race.standing.cursor, self._looked.get(slug)
        if last is not None:
            is_due = cursor != last.cursor or at - last.at >= AGAIN_AFTER
            if not is_due or last.at <= at < last.not_before:
                return 0
        with self._database.reading() as session:
            phones = {
                control: (one.name, one.phone)
                for control, one in phones_of(session, number).items()
            }
        told = race.ask_whole(lambda book, _: told_of(book, at, phones))
        cost = self._clock() - at
        rest = max(LEAST_BETWEEN, COST_SHARE * cost)
        with self._database.reading() as session:
            known = before(session, number)
        written = 0
        if is_news(known, told, at):
            with self._database.writing() as session:
                written = tell(
                    session, number, told, root=self._root, at=at, posted=self._posting()
                )
        # Only now: a look that failed is done again.
        self._looked[slug] = _Looked(cursor=cursor, at=at, not_before=at + rest)
        _log.debug("race looked at", race=slug, at=format_instant(at), messages=written)
        return written


class Sender:
    """Sends what is due of one channel, one after the other."""

    def __init__(
        self, database: Database, channel: Channel, clock: Clock, sending: Sending
    ) -> None:
        self._database = database
        self._channel = channel
        self._clock = clock
        self._sending = sending
        self._cleaned: Instant = 0

    def step(self, stopping: threading.Event | None = None) -> int:
        """Try everything that is due once; how many were taken."""
        at = self._clock()
        with self._database.reading() as session:
            due = due_messages(session, self._channel, at)
        taken = 0
        for message in due:
            if stopping is not None and stopping.is_set():
                break
            came = self._sending(message)
            with self._database.writing() as session:
                note_sent(session, message.number, came, at=self._clock(), chance=random.random)
            taken += came.is_taken
            _log.info(
                "message sent" if came.is_taken else "message not sent",
                channel=self._channel.value,
                number=message.number,
                answer=came.answer,
            )
        if at - self._cleaned >= HOUR:
            with self._database.writing() as session:
                forget_old_messages(session, at)
            self._cleaned = at
        return taken
