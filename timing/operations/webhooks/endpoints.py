"""Who is told: the webhooks of a race, their secrets, and whether they still answer."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.reading import UnknownRace
from timing.db.rows import texts_from_column, texts_to_column
from timing.db.tables import (
    RaceRow,
    WebhookDeliveryRow,
    WebhookProgressRow,
    WebhookRow,
    WebhookToldRow,
)
from timing.exports.announcements import EVENT_TYPES
from timing.operations.webhooks.sending import Allowed, checked_url
from timing.operations.webhooks.signing import new_secret

MOST_WEBHOOKS = 20
"""Of one race: each costs a request for each event."""

_NAME_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told, by its ``public`` name; ``events`` empty for all.

    ``disabled`` is when it was, ``disabled_why`` empty where a person did it. ``failures`` counts
    those in a row, after which it is left alone until ``paused_until``.
    """

    public: str
    slug: str
    url: str
    events: tuple[str, ...]
    has_two_secrets: bool
    made_by: str
    created: Instant
    disabled: Instant | None
    disabled_why: str
    paused_until: Instant | None
    failures: int
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A secret just made for a webhook; nobody can be shown it again."""

    public: str
    secret: str


class UnknownWebhook(LookupError):
    """No webhook has this name."""

    def __init__(self, public: str) -> None:
        super().__init__(f"there is no webhook {public!r}")
        self.public = public


class TooManyWebhooks(ValueError):
    """The race has as many as it may."""

    def __init__(self) -> None:
        super().__init__(f"a race has at most {MOST_WEBHOOKS} webhooks")


class BadEvents(ValueError):
    """A type of event that there is not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no event {name!r}; there are {', '.join(EVENT_TYPES)}")


def add_webhook(
    session: Session,
    slug: str,
    url: str,
    *,
    allowed: Allowed,
    at: Instant,
    by: str,
    events: Collection[str] = (),
) -> NewSecret:
    """Tell an address from now on. Raises UnknownRace, BadWebhookUrl, BadEvents, TooManyWebhooks.

    The name is not looked up yet: it is each time something is sent.
    """
    race_id = race_id_of(session, slug)
    for name in events:
        if name not in EVENT_TYPES:
            raise BadEvents(name)
    kept = checked_url(url.strip(), allowed)
    there = session.scalars(select(WebhookRow).where(WebhookRow.race_id == race_id)).all()
    if len(there) >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    if all(row.disabled is not None for row in there):
        _begin_anew(session, race_id)
    row = WebhookRow(
        race_id=race_id,
        public=f"wh_{secrets.token_hex(_NAME_BYTES)}",
        url=kept,
        events=texts_to_column([name for name in EVENT_TYPES if name in events]),
        secret=new_secret(),
        secret_before="",
        made_by=by,
        created=at,
        disabled_why="",
        failures=0,
    )
    session.add(row)
    session.flush()
    return NewSecret(public=row.public, secret=row.secret)


def webhooks_of(session: Session, slug: str) -> tuple[Webhook, ...]:
    """The webhooks of a race, in the order they were added; UnknownRace. Two queries."""
    race_id = race_id_of(session, slug)
    counts: dict[tuple[int, str], int] = {
        (webhook, state): number
        for webhook, state, number in session.execute(
            select(WebhookDeliveryRow.webhook_id, WebhookDeliveryRow.state, func.count())
            .where(
                WebhookDeliveryRow.race_id == race_id,
                WebhookDeliveryRow.state.in_(("waiting", "given_up")),
            )
            .group_by(WebhookDeliveryRow.webhook_id, WebhookDeliveryRow.state)
        )
    }
    rows = session.scalars(
        select(WebhookRow).where(WebhookRow.race_id == race_id).order_by(WebhookRow.id)
    )
    return tuple(
        Webhook(
            public=row.public,
            slug=slug,
            url=row.url,
            events=texts_from_column(row.events),
            has_two_secrets=bool(row.secret_before),
            made_by=row.made_by,
            created=row.created,
            disabled=row.disabled,
            disabled_why=row.disabled_why,
            paused_until=row.paused_until,
            failures=row.failures,
            waiting=counts.get((row.id, "waiting"), 0),
            given_up=counts.get((row.id, "given_up"), 0),
        )
        for row in rows
    )


def rotate_secret(session: Session, slug: str, public: str) -> NewSecret:
    """Another secret, by which all is signed beside the one before; the one before that ends."""
    row = webhook_row(session, slug, public)
    row.secret_before, row.secret = row.secret, new_secret()
    return NewSecret(public=public, secret=row.secret)


def end_rotation(session: Session, slug: str, public: str) -> None:
    """Sign by the newer secret only."""
    webhook_row(session, slug, public).secret_before = ""


def disable_webhook(session: Session, slug: str, public: str, *, at: Instant) -> None:
    """Tell it nothing more; what waits is given up."""
    row = webhook_row(session, slug, public)
    if row.disabled is None:
        stop_telling(session, row, at=at, why="")


def enable_webhook(session: Session, slug: str, public: str) -> None:
    """Tell it again what happens from now on."""
    row = webhook_row(session, slug, public)
    if row.disabled is None:
        return
    others = session.scalar(
        select(func.count()).where(WebhookRow.race_id == row.race_id, WebhookRow.disabled.is_(None))
    )
    if not others:
        _begin_anew(session, row.race_id)
    row.disabled, row.disabled_why = None, ""
    row.failures, row.paused_until = 0, None


def remove_webhook(session: Session, slug: str, public: str) -> None:
    """Forget it, with its secrets and all that was sent to it."""
    row = webhook_row(session, slug, public)
    session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == row.id))
    session.delete(row)


def stop_telling(session: Session, row: WebhookRow, *, at: Instant, why: str) -> None:
    """Disable a webhook; ``why`` is empty where a person did it."""
    row.disabled, row.disabled_why = at, why
    waiting = session.scalars(
        select(WebhookDeliveryRow).where(
            WebhookDeliveryRow.webhook_id == row.id, WebhookDeliveryRow.state == "waiting"
        )
    )
    for delivery in waiting:
        delivery.state, delivery.ended = "given_up", at


def webhook_row(session: Session, slug: str, public: str) -> WebhookRow:
    """The row of a race's webhook; UnknownRace, UnknownWebhook."""
    row = session.scalars(
        select(WebhookRow).where(
            WebhookRow.race_id == race_id_of(session, slug), WebhookRow.public == public
        )
    ).one_or_none()
    if row is None:
        raise UnknownWebhook(public)
    return row


def race_id_of(session: Session, slug: str) -> int:
    """The number of a race; UnknownRace."""
    found = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if found is None:
        raise UnknownRace(slug)
    return found


def _begin_anew(session: Session, race_id: int) -> None:
    """What was told before anybody was there counts no more: the first is told from now on."""
    session.execute(delete(WebhookToldRow).where(WebhookToldRow.race_id == race_id))
    session.execute(delete(WebhookProgressRow).where(WebhookProgressRow.race_id == race_id))
