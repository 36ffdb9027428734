"""What goes out, at the desk: retirements held back, hidden names, webhooks, deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Withdrawals
from timing.core.entries import Entry
from timing.core.public import held_back
from timing.core.records import Status
from timing.core.times import Instant, local_clock, zone_named
from timing.pages import figures, words
from timing.pages.desk_words import clock_words, ruling_words
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.selection import Option
from timing.pages.words import sentence

STYLES = ("desk", "stations", "outgoing")

HIDDEN_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem:
    """A retirement that the public is not told; ``record`` is its ruling's id."""

    record: str
    bibs: str
    names: str
    what: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookItem:
    """A webhook as listed; ``trouble`` is empty while it answers."""

    public: str
    url: str
    events: str
    facts: str
    trouble: str
    is_disabled: bool
    has_two_secrets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryItem:
    """A delivery as listed; ``state`` is a word, ``came`` what the last try came to."""

    number: int
    public: str
    what: str
    when: str
    state: str
    came: str
    is_trouble: bool
    may_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPage:
    """What goes out. ``secret`` is one just made, shown this once."""

    template: ClassVar[str] = "desk_outgoing.html"

    frame: Frame
    race: str
    slug: str
    signed_in_as: str
    form_token: str
    message: str
    is_error: bool
    rule: str
    held: tuple[HeldItem, ...]
    hidden: tuple[str, ...]
    hidden_total: int
    webhooks: tuple[WebhookItem, ...]
    deliveries: tuple[DeliveryItem, ...]
    events: tuple[Option, ...]
    url: str
    secret: str
    secret_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWebhook:
    """A webhook as the page is given it; moments are by this installation's clock."""

    public: str
    url: str
    events: tuple[str, ...]
    made_by: str
    disabled_why: str
    is_disabled: bool
    has_two_secrets: bool
    failures: int
    paused_until: Instant | None
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDelivery:
    """A delivery as the page is given it."""

    number: int
    public: str
    type: str
    subject: str
    created: Instant
    due: Instant
    attempts: int
    state: str
    status: int | None
    answer: str


_RULES = {
    Withdrawals.COURSE_CLEAR: "Told when released, or when the course of the stage is clear.",
    Withdrawals.BY_DIRECTOR: "Told when released; at the latest when a later stage begins.",
    Withdrawals.AT_ONCE: "This race tells a retirement as soon as it is ruled.",
}
_STATES = {"waiting": "waits", "sent": "taken", "given_up": "given up"}


def outgoing_page(
    book: RaceBook,
    *,
    webhooks: Sequence[KnownWebhook],
    deliveries: Sequence[KnownDelivery],
    event_types: Sequence[str],
    now: Instant,
    form_token: str,
    signed_in_as: str,
    message: str = "",
    is_error: bool = False,
    url: str = "",
    secret: str = "",
    secret_of: str = "",
) -> OutgoingPage:
    """The page, of a whole book."""
    race = book.race
    zone = zone_named(race.timezone)
    hidden = [entry for entry in book.entries() if entry.name_hidden]
    disabled = {hook.public for hook in webhooks if hook.is_disabled}

    def clock(at: Instant) -> str:
        day = words.day_and_month(local_clock(at, zone).date())
        return f"{day} {figures.clock(at, zone)}"

    return OutgoingPage(
        frame=Frame(title=f"Going out · {race.name}", styles=STYLES),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        message=message,
        is_error=is_error,
        rule=_RULES[race.withdrawals],
        held=held_items(book),
        hidden=tuple(f"{e.bib} {name_of(e)}" for e in hidden[:HIDDEN_SHOWN]),
        hidden_total=len(hidden),
        webhooks=tuple(
            WebhookItem(
                public=hook.public,
                url=hook.url,
                events=" · ".join(hook.events) or "all events",
                facts=_facts(hook),
                trouble=_trouble(hook, now, clock(hook.paused_until or now)),
                is_disabled=hook.is_disabled,
                has_two_secrets=hook.has_two_secrets,
            )
            for hook in webhooks
        ),
        deliveries=tuple(
            DeliveryItem(
                number=one.number,
                public=one.public,
                what=one.type if one.type == "test" else f"{one.type}, {_subject(book, one)}",
                when=clock(one.created),
                state=_STATES[one.state],
                came=_came(one, clock(one.due)),
                is_trouble=one.state != "sent" and bool(one.attempts),
                may_again=one.state == "given_up"
                and one.type != "test"
                and one.public not in disabled,
            )
            for one in deliveries
        ),
        events=tuple(Option(value=name, label=name, is_chosen=False) for name in event_types),
        url=url,
        secret=secret,
        secret_of=secret_of,
    )


def held_items(book: RaceBook) -> tuple[HeldItem, ...]:
    """The retirements that the public is not told, of a whole book (Rules 12.2)."""
    return tuple(_held(book, ruling) for ruling in held_back(book))


def _held(book: RaceBook, ruling: Status) -> HeldItem:
    stage = book.last_stage if ruling.stage is None else ruling.stage
    roster = book.roster_of(ruling.stage)
    entries = [roster.entries[entry_id] for entry_id in roster.ids_of(ruling.bibs)]
    team = book.team(ruling.team) if ruling.team else None
    names = [name_of(entry) for entry in entries] + ([name_of(team)] if team else [])
    return HeldItem(
        record=ruling.id,
        bibs=" ".join(ruling.bibs) or ruling.team,
        names=", ".join(names),
        what=ruling_words(book, ruling),
        seen=_last_seen(book, stage, entries),
    )


def _last_seen(book: RaceBook, stage: int, entries: Sequence[Entry]) -> str:
    """What the public reads meanwhile, of the first whom the ruling names."""
    if not entries or stage not in book.stages:
        return ""
    splits = book.splits(stage, entries[0].id)
    if not splits:
        return "The public reads: not seen yet"
    last = splits[-1]
    return f"The public reads: last seen at {last.point}, {clock_words(book, last.time, stage)}"


def _facts(hook: KnownWebhook) -> str:
    parts = [f"added by {hook.made_by}"]
    if hook.waiting:
        parts.append(f"{figures.count(hook.waiting)} waiting")
    if hook.given_up:
        parts.append(f"{figures.count(hook.given_up)} given up")
    if hook.has_two_secrets:
        parts.append("signed by two secrets")
    return " · ".join(parts)


def _trouble(hook: KnownWebhook, now: Instant, again: str) -> str:
    if hook.is_disabled:
        return hook.disabled_why or "Disabled at the desk."
    if not hook.failures:
        return ""
    times = "once" if hook.failures == 1 else f"{figures.count(hook.failures)} times in a row"
    if hook.paused_until is not None and hook.paused_until > now:
        return f"No answer {times}; tried again at {again}."
    return f"No answer {times}; tried again now."


def _subject(book: RaceBook, one: KnownDelivery) -> str:
    """``stage 3, 181 Ines Keller``, ``after stage 3``: what an event is about."""
    parts = one.subject.split("/")
    if parts[0] == "standings":
        return f"after stage {parts[1]}"
    if parts[0] == "publications":
        return f"number {parts[1]}"
    entry_id = one.subject.split("entries/", 1)[1]
    entry = next((e for e in book.entries() if e.id == entry_id), None)
    who = f"{entry.bib} {name_of(entry)}" if entry is not None else entry_id
    return sentence("with-stage", what=who, stage=parts[1]) if parts[0] == "stages" else who


def _came(one: KnownDelivery, again: str) -> str:
    tries = "1 try" if one.attempts == 1 else f"{one.attempts} tries"
    said = f"{one.status} {one.answer}" if one.status is not None else one.answer
    parts = [tries, " ".join(said.split())[:120]] if one.attempts else []
    if one.state == "waiting":
        parts.append(f"next {again}")
    return " · ".join(part for part in parts if part)
