"""The red box of the desk's first page: who may be in danger, and what can be done at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from timing.core.alerts import Standing, Together
from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.safety import AlertKind, Level, RegisterLine
from timing.core.times import Instant, zone_named
from timing.pages import addresses, figures
from timing.pages.alert_words import lasting, title_of
from timing.pages.arrivals import runner_detail
from timing.pages.control_places import post_of
from timing.pages.marks import name_of

NAMED = 40
"""How many bibs of a field are listed."""


_PRONOUNS: Mapping[str, str] = {"M": "he", "F": "she"}
_SAY: Mapping[str, str] = {
    "M": "Say where he is",
    "F": "Say where she is",
    "": "Say where they are",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Whom to call: ``url`` is empty where no number is known, and then where to say it."""

    label: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One runner or field of the box. ``had_by`` has it; ``ack`` are the fields of the form for it.

    All alerts of a runner are one: ``seen`` says each, and the form answers those that nobody has.
    ``plate`` is the bib, or how many; ``bibs`` are those of a field. ``account_url`` is empty for
    a field, whose runners are accounted for on the page of the course.
    """

    key: str
    plate: str
    is_field: bool
    name: str
    who: str
    seen: str
    note: str
    bibs: str
    is_escalated: bool
    had_by: str
    ack_id: str
    ack: Mapping[str, str]
    ring: Ring | None
    account_url: str
    account_words: str


def alarms(
    book: RaceBook,
    standing: tuple[Standing, ...],
    *,
    at: Instant,
    phones: Mapping[str, tuple[str, str]],
    silent: Mapping[str, Instant],
    new_id: Callable[[], str],
) -> tuple[Alarm, ...]:
    """The alerts of runners; ``phones`` are name and number by control, ``silent`` since when."""
    alike: dict[str, list[Standing]] = {}
    for one in standing:
        if one.kind is not AlertKind.STATION_SILENT:
            is_field = one.together is not Together.ALONE
            whose = one.subject if is_field else f"{one.stage}:{one.lines[0].entry.id}"
            alike.setdefault(whose, []).append(one)
    return tuple(
        _alarm(book, those, at=at, phones=phones, silent=silent, new_id=new_id)
        for those in alike.values()
    )


def _alarm(
    book: RaceBook,
    those: Sequence[Standing],
    *,
    at: Instant,
    phones: Mapping[str, tuple[str, str]],
    silent: Mapping[str, Instant],
    new_id: Callable[[], str],
) -> Alarm:
    # Where they are due is where to ask first.
    one = next((each for each in those if each.kind is AlertKind.OVERDUE), those[0])
    unseen = [each for each in those if each.level is not Level.ACKNOWLEDGED]
    is_field = one.together is not Together.ALONE
    entry = one.lines[0].entry
    late = f"{lasting(at - one.since)} late." if one.kind is AlertKind.OVERDUE else ""
    slug = book.race.slug
    seen = [one, *(each for each in those if each is not one)]
    return Alarm(
        key=those[0].subject,
        plate=figures.count(len(one.lines)) if is_field else entry.bib,
        is_field=is_field,
        name=title_of(one) if is_field else name_of(entry),
        who="" if is_field else _who(book, one.stage, entry),
        seen="" if is_field else " ".join(_seen(book, each, each.lines[0]) for each in seen),
        note=" ".join(part for part in (late, _station(book, one, silent)) if part),
        bibs=_bibs(one) if is_field else "",
        is_escalated=any(each.level is Level.ESCALATED for each in those),
        had_by="" if unseen else one.by,
        ack_id=new_id(),
        ack=ack_fields(unseen or those),
        ring=_ring(slug, one, phones),
        account_url=""
        if is_field
        else f"{addresses.desk_course_clear(slug, stage=one.stage, bib=entry.bib)}#account",
        account_words="" if is_field else _SAY[entry.gender if entry.gender in _SAY else ""],
    )


def ack_fields(those: Sequence[Standing]) -> dict[str, str]:
    """What the form that acknowledges the alerts of a runner or a field sends."""
    one = those[0]
    # Of a field each alert is at a control of its own, and those of a runner may be: without one
    # it answers all that stand.
    is_many = len(those) > 1 or one.together in (Together.HELD, Together.STOPPED)
    control = "" if is_many else one.control
    return {
        "alert": " ".join(dict.fromkeys(each.kind.value for each in those)),
        "stage": str(one.stage),
        "control": control,
        "bibs": " ".join(line.entry.bib for line in one.lines),
    }


def _bibs(one: Standing) -> str:
    bibs = [line.entry.bib for line in one.lines]
    more = f" and {figures.count(len(bibs) - NAMED)} more" if len(bibs) > NAMED else ""
    return f"{', '.join(bibs[:NAMED])}{more}"


def _who(book: RaceBook, stage: int, entry: Entry) -> str:
    line = book.stage_line(stage, entry.id)
    return runner_detail(entry, () if line is None else line.categories).replace(" · ", ", ")


def _seen(book: RaceBook, one: Standing, line: RegisterLine) -> str:
    """Where they were seen and are due, as in ``Left CP1 07:58, due at CP2 by 11:25``."""
    zone, stage = zone_named(book.race.timezone), book.race.stage(one.stage)
    day = None if stage is None else stage.date

    def clock(moment: Instant) -> str:
        return figures.clock_minutes(moment, zone, day)

    seen = "" if line.last_seen is None else f"{line.last_point} {clock(line.last_seen)}"
    match one.kind:
        case AlertKind.OVERDUE:
            # Overdue since then, by forecast or because the control closed.
            return f"Left {seen}, due at {one.control} by {clock(one.since)}."
        case AlertKind.BEHIND_SWEEP:
            return f"Seen at {one.control} {clock(one.since)}, behind the sweep."
        case AlertKind.PASSED_BY_SWEEP:
            return f"Last seen {seen}; the sweep came to {one.control} at {clock(one.since)} alone."
        case AlertKind.SEEN_AFTER_ACCOUNTED:
            return f"Accounted for, and seen at {one.control} {clock(one.since)} all the same."
        case _:
            where = ", ".join(part for part in (line.vehicle, line.where) if part)
            return f"In a vehicle since long ago ({where}), and not handed over."


def _station(book: RaceBook, one: Standing, silent: Mapping[str, Instant]) -> str:
    if one.kind is not AlertKind.OVERDUE or one.together in (Together.HELD, Together.STOPPED):
        return ""
    if (since := silent.get(one.control)) is not None:
        zone, stage = zone_named(book.race.timezone), book.race.stage(one.stage)
        heard = figures.clock_minutes(since, zone, None if stage is None else stage.date)
        who = "they" if len(one.lines) > 1 else _PRONOUNS.get(one.lines[0].entry.gender, "they")
        return f"{one.control} has been silent since {heard}: {who} may be through."
    if one.together is Together.LATE:
        return f"Hardly anybody comes through at {one.control}."
    line = one.lines[0]
    after = 0 if line.last_seen is None else line.last_seen
    came = _behind(book, one.stage, line, after)
    return f"{one.control} records: {came} behind have passed." if came else ""


def _behind(book: RaceBook, stage: int, line: RegisterLine, after: Instant) -> str:
    """How many left the last place later than this runner, and are through the next already."""
    here = book.stage_book(stage)
    last, following = here.times_at(line.last_point), line.next
    if following is None:
        return ""
    through = here.times_at(following.point)
    count = sum(time > after and entry_id in through for entry_id, (time, _) in last.items())
    return figures.count(count) if count else ""


def _ring(slug: str, one: Standing, phones: Mapping[str, tuple[str, str]]) -> Ring | None:
    if not one.control:
        return None
    return ring_of(slug, one.control, phones)


def ring_of(slug: str, control: str, phones: Mapping[str, tuple[str, str]]) -> Ring:
    """Whom to call at a control, or where to say whom."""
    base = post_of(control)
    name, number = phones.get(base, ("", ""))
    digits = "".join(c for c in number if c.isdigit() or c == "+")
    return Ring(
        label=f"Call {base}",
        name=" ".join(part for part in (name, number) if part),
        url=f"tel:{digits}" if digits else f"{addresses.desk_alerts(slug)}#phones",
    )
