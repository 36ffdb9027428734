"""The outbox of messages: mail to people, alerts to programs; each written once, sent once.

A message is written in the transaction of what it tells, under a key that makes it one however
often that is done. Sending is another step (`timing tend`): one that could not be sent is tried
again, later each time, for a day. Whoever sends notes what came of it at once; a process that ends
between the two sends again, under the same Message-ID or webhook-id, by which receivers tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from timing.core.times import DAY, HOUR, SECOND, Duration, Instant
from timing.db.alert_tables import AlertContactRow, MessageRow

GIVEN_UP_AFTER: Duration = DAY
FIRST_WAIT: Duration = 10 * SECOND
WAITS_GROW_BY = 3
LONGEST_WAIT: Duration = HOUR
LEAST_SHARE = 0.5
"""A wait is between that share of its length and the whole, by chance: not all come at once."""

KEPT: Duration = 14 * DAY
"""What was sent or given up is kept that long: it names people."""

MOST_WAITING = 5_000
"""Of one race: whatever goes wrong, no mailbox is filled without end."""

LONGEST_SUBJECT = 200
LONGEST_TEXT = 100_000
LONGEST_ADDRESS = 254
LONGEST_ANSWER = 300

# No more than keeps an address in its header: whether it exists only its server knows.
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}\Z")


class Channel(StrEnum):
    """How a message goes."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class BadAddress(ValueError):
    """No address that mail could be sent to."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address!r} is no address like ana@example.org")


class TooManyMessages(RuntimeError):
    """So many messages of the race wait already that something must be wrong."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_WAITING} messages of this race wait to be sent already")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it is sent, or as people look at it; ``secret`` signs what goes to a program."""

    number: int
    channel: Channel
    key: str
    address: str
    subject: str
    body: str
    secret: str
    created: Instant
    due: Instant
    attempts: int
    state: str
    answer: str
    ended: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a try came to: taken, or why not; ``is_final`` where trying again would not help."""

    is_taken: bool
    answer: str
    is_final: bool = False


def checked_address(address: str) -> str:
    """The address as mail is sent to it; BadAddress."""
    kept = address.strip()
    if len(kept) > LONGEST_ADDRESS or not kept.isascii() or not _ADDRESS.match(kept):
        raise BadAddress(address)
    return kept


def post_mail(
    session: Session,
    race_id: int | None,
    *,
    to: str,
    subject: str,
    text: str,
    key: str,
    at: Instant,
    contact_id: int | None = None,
) -> bool:
    """Put a mail of plain text into the outbox; False where one with this ``key`` is there.

    ``key`` says what it is about, such as ``invitation:17``; whose race is None for what concerns
    none. Line breaks in ``subject`` become blanks. Raises BadAddress, TooManyMessages.
    """
    return _post(
        session,
        MessageRow(
            race_id=race_id,
            contact_id=contact_id,
            channel=Channel.MAIL.value,
            key=f"mail:{key}",
            address=checked_address(to),
            subject=" ".join(subject.split())[:LONGEST_SUBJECT],
            body=text.replace("\0", "")[:LONGEST_TEXT],
            **_waiting(at),
        ),
    )


def post_call(
    session: Session, race_id: int, contact_id: int, *, url: str, body: str, key: str, at: Instant
) -> bool:
    """Put a body of JSON for a contact's program into the outbox; False where it is there.

    Raises TooManyMessages.
    """
    return _post(
        session,
        MessageRow(
            race_id=race_id,
            contact_id=contact_id,
            channel=Channel.WEBHOOK.value,
            key=f"webhook:{key}",
            address=url,
            subject="",
            body=body,
            **_waiting(at),
        ),
    )


def _waiting(at: Instant) -> dict[str, object]:
    return {"created": at, "due": at, "attempts": 0, "state": "waiting", "answer": ""}


def _post(session: Session, row: MessageRow) -> bool:
    if session.scalar(select(MessageRow.id).where(MessageRow.key == row.key)) is not None:
        return False
    waiting = session.scalar(
        select(func.count())
        .select_from(MessageRow)
        .where(MessageRow.race_id == row.race_id, MessageRow.state == "waiting")
    )
    if (waiting or 0) >= MOST_WAITING:
        raise TooManyMessages
    session.add(row)
    session.flush()
    return True


# -- sending ------------------------------------------------------------------------------------


def due_messages(session: Session, at: Instant, *, most: int = 20) -> tuple[Message, ...]:
    """What may be tried now, the oldest first."""
    rows = session.execute(
        select(MessageRow, AlertContactRow.secret)
        .outerjoin(AlertContactRow, AlertContactRow.id == MessageRow.contact_id)
        .where(MessageRow.state == "waiting", MessageRow.due <= at)
        .order_by(MessageRow.due, MessageRow.id)
        .limit(most)
    )
    return tuple(_message(row, secret) for row, secret in rows)


def messages_of(session: Session, race_id: int, *, most: int = 50) -> tuple[Message, ...]:
    """The latest messages of a race to its contacts, the newest first."""
    rows = session.execute(
        select(MessageRow, AlertContactRow.secret)
        .join(AlertContactRow, AlertContactRow.id == MessageRow.contact_id)
        .where(MessageRow.race_id == race_id)
        .order_by(MessageRow.id.desc())
        .limit(most)
    )
    return tuple(_message(row, secret) for row, secret in rows)


def _message(row: MessageRow, secret: str | None) -> Message:
    return Message(
        number=row.id,
        channel=Channel(row.channel),
        key=row.key,
        address=row.address,
        subject=row.subject,
        body=row.body,
        secret=secret or "",
        created=row.created,
        due=row.due,
        attempts=row.attempts,
        state=row.state,
        answer=row.answer,
        ended=row.ended,
    )


def note_sent(
    session: Session, number: int, came: Sent, *, at: Instant, chance: Callable[[], float]
) -> None:
    """Note what a try came to, and when to try again; ``chance`` is from 0 to 1.

    A message that is no more, or was sent meanwhile, is left alone.
    """
    row = session.get(MessageRow, number)
    if row is None or row.state == "sent":
        return
    row.attempts += 1
    row.answer = came.answer.replace("\0", "").strip()[:LONGEST_ANSWER]
    if came.is_taken:
        row.state, row.ended = "sent", at
    elif came.is_final or at - row.created >= GIVEN_UP_AFTER:
        row.state, row.ended = "given_up", at
    else:
        row.due = at + wait_after(row.attempts, chance)


def wait_after(failures: int, chance: Callable[[], float]) -> Duration:
    """How long to wait after so many failures: longer and longer, with some chance in it."""
    grown: Duration = FIRST_WAIT * WAITS_GROW_BY ** min(failures - 1, 12)
    whole = min(LONGEST_WAIT, grown)
    return round(whole * (LEAST_SHARE + (1 - LEAST_SHARE) * chance()))


def forget_old_messages(session: Session, at: Instant) -> None:
    """Delete what ended long ago."""
    session.execute(
        delete(MessageRow).where(MessageRow.state != "waiting", MessageRow.ended < at - KEPT)
    )
