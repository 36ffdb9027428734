"""What is to be told: written as the journal moves on, each event once for each webhook.

The events of a revision, what was told and how far the journal was followed are written in one
transaction, so that a process that ends between two steps neither loses an event nor makes it
twice. Sending is another step: an event whose answer was lost is sent again under the same id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from timing.core.times import DAY, HOUR, SECOND, Duration, Instant, format_instant
from timing.db.reading import Cursor
from timing.db.rows import texts_from_column
from timing.db.tables import (
    RaceRow,
    WebhookDeliveryRow,
    WebhookProgressRow,
    WebhookRow,
    WebhookToldRow,
)
from timing.exports.announcements import TEST, Event, State, Told, events
from timing.operations.webhooks.endpoints import race_id_of, stop_telling, webhook_row
from timing.operations.webhooks.sending import Answered

GIVEN_UP_AFTER: Duration = DAY
"""An event is tried that long, then given up and shown as such."""

FIRST_WAIT: Duration = 5 * SECOND
WAITS_GROW_BY = 3
LONGEST_WAIT: Duration = HOUR
LEAST_SHARE = 0.5
"""A wait is between that share of its length and the whole, by chance: not all come at once."""

KEPT: Duration = 14 * DAY
"""What was sent or given up is kept that long, for people to look at."""

LONGEST_ANSWER = 300
AT_ONCE = 100

_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery to try now: what to send, where, and by which secrets it is signed."""

    delivery: int
    webhook: int
    url: str
    keys: tuple[str, ...]
    event_id: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook, as people look at it."""

    number: int
    public: str
    event_id: str
    type: str
    subject: str
    created: Instant
    due: Instant
    attempts: int
    state: str
    status: int | None
    answer: str
    ended: Instant | None


# -- writing ------------------------------------------------------------------------------------


def followed(session: Session) -> dict[str, Cursor | None]:
    """The races that somebody is to be told of, each with how far it was; None for not begun."""
    rows = session.execute(
        select(RaceRow.slug, WebhookProgressRow.epoch, WebhookProgressRow.revision)
        .join(WebhookRow, WebhookRow.race_id == RaceRow.id)
        .outerjoin(WebhookProgressRow, WebhookProgressRow.race_id == RaceRow.id)
        .where(WebhookRow.disabled.is_(None))
        .distinct()
    )
    found: dict[str, Cursor | None] = {}
    for row in rows:
        epoch: str | None = row.epoch
        found[row.slug] = None if epoch is None else Cursor(epoch=epoch, revision=row.revision)
    return found


def write_events(
    session: Session,
    slug: str,
    states: Mapping[str, State],
    *,
    race: Mapping[str, Any],
    cursor: Cursor,
    at: Instant,
) -> int:
    """Put into the outbox what is new at ``cursor``; how many deliveries that makes.

    The first time nothing is: how things stand is only remembered. UnknownRace.
    """
    race_id = race_id_of(session, slug)
    progress = session.get(WebhookProgressRow, race_id)
    told = _told(session, race_id)
    if progress is None:
        session.add(
            WebhookProgressRow(race_id=race_id, epoch=cursor.epoch, revision=cursor.revision)
        )
        standing = {s: state for s, state in states.items() if state.is_news}
        _remember(session, race_id, {s: (0, state.facts) for s, state in standing.items()}, told)
        return 0
    found = events(
        states, told, race=dict(race), revision=cursor.revision, epoch=cursor.epoch, at=at
    )
    progress.epoch, progress.revision = cursor.epoch, cursor.revision
    _remember(session, race_id, {e.subject: (e.number, e.facts) for e in found}, told)
    return _put(session, race_id, found, at)


def _told(session: Session, race_id: int) -> dict[str, Told]:
    rows = session.execute(
        select(WebhookToldRow.subject, WebhookToldRow.number, WebhookToldRow.state).where(
            WebhookToldRow.race_id == race_id
        )
    )
    return {subject: Told(number=number, facts=facts) for subject, number, facts in rows}


def _remember(
    session: Session,
    race_id: int,
    new: Mapping[str, tuple[int, str]],
    told: Mapping[str, Told],
) -> None:
    known = [subject for subject in new if subject in told]
    for first in range(0, len(known), AT_ONCE):
        session.execute(
            delete(WebhookToldRow).where(
                WebhookToldRow.race_id == race_id,
                WebhookToldRow.subject.in_(known[first : first + AT_ONCE]),
            )
        )
    rows = [
        {"race_id": race_id, "subject": subject, "number": number, "state": facts}
        for subject, (number, facts) in new.items()
    ]
    if rows:
        session.execute(insert(WebhookToldRow), rows)


def _put(session: Session, race_id: int, found: tuple[Event, ...], at: Instant) -> int:
    webhooks = session.execute(
        select(WebhookRow.id, WebhookRow.events).where(
            WebhookRow.race_id == race_id, WebhookRow.disabled.is_(None)
        )
    ).all()
    rows = [
        _waiting(race_id, webhook_id, event.id, event.type, event.subject, event.body, at)
        for event in found
        for webhook_id, types in webhooks
        if types == "[]" or event.type in texts_from_column(types)
    ]
    if rows:
        session.execute(insert(WebhookDeliveryRow), rows)
    return len(rows)


def _waiting(  # noqa: PLR0917 - a row's columns
    race_id: int, webhook_id: int, event_id: str, kind: str, subject: str, body: str, at: Instant
) -> dict[str, Any]:
    return {
        "race_id": race_id,
        "webhook_id": webhook_id,
        "event_id": event_id,
        "type": kind,
        "subject": subject,
        "body": body,
        "created": at,
        "asked": at,
        "due": at,
        "attempts": 0,
        "state": "waiting",
        "answer": "",
    }


def write_test(session: Session, slug: str, public: str, *, event_id: str, at: Instant) -> int:
    """Put a test for one webhook into the outbox, whatever it is told; the delivery's number.

    Whoever writes it sends it: nobody else does so before it would be given up.
    """
    row = webhook_row(session, slug, public)
    body = {"type": TEST, "timestamp": format_instant(at), "data": {"race": {"slug": slug}}}
    delivery = WebhookDeliveryRow(
        **_waiting(row.race_id, row.id, event_id, TEST, event_id, json.dumps(body), at)
    )
    delivery.due = at + GIVEN_UP_AFTER
    session.add(delivery)
    session.flush()
    return delivery.id


# -- sending ------------------------------------------------------------------------------------


def webhooks_with_mail(session: Session, at: Instant) -> tuple[int, ...]:
    """The numbers of the webhooks for which something is due, those left alone for now not."""
    rows = session.scalars(
        select(WebhookRow.id)
        .join(WebhookDeliveryRow, WebhookDeliveryRow.webhook_id == WebhookRow.id)
        .where(
            WebhookRow.disabled.is_(None),
            (WebhookRow.paused_until.is_(None)) | (WebhookRow.paused_until <= at),
            WebhookDeliveryRow.state == "waiting",
            WebhookDeliveryRow.due <= at,
        )
        .distinct()
        .order_by(WebhookRow.id)
    )
    return tuple(rows)


def next_due(session: Session, webhook: int, at: Instant) -> Due | None:
    """The first delivery of a webhook that may be tried now; None where there is none.

    Those of one subject go in order: while one waits to be tried again, later ones wait behind it.
    """
    row = session.get(WebhookRow, webhook)
    if row is None or row.disabled is not None:
        return None
    if row.paused_until is not None and row.paused_until > at:
        return None
    behind: set[str] = set()
    waiting = session.execute(
        select(WebhookDeliveryRow.id, WebhookDeliveryRow.subject, WebhookDeliveryRow.due)
        .where(WebhookDeliveryRow.webhook_id == webhook, WebhookDeliveryRow.state == "waiting")
        .order_by(WebhookDeliveryRow.id)
    )
    for number, subject, due in waiting:
        if due > at:
            behind.add(subject)
        elif subject not in behind:
            return due_delivery(session, number)
    return None


def due_delivery(session: Session, number: int) -> Due | None:
    """What to send for a delivery; None where there is no such."""
    delivery = session.get(WebhookDeliveryRow, number)
    row = None if delivery is None else session.get(WebhookRow, delivery.webhook_id)
    if delivery is None or row is None:
        return None
    return Due(
        delivery=delivery.id,
        webhook=row.id,
        url=row.url,
        keys=tuple(key for key in (row.secret, row.secret_before) if key),
        event_id=delivery.event_id,
        body=delivery.body,
    )


def note_answer(
    session: Session,
    number: int,
    came: Answered | str,
    *,
    at: Instant,
    chance: Callable[[], float],
) -> None:
    """Note what a try came to: an answer, or why there was none; and when to try again.

    ``chance`` is from 0 to 1. Where the receiver as a whole seems to be away (no answer, 429 or
    5xx) nothing else is sent to it before that; one that says it is gone for good (410) is
    disabled. A delivery that is no more is none.
    """
    delivery = session.get(WebhookDeliveryRow, number)
    row = None if delivery is None else session.get(WebhookRow, delivery.webhook_id)
    if delivery is None or row is None or delivery.state == "sent":
        return
    status = came.status if isinstance(came, Answered) else None
    said = came.text if isinstance(came, Answered) else came
    delivery.attempts += 1
    delivery.status = status
    # PostgreSQL keeps no zero bytes, and people need no more than the beginning.
    delivery.answer = said.replace("\0", "").strip()[:LONGEST_ANSWER]
    if isinstance(came, Answered) and came.is_taken:
        delivery.state, delivery.ended = "sent", at
        row.failures, row.paused_until = 0, None
        return
    if status == _GONE and delivery.type != TEST:
        stop_telling(session, row, at=at, why="It answered that it is gone (410).")
        return
    if at - delivery.asked >= GIVEN_UP_AFTER or delivery.type == TEST:
        delivery.state, delivery.ended = "given_up", at
    else:
        delivery.due = at + wait_after(delivery.attempts, chance)
    if delivery.type != TEST and (status is None or status == 429 or status >= 500):
        row.failures += 1
        row.paused_until = at + wait_after(row.failures, chance)
        if delivery.state == "waiting":
            delivery.due = row.paused_until


def wait_after(failures: int, chance: Callable[[], float]) -> Duration:
    """How long to wait after so many failures: longer and longer, with some chance in it."""
    grown: Duration = FIRST_WAIT * WAITS_GROW_BY ** min(failures - 1, 12)
    whole = min(LONGEST_WAIT, grown)
    return round(whole * (LEAST_SHARE + (1 - LEAST_SHARE) * chance()))


# -- looking ------------------------------------------------------------------------------------


def last_deliveries(session: Session, slug: str, most: int = 50) -> tuple[Delivery, ...]:
    """The latest deliveries of a race, the newest first; UnknownRace."""
    rows = session.execute(
        select(WebhookDeliveryRow, WebhookRow.public)
        .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
        .where(WebhookDeliveryRow.race_id == race_id_of(session, slug))
        .order_by(WebhookDeliveryRow.id.desc())
        .limit(most)
    )
    return tuple(
        Delivery(
            number=row.id,
            public=public,
            event_id=row.event_id,
            type=row.type,
            subject=row.subject,
            created=row.created,
            due=row.due,
            attempts=row.attempts,
            state=row.state,
            status=row.status,
            answer=row.answer,
            ended=row.ended,
        )
        for row, public in rows
    )


class UnknownDelivery(LookupError):
    """The race has no such delivery."""


def send_again(session: Session, slug: str, number: int, *, at: Instant) -> None:
    """Let a delivery be tried at once, and for another day; UnknownRace, UnknownDelivery."""
    delivery = session.get(WebhookDeliveryRow, number)
    if delivery is None or delivery.race_id != race_id_of(session, slug):
        raise UnknownDelivery(number)
    delivery.state, delivery.due, delivery.asked = "waiting", at, at
    delivery.attempts, delivery.ended = 0, None


def forget_old(session: Session, at: Instant) -> None:
    """Delete what ended long ago."""
    session.execute(
        delete(WebhookDeliveryRow).where(
            WebhookDeliveryRow.state != "waiting", WebhookDeliveryRow.ended < at - KEPT
        )
    )
