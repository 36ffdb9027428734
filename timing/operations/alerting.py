"""Who is told of alerts, and telling them: each alert once, and once more if nobody has seen to it.

What was told is written with the messages that tell it, in one transaction: a process that ends
between two steps tells nothing twice. An alert is announced to the first people; escalated, to the
next, or to the first again where nobody else is named.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timing.core.safety import ESCALATED_AFTER, Level
from timing.core.times import MINUTE, Duration, Instant, format_instant
from timing.db.alert_tables import AlertContactRow, AlertToldRow, MessageRow, PostPhoneRow
from timing.db.reading import UnknownRace
from timing.db.tables import RaceRow
from timing.operations.mailing import BadAddress, checked_address, post_call, post_mail
from timing.operations.webhooks.sending import Allowed, checked_url
from timing.operations.webhooks.signing import new_secret
from timing.pages import addresses
from timing.pages.alert_words import Notice, Told, mail_text, subject_line

AGAIN_AFTER: Duration = 15 * MINUTE
"""An alert that stood no more for so long is announced anew if it stands again."""

MOST_CONTACTS = 20
"""Of one race: each costs a message for each alert."""

LONGEST_NAME = 80
ALERT = "alert"
TEST = "alert.test"

_NAME_BYTES = 4


class ContactLevel(StrEnum):
    """Who is told first, and who next, once an alert is escalated."""

    FIRST = "first"
    NEXT = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody who is told, by their ``public`` name; of what, when, by which ways."""

    number: int
    public: str
    name: str
    email: str
    url: str
    level: ContactLevel
    safety: bool
    stations: bool
    made_by: str

    def is_for(self, notice: Notice) -> bool:
        """Whether they are told of such an alert."""
        return self.stations if notice.is_station else self.safety


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Whom to call at a control."""

    control: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A contact just made; ``secret`` is empty where no program is told, and shown this once."""

    public: str
    secret: str


class UnknownContact(LookupError):
    """The race has no such contact."""


class BadContact(ValueError):
    """What cannot be a contact; says what would be right, of the field ``field``."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(expected)
        self.field = field


class BadPhone(ValueError):
    """No telephone number."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no telephone number like +41 79 123 45 67")


# -- who is told --------------------------------------------------------------------------------


def race_number(session: Session, slug: str) -> int:
    """The number of a race; UnknownRace."""
    found = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if found is None:
        raise UnknownRace(slug)
    return found


def races_with_contacts(session: Session) -> dict[str, int]:
    """The races of which somebody is told, with their numbers."""
    rows = session.execute(
        select(RaceRow.slug, RaceRow.id)
        .join(AlertContactRow, AlertContactRow.race_id == RaceRow.id)
        .distinct()
    )
    return {row.slug: row.id for row in rows}


def contacts_of(session: Session, race_id: int) -> tuple[Contact, ...]:
    """Everybody who is told of a race, the first people before the next."""
    rows = session.scalars(
        select(AlertContactRow)
        .where(AlertContactRow.race_id == race_id)
        .order_by(AlertContactRow.level, AlertContactRow.id)
    )
    return tuple(_contact(row) for row in rows)


def _contact(row: AlertContactRow) -> Contact:
    return Contact(
        number=row.id,
        public=row.public,
        name=row.name,
        email=row.email,
        url=row.url,
        level=ContactLevel(row.level),
        safety=row.safety,
        stations=row.stations,
        made_by=row.made_by,
    )


def add_contact(
    session: Session,
    race_id: int,
    *,
    name: str,
    email: str,
    url: str,
    level: ContactLevel,
    safety: bool,
    stations: bool,
    allowed: Allowed,
    by: str,
    at: Instant,
) -> NewContact:
    """Tell somebody from now on. Raises BadContact, BadWebhookUrl."""
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise BadContact("name", f"say who it is, in at most {LONGEST_NAME} characters")
    if not email.strip() and not url.strip():
        raise BadContact("email", "an address for mail, or one of a program")
    if not safety and not stations:
        raise BadContact("safety", "alerts of runners, of stations, or both")
    try:
        mail = checked_address(email) if email.strip() else ""
    except BadAddress as error:
        raise BadContact("email", "an address like ana@example.org") from error
    call = checked_url(url.strip(), allowed) if url.strip() else ""
    if len(contacts_of(session, race_id)) >= MOST_CONTACTS:
        raise BadContact("name", f"a race has at most {MOST_CONTACTS}; remove one first")
    row = AlertContactRow(
        race_id=race_id,
        public=f"ac_{secrets.token_hex(_NAME_BYTES)}",
        name=called,
        email=mail,
        url=call,
        secret=new_secret() if call else "",
        level=level.value,
        safety=safety,
        stations=stations,
        made_by=by,
        created=at,
    )
    session.add(row)
    session.flush()
    return NewContact(public=row.public, secret=row.secret)


def remove_contact(session: Session, race_id: int, public: str) -> str:
    """Tell somebody no more, and forget what they were told; their name. UnknownContact."""
    row = _contact_row(session, race_id, public)
    name = row.name
    session.execute(delete(MessageRow).where(MessageRow.contact_id == row.id))
    session.delete(row)
    return name


def _contact_row(session: Session, race_id: int, public: str) -> AlertContactRow:
    row = session.scalars(
        select(AlertContactRow).where(
            AlertContactRow.race_id == race_id, AlertContactRow.public == public
        )
    ).one_or_none()
    if row is None:
        raise UnknownContact(public)
    return row


def send_test(
    session: Session, race_id: int, public: str, *, race: str, key: str, at: Instant
) -> str:
    """Send somebody a message that says it is a test; their name. UnknownContact."""
    contact = _contact(_contact_row(session, race_id, public))
    text = "This is a test. In an alert it would say here who is missing, and since when.\n"
    if contact.email:
        post_mail(
            session, race_id, to=contact.email, subject=f"{race}: a test of alerts", text=text,
            key=f"test:{key}", at=at, contact_id=contact.number,
        )  # fmt: skip
    if contact.url:
        body = json.dumps({"type": TEST, "timestamp": format_instant(at), "data": {"race": race}})
        post_call(
            session, race_id, contact.number, url=contact.url, body=body, key=f"test:{key}", at=at
        )
    return contact.name


# -- whom to call -------------------------------------------------------------------------------


def phones_of(session: Session, race_id: int) -> dict[str, Phone]:
    """Whom to call at each control that has somebody."""
    rows = session.scalars(select(PostPhoneRow).where(PostPhoneRow.race_id == race_id))
    return {r.control: Phone(control=r.control, name=r.name, phone=r.phone) for r in rows}


def set_phone(session: Session, race_id: int, control: str, *, name: str, phone: str) -> None:
    """Say whom to call at a control; an empty ``phone`` forgets it. Raises BadPhone."""
    number = phone.strip()
    digits = number.removeprefix("+").replace(" ", "").replace("-", "")
    if number and not (digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 15):
        raise BadPhone(phone)
    session.execute(
        delete(PostPhoneRow).where(PostPhoneRow.race_id == race_id, PostPhoneRow.control == control)
    )
    if number:
        called = " ".join(name.split())[:LONGEST_NAME]
        session.add(PostPhoneRow(race_id=race_id, control=control, name=called, phone=number))
    session.flush()


# -- telling ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Who is told of a race; of each alert told when it was announced, escalated, and ended."""

    contacts: tuple[Contact, ...]
    told: Mapping[str, tuple[Instant, Instant | None, Instant | None]]


def before(session: Session, race_id: int) -> Before:
    """What was told until now. Two queries."""
    rows = session.execute(
        select(
            AlertToldRow.subject,
            AlertToldRow.announced,
            AlertToldRow.escalated,
            AlertToldRow.ended,
        ).where(AlertToldRow.race_id == race_id)
    )
    return Before(
        contacts=contacts_of(session, race_id),
        told={
            subject: (announced, escalated, ended) for subject, announced, escalated, ended in rows
        },
    )


def _is_late(notice: Notice, announced: Instant, at: Instant) -> bool:
    """Whether nobody has had an alert for long enough since it was told to the first people."""
    return notice.level is Level.ESCALATED and at - announced >= ESCALATED_AFTER


def is_news(known: Before, told: Told, at: Instant) -> bool:
    """Whether `tell` would write anything: mostly it would not, and nobody need wait for it."""
    standing = {notice.subject for notice in told.notices}
    if any(ended is None and s not in standing for s, (_, _, ended) in known.told.items()):
        return True
    for notice in told.notices:
        there = known.told.get(notice.subject)
        if there is not None and there[2] is not None:
            return True
        if notice.level is Level.ACKNOWLEDGED:
            continue
        if not any(contact.is_for(notice) for contact in known.contacts):
            continue
        if there is None or (there[1] is None and _is_late(notice, there[0], at)):
            return True
    return False


def tell(
    session: Session, race_id: int, told: Told, *, root: str, at: Instant, posted: Instant
) -> int:
    """Write the messages that are due now, and that they were; how many messages that makes.

    ``root`` is the address of the installation, empty where it is not known; ``posted`` is when
    the messages may go. Nothing is told of an alert that somebody has acknowledged.
    """
    return _Teller(session, race_id, told, root=root, at=at, posted=posted).tell()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What is to be told now, to whom of the two levels."""

    notice: Notice
    number: int
    level: ContactLevel


class _Teller:
    def __init__(
        self,
        session: Session,
        race_id: int,
        told: Told,
        *,
        root: str,
        at: Instant,
        posted: Instant,
    ) -> None:
        self._session = session
        self._race_id = race_id
        self._told = told
        self._at = at
        self._posted = posted
        self._url = f"{root}{addresses.desk(told.race['slug'])}" if root else ""
        self._contacts = contacts_of(session, race_id)

    def tell(self) -> int:
        rows = self._session.scalars(
            select(AlertToldRow).where(AlertToldRow.race_id == self._race_id)
        )
        known = {row.subject: row for row in rows}
        steps = [
            step
            for notice in self._told.notices
            for step in self._steps(notice, known.get(notice.subject))
        ]
        standing = {notice.subject for notice in self._told.notices}
        for subject, row in known.items():
            if subject not in standing and row.ended is None:
                row.ended = self._at
        return sum(self._post(contact, steps) for contact in self._contacts)

    def _steps(self, notice: Notice, row: AlertToldRow | None) -> Iterator[_Step]:
        """What is to be told of an alert now; remembers that it is."""
        is_seen = notice.level is Level.ACKNOWLEDGED
        if row is not None and row.ended is not None:
            is_again = self._at - row.ended >= AGAIN_AFTER
            row.ended = None
            if is_again and not is_seen:
                row.number, row.announced, row.escalated = row.number + 1, self._at, None
                yield _Step(notice=notice, number=row.number, level=ContactLevel.FIRST)
        if is_seen or not any(contact.is_for(notice) for contact in self._contacts):
            return
        if row is None:
            row = AlertToldRow(
                race_id=self._race_id, subject=notice.subject, number=1, announced=self._at
            )
            self._session.add(row)
            yield _Step(notice=notice, number=1, level=ContactLevel.FIRST)
        if row.escalated is None and _is_late(notice, row.announced, self._at):
            row.escalated = self._at
            yield _Step(notice=notice, number=row.number, level=ContactLevel.NEXT)

    def _post(self, contact: Contact, steps: Iterable[_Step]) -> int:
        """All that one person is told now, as one message for each way that they are told by."""
        mine = {step.notice.subject: step for step in steps if self._is_told(contact, step)}
        if not mine:
            return 0
        notices = [step.notice for step in mine.values()]
        is_escalated = all(step.level is ContactLevel.NEXT for step in mine.values())
        parts = sorted(f"{s.notice.subject}/{s.number}/{s.level}" for s in mine.values())
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        key = f"alert:{self._race_id}:{contact.public}:{digest}"
        sent = 0
        if contact.email:
            sent += post_mail(
                self._session,
                self._race_id,
                to=contact.email,
                subject=subject_line(self._told.race["name"], notices, is_escalated=is_escalated),
                text=mail_text(notices, is_escalated=is_escalated, url=self._url),
                key=key,
                at=self._posted,
                contact_id=contact.number,
            )
        if contact.url:
            sent += post_call(
                self._session,
                self._race_id,
                contact.number,
                url=contact.url,
                body=self._body(notices, is_escalated=is_escalated),
                key=key,
                at=self._posted,
            )
        return sent

    def _body(self, notices: Iterable[Notice], *, is_escalated: bool) -> str:
        alerts = [{**one.facts, "title": one.title, "detail": one.detail} for one in notices]
        data = {
            "race": dict(self._told.race),
            "escalated": is_escalated,
            "url": self._url,
            "alerts": alerts,
        }
        told = {"type": ALERT, "timestamp": format_instant(self._at), "data": data}
        return json.dumps(told, ensure_ascii=False)

    def _is_told(self, contact: Contact, step: _Step) -> bool:
        """Whether this step is for them: where nobody is next, the first are told again."""
        if not contact.is_for(step.notice):
            return False
        there = {other.level for other in self._contacts if other.is_for(step.notice)}
        return contact.level is step.level or step.level not in there
