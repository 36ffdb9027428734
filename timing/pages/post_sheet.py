"""What a device at a post is told, as plain values: the post, who may come, how the field stands.

The keys are those of docs/station-protocol.md. All of it is for devices with a key, not public.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook
from timing.core.courses import Point
from timing.core.cutoffs import limits_of
from timing.core.definition import Stage, StartMode, Wave
from timing.core.entries import Entry
from timing.core.forecasts import Forecasts
from timing.core.records import StartCorrection
from timing.core.stage_book import StageBook
from timing.core.statuses import StageStatus
from timing.core.times import DAY, HOUR, Instant, zone_named
from timing.pages import figures
from timing.pages.arrivals import runner_detail
from timing.pages.marks import Place, Symbol
from timing.pages.posts import current_stage, source_at, stage_places
from timing.pages.station_page import Post

Sheet: TypeAlias = dict[str, Any]

_SYMBOLS = {Symbol.START: "start", Symbol.FINISH: "finish"}
_OUT = frozenset({StageStatus.DNF, StageStatus.OTL, StageStatus.DSQ, StageStatus.DNS})
_AROUND: int = 3 * DAY
"""How long before and after the race changes of the clock matter to a device."""


def race_sheet(book: RaceBook) -> Sheet:
    """The race, with its zone's offsets from UTC over its days."""
    race = book.race
    return {
        "slug": race.slug,
        "name": race.name,
        "timezone": race.timezone,
        "utc_offsets": _utc_offsets(book),
    }


def _utc_offsets(book: RaceBook) -> list[list[int]]:
    """Pairs of an instant and the offset from then on; the first is from the beginning of time."""
    zone = zone_named(book.race.timezone)
    dates = [book.race.starts_on, *(stage.date for stage in book.race.stages)]
    noons = [
        round(datetime(d.year, d.month, d.day, 12, tzinfo=UTC).timestamp()) * 1000 for d in dates
    ]
    hour, end = min(noons) - _AROUND, max(noons) + _AROUND
    offsets = [[0, figures.utc_offset_ms(hour, zone)]]
    while hour < end:
        hour += HOUR
        if (offset := figures.utc_offset_ms(hour, zone)) != offsets[-1][1]:
            offsets.append([_changed(hour - HOUR, hour, offset, zone), offset])
    return offsets


def _changed(before: Instant, after: Instant, offset: int, zone: ZoneInfo) -> Instant:
    """The instant from which the offset holds."""
    while after - before > 1:
        middle = (before + after) // 2
        if figures.utc_offset_ms(middle, zone) == offset:
            after = middle
        else:
            before = middle
    return after


def stage_sheets(book: RaceBook, post: Post) -> list[Sheet]:
    """The stages and controls that the post serves."""
    numbers = [n for n in book.stages if post.stage in (None, n)]
    current = post.stage or current_stage(book)
    stages = [stage for n in numbers if (stage := book.race.stage(n)) is not None]
    return [
        {
            "number": stage.number,
            "name": stage.name,
            "date": stage.date.isoformat(),
            "guns": _guns(book, stage) if _serves_start(places) else [],
            "controls": list(_controls(book, stage, places, is_backup=post.is_backup)),
            "is_current": stage.number == current,
        }
        for stage in stages
        if (places := stage_places(book, stage, post.controls))
    ]


def _serves_start(places: Mapping[str, Place]) -> bool:
    return any(place.symbol is Symbol.START for place in places.values())


def _guns(book: RaceBook, stage: Stage) -> list[Sheet]:
    start = stage.start
    if start is None:
        return []
    match start.mode:
        case StartMode.MASS:
            return [_gun(book, stage, Wave(code="", at=start.at), "All")] if start.at else []
        case StartMode.WAVES:
            return [_gun(book, stage, wave, wave.code) for wave in start.waves]
        case _:
            return []


def _gun(book: RaceBook, stage: Stage, wave: Wave, label: str) -> Sheet:
    is_given = any(
        isinstance(r, StartCorrection)
        and r.stage == stage.number
        and r.wave == wave.code
        and not r.bibs
        for r in book.rulings
    )
    return {
        "wave": wave.code,
        "label": label,
        "planned": book.stage_book(stage.number).day.scheduled(wave.at),
        "given": book.gun(stage.number, wave.code) if is_given else None,
    }


def _controls(
    book: RaceBook, stage: Stage, places: Mapping[str, Place], *, is_backup: bool
) -> Iterator[Sheet]:
    closings = _closings(book, stage)
    checks = _checks(book, stage, places)
    for code, place in places.items():
        way = code.rpartition(".")[2] if code.endswith((".in", ".out")) else ""
        is_line = place.symbol in (Symbol.START, Symbol.FINISH)
        yield {
            "code": code,
            "base": code.removesuffix(f".{way}"),
            "way": way,
            "name": place.name.removesuffix(f" {way}") if way else place.name,
            "number": place.number,
            "symbol": _SYMBOLS.get(place.symbol, "checkpoint"),
            "distance_m": place.distance_m,
            "source": source_at(is_line=is_line, is_backup=is_backup).value,
            "closes": closings.get(code, []),
            "checks": checks.get(code, []),
        }


def _checks(book: RaceBook, stage: Stage, places: Mapping[str, Place]) -> dict[str, list[str]]:
    """What is looked at, by what the station calls a place: of all controls that it means."""
    of_control = {control.code: control.checks for control in stage.controls}
    points = points_of_stage(book, stage.number)
    return {
        code: list(
            dict.fromkeys(
                check
                for point in points
                if point.is_named(code)
                for check in of_control.get(point.base, ())
            )
        )
        for code in places
    }


def _closings(book: RaceBook, stage: Stage) -> dict[str, list[Sheet]]:
    """When points close, by code; ``who`` is empty where it is the same for all."""
    zone = zone_named(book.race.timezone)
    found: dict[str, dict[Instant, list[str]]] = {}
    stage_book = book.stage_book(stage.number)
    waves = [w.code for w in stage.start.waves] if stage.start is not None else []
    groups = [(division, wave) for division in stage_book.full_courses for wave in waves or [""]]
    for division, wave in groups:
        for code, at in _closings_of(book, stage_book, division, wave):
            found.setdefault(code, {}).setdefault(at, []).append(
                " ".join(part for part in (division if len(groups) > 1 else "", wave) if part)
            )
    return {
        code: [
            {
                "who": ", ".join(who) if len(by_time) > 1 else "",
                "text": figures.clock_minutes(at, zone, stage.date),
                "at": at,
            }
            for at, who in sorted(by_time.items())
        ]
        for code, by_time in found.items()
    }


def _closings_of(
    book: RaceBook, stage: StageBook, division: str, wave: str
) -> Iterator[tuple[str, Instant]]:
    course = stage.full_courses[division]
    gun = book.gun(stage.number, wave)
    limits = limits_of(
        course,
        stage.day,
        book.race.rules.cutoff,
        book.rulings,
        stage=stage.number,
        division=division,
        categories=(),
        wave=wave,
    )
    closing: dict[str, Instant] = {}
    for limit in limits:
        at = limit.closing(gun, gun)
        if limit.is_hard and at is not None:
            code = course.points[limit.point].code
            closing[code] = min(at, closing.get(code, at))
    yield from closing.items()


def start_list_sheet(book: RaceBook, post: Post) -> list[list[str]]:
    """Who may come: bib, name, detail, division, team of each entry on the post's stage."""
    number = post.stage or current_stage(book)
    if number not in book.stages:
        return []
    divisions = {d.code: d.name or d.code for d in book.race.divisions}
    teams = {t.code: t.name or t.code for t in book.teams()}
    return [
        [
            entry.bib,
            entry.name,
            runner_detail(entry, ()),
            divisions.get(entry.division, entry.division),
            teams.get(entry.team, entry.team),
        ]
        for entry in book.entries(number)
        if entry.bib
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One entry on a stage: its status, what was seen by point, and when it is expected where."""

    bib: str
    status: StageStatus
    points: tuple[Point, ...]
    times: tuple[Instant | None, ...]
    last: tuple[int, Instant] | None
    expected: Mapping[int, Instant]


def field_progress(book: RaceBook, number: int) -> tuple[Progress, ...]:
    """Everybody on a stage, for every control at once. Raises UnknownStage."""
    stage = book.stage_book(number)
    forecasts = Forecasts(book, number)
    found = []
    for entry_id, row in stage.state.rows.items() if stage.state is not None else ():
        entry: Entry = row.entry
        if not entry.bib or row.status is StageStatus.NOT_IN_DIVISION:
            continue
        facts = stage.facts.get(entry_id)
        points = stage.courses.of(entry).points
        times = (*facts.times,) if facts is not None else ()
        seen = [(index, time) for index, time in enumerate(times) if time is not None]
        last = seen[-1] if seen else forecasts.last_seen(entry_id)
        found.append(
            Progress(
                bib=entry.bib,
                status=row.status,
                points=points,
                times=times,
                last=last,
                expected={e.ordinal: e.time for e in forecasts.of(entry_id)},
            )
        )
    return tuple(found)


def field_sheet(field: tuple[Progress, ...], control: str) -> dict[str, list[Any]]:
    """How each entry stands at a control that its course has, by bib.

    Where a control is passed more than once, the next time counts. Who was seen further on has
    passed.
    """
    return {one.bib: line for one in field if (line := _standing_at(one, control)) is not None}


def _standing_at(one: Progress, control: str) -> list[Any] | None:
    here = [point.ordinal for point in one.points if point.is_named(control)]
    if not here:
        return None
    last = one.points[one.last[0]].code if one.last is not None else None
    when = one.last[1] if one.last is not None else None
    reached = one.last[0] if one.last is not None and any(one.times) else -1
    ahead = [ordinal for ordinal in here if ordinal > reached]
    if not ahead:
        return ["passed", last, when, None]
    if one.status in _OUT:
        return ["out", last, when, None]
    if one.status is StageStatus.NOT_STARTED:
        return ["not_started", None, None, one.expected.get(ahead[0])]
    return ["to_come", last, when, one.expected.get(ahead[0])]


def points_of_stage(book: RaceBook, number: int) -> tuple[Point, ...]:
    """The points of every course of a stage. Raises UnknownStage."""
    return tuple(
        point for course in book.stage_book(number).full_courses.every() for point in course.points
    )
