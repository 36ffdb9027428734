"""Who is told of alerts, by which ways, what they were sent; and whom to call at the controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.times import Instant, zone_named
from timing.pages.control_places import post_of
from timing.pages.device_lines import since
from timing.pages.frame import Frame, name_and_edition


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownContact:
    """Somebody who is told; ``is_next`` once nobody has seen to an alert."""

    public: str
    name: str
    email: str
    url: str
    is_next: bool
    safety: bool
    stations: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """A message to one of them; ``state`` is waiting, sent or given up."""

    address: str
    subject: str
    state: str
    attempts: int
    answer: str
    created: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactItem:
    """A contact in words."""

    public: str
    name: str
    ways: str
    when: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageItem:
    """A message in words."""

    address: str
    subject: str
    when: str
    state: str
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneItem:
    """A control, and whom to call there."""

    control: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDraft:
    """What stood in the form that could not be taken; ``faults`` say what is wrong, by field."""

    name: str = ""
    email: str = ""
    url: str = ""
    level: str = "first"
    safety: bool = True
    stations: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


NO_CONTACT_DRAFT = ContactDraft()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage:
    """The page; ``secret`` was just made, and is shown this once."""

    template: ClassVar[str] = "desk_alerts.html"

    frame: Frame
    slug: str
    race: str
    contacts: tuple[ContactItem, ...]
    messages: tuple[MessageItem, ...]
    phones: tuple[PhoneItem, ...]
    can_mail: bool
    draft: ContactDraft
    secret: str
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


def alerts_page(
    book: RaceBook,
    *,
    contacts: Sequence[KnownContact],
    messages: Sequence[KnownMessage],
    phones: Mapping[str, tuple[str, str]],
    can_mail: bool,
    now: Instant,
    form_token: str,
    signed_in_as: str,
    draft: ContactDraft = NO_CONTACT_DRAFT,
    secret: str = "",
    message: str = "",
    is_error: bool = False,
) -> AlertsPage:
    """The page; ``phones`` are name and number by control."""
    zone = zone_named(book.race.timezone)
    # The stage with the most controls first: so that those of all come in their order.
    courses = sorted((book.points(n) for n in book.stages), key=len, reverse=True)
    posts = dict.fromkeys(post_of(code) for points in courses for code in points)
    return AlertsPage(
        frame=Frame(title=f"Alerts · {book.race.name}", styles=("desk", "now")),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        contacts=tuple(_contact(one) for one in contacts),
        messages=tuple(
            MessageItem(
                address=one.address,
                subject=one.subject or "to a program",
                when=since(one.created, now, zone),
                state=_state(one),
                is_wrong=one.state != "sent" and bool(one.attempts),
            )
            for one in messages
        ),
        phones=tuple(
            PhoneItem(
                control=post,
                name=phones.get(post, ("", ""))[0],
                phone=phones.get(post, ("", ""))[1],
            )
            for post in posts
        ),
        can_mail=can_mail,
        draft=draft,
        secret=secret,
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def _contact(one: KnownContact) -> ContactItem:
    what = [w for w, told in (("runners", one.safety), ("stations", one.stations)) if told]
    return ContactItem(
        public=one.public,
        name=one.name,
        ways=", ".join(part for part in (one.email, one.url) if part),
        when="after 15 minutes, if nobody has it" if one.is_next else "at once",
        what=f"of {' and '.join(what)}",
    )


def _state(one: KnownMessage) -> str:
    match one.state:
        case "sent":
            return "sent"
        case "given_up":
            return f"given up: {one.answer}"
        case _:
            return f"waits, tried {one.attempts} times: {one.answer}" if one.attempts else "waits"
