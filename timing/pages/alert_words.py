"""Alerts in words: for the desk's first page, for mail, and for programs. Never public (12.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from timing.core.alerts import Standing, Together, standing_alerts
from timing.core.book import RaceBook
from timing.core.safety import AlertKind, Level, RegisterLine
from timing.core.silence import SILENT_RUNNERS
from timing.core.times import HOUR, MINUTE, Duration, Instant, format_instant, zone_named
from timing.pages import figures
from timing.pages.control_places import post_of
from timing.pages.frame import name_and_edition
from timing.pages.marks import name_of

NAMED = 12
"""How many runners of a field are named in a message; the rest is counted."""

NO_PHONES: Mapping[str, tuple[str, str]] = {}

_TITLES: Mapping[AlertKind, str] = {
    AlertKind.OVERDUE: "{who} overdue at {control}",
    AlertKind.BEHIND_SWEEP: "{who} seen behind the sweep at {control}",
    AlertKind.PASSED_BY_SWEEP: "{who} left behind by the sweep before {control}",
    AlertKind.SEEN_AFTER_ACCOUNTED: "{who} seen at {control} after being accounted for",
    AlertKind.NOT_HANDED_OVER: "{who} collected and not handed over",
    AlertKind.STATION_SILENT: "{control} is silent",
}

_FIELDS: Mapping[Together, str] = {
    Together.ALONE: "",
    Together.HELD: "{count} held at {control} and overdue beyond it",
    Together.STOPPED: "{count} not in since stage {stage} was stopped",
    Together.LATE: "{count} overdue at {control}, where hardly anybody comes through",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An alert as it is told: a line, what is known beside it, and the same for programs."""

    subject: str
    is_station: bool
    level: Level
    title: str
    detail: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The alerts of a race at a moment."""

    race: Mapping[str, str]
    notices: tuple[Notice, ...]


def told_of(book: RaceBook, at: Instant, phones: Mapping[str, tuple[str, str]] = NO_PHONES) -> Told:
    """What there is to tell of a race; ``phones`` are name and number by control."""
    name = " ".join(name_and_edition(book.race))
    return Told(
        race={"slug": book.race.slug, "name": name},
        notices=tuple(notice(book, standing, at, phones) for standing in standing_alerts(book, at)),
    )


def notice(
    book: RaceBook,
    standing: Standing,
    at: Instant,
    phones: Mapping[str, tuple[str, str]] = NO_PHONES,
) -> Notice:
    """One alert in words."""
    return Notice(
        subject=standing.subject,
        is_station=standing.kind is AlertKind.STATION_SILENT,
        level=standing.level,
        title=title_of(standing),
        detail=" ".join((*_details(book, standing, at), *_whom_to_call(standing, phones))),
        facts={
            "kind": standing.kind.value,
            "together": standing.together.value,
            "stage": standing.stage,
            "control": standing.control,
            "since": format_instant(standing.since),
            "bibs": [line.entry.bib for line in standing.lines],
        },
    )


def title_of(standing: Standing) -> str:
    """``163 Lorcan Devanney overdue at CP2``, ``57 held at CP3 and overdue beyond it``."""
    if standing.together is not Together.ALONE:
        return _FIELDS[standing.together].format(
            count=figures.count(len(standing.lines)),
            control=standing.control,
            stage=standing.stage,
        )
    who = (
        f"{standing.lines[0].entry.bib} {name_of(standing.lines[0].entry)}".strip()
        if (standing.lines)
        else ""
    )
    return _TITLES[standing.kind].format(who=who, control=standing.control)


def _details(book: RaceBook, standing: Standing, at: Instant) -> Iterable[str]:
    zone = zone_named(book.race.timezone)
    stage = book.race.stage(standing.stage)
    day = None if stage is None else stage.date
    since = figures.clock_minutes(standing.since, zone, day)
    yield f"Stage {standing.stage}, since {since}, {lasting(at - standing.since)}."
    if standing.together is not Together.ALONE:
        bibs = [line.entry.bib for line in standing.lines]
        more = f" and {figures.count(len(bibs) - NAMED)} more" if len(bibs) > NAMED else ""
        yield f"{', '.join(bibs[:NAMED])}{more}."
        return
    for line in standing.lines:
        if line.last_seen is not None:
            seen = figures.clock_minutes(line.last_seen, zone, day)
            yield f"Last seen at {line.last_point}, {seen}."
        if line.next is not None:
            due = figures.clock_minutes(line.next.latest, zone, day)
            yield f"Due at {line.next.point} by {due}."
        yield from _whereabouts(line)
    if not standing.lines:
        yield f"{SILENT_RUNNERS} runners or more must have come through, and none was recorded."
        yield what_to_do(is_sure=is_passed_by(book, standing))


def _whom_to_call(standing: Standing, phones: Mapping[str, tuple[str, str]]) -> Iterable[str]:
    name, number = phones.get(post_of(standing.control), ("", ""))
    if number:
        yield f"{post_of(standing.control)}: {f'{name} {number}'.strip()}."


def is_passed_by(book: RaceBook, silent: Standing) -> bool:
    """Whether runners were seen beyond a control since it fell silent."""
    points = book.points(silent.stage)
    beyond = points[points.index(silent.control) + 1 :] if silent.control in points else ()
    here = book.stage_book(silent.stage)
    return any(time >= silent.since for code in beyond for time, _ in here.times_at(code).values())


def what_to_do(*, is_sure: bool) -> str:
    """What somebody does about a silent station."""
    if is_sure:
        return (
            "Runners are seen further on, so they come through: only its times are missing."
            " Call; have them send again, or read out what is on paper."
        )
    return (
        "Nobody is seen further on either, so it may be the runners. Call; if nobody answers, send"
        " somebody there."
    )


def _whereabouts(line: RegisterLine) -> Iterable[str]:
    said = ", ".join(part for part in (line.where, line.vehicle) if part)
    if said:
        yield f"Last account: {said}."


def lasting(span: Duration) -> str:
    """``41 min``, ``2 h 54``: whole minutes."""
    hours, minutes = divmod(max(0, span), HOUR)
    return f"{hours} h {minutes // MINUTE:02d}" if hours else f"{minutes // MINUTE} min"


def subject_line(race: str, notices: Sequence[Notice], *, is_escalated: bool) -> str:
    """What a mail is called."""
    more = f" and {len(notices) - 1} more" if len(notices) > 1 else ""
    nobody = "Nobody has it: " if is_escalated else ""
    return f"{race}: {nobody}{notices[0].title}{more}"


def mail_text(notices: Sequence[Notice], *, is_escalated: bool, url: str) -> str:
    """What stands in a mail."""
    said = [f"{one.title}\n{one.detail}" for one in notices]
    if is_escalated:
        said.insert(0, "Nobody has acknowledged this yet.")
    said.append(
        f"Say at the desk that you have it: {url}" if url else "Say at the desk that you have it."
    )
    said.append("This is for the race's own people: it is not public.")
    return "\n\n".join(said) + "\n"
