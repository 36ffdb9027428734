"""Reads become passings of a race: placed, dated, judged, taken; each once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from timing.core.courses import passing_codes
from timing.core.definition import Race, Source, Stage
from timing.core.entries import Entry
from timing.core.problems import Problem
from timing.core.records import ChipChange, Passing
from timing.core.times import DAY, Instant, Reading, TimeOfDay, local_instants, zone_named
from timing.db.reading import read_race
from timing.importers.chip_map import ChipMap
from timing.importers.reads import LineKind, LineProblem, Read, WallTime
from timing.operations.definitions import parse_definition
from timing.operations.entries import has_started, replace_entries
from timing.operations.record import Appended, append, standing_passings

_AT_ONCE = 1_000
"""Records in one append, so that others get their turn at the race's lock."""


Whose: TypeAlias = Callable[[Passing], object]
"""Who a passing is of: an entry's id, or a Problem where it is nobody's."""


class Verdict(StrEnum):
    """What becomes of a line of a file; CONFLICT and REJECTED are not taken."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"
    PASSED_OVER = "passed_over"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where reads belong that don't say so themselves, and how they are to be understood.

    ``offset_ms`` is true time less the reader's clock, ``zone`` the zone that clock was set to,
    empty for the race's. With ``is_bib`` what the device calls a chip is a bib.
    """

    stage: int | None = None
    control: str = ""
    source: Source = Source.CHIP
    offset_ms: int | None = None
    zone: str = ""
    is_bib: bool = False
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVerdict:
    """A line of a file, what becomes of it, and why; ``problem`` is the engine's on a taken one."""

    line: int
    verdict: Verdict
    told: str = ""
    passing: Passing | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A file, line by line, before or after it is taken."""

    lines: tuple[LineVerdict, ...]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many lines of each verdict."""
        found = Counter(line.verdict for line in self.lines)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def unknown(self) -> int:
        """How many of those to be taken are nobody's as yet, such as of an unknown chip."""
        return sum(line.problem is not None for line in self.lines)

    @property
    def new(self) -> tuple[Passing, ...]:
        """The passings that are new here."""
        return tuple(
            line.passing
            for line in self.lines
            if line.verdict is Verdict.NEW and line.passing is not None
        )


class BadPlace(ValueError):
    """A read that cannot be put anywhere; the message says why."""


def place_read(race: Race, read: Read, place: Place, *, format: str) -> Passing:
    """The passing that a read is at its place; BadPlace.

    The id is made of the hardware's own identity and the place: the same row is the same record
    wherever and however often it comes.
    """
    number = read.stage if read.stage is not None else place.stage
    stage = None if number is None else race.stage(number)
    if number is None or stage is None:
        raise BadPlace("no stage" if number is None else f"there is no stage {number}")
    control = _control(stage, read.control, place.control)
    device = place.device or read.device or format
    measured = place.offset_ms if place.offset_ms is not None else read.clock_offset_ms
    offset = measured or 0
    shown = _reading(read, stage, zone_named(place.zone or race.timezone))
    time = _moved(shown, offset)
    bib, chip = read.bib, read.chip
    if place.is_bib and not bib:
        bib, chip = chip, ""
    return Passing(
        id=record_id(format, number, control, read.key),
        stage=number,
        control=control,
        time=time,
        bib=bib,
        chip=chip,
        source=read.source or place.source,
        device=device,
        device_time=shown if offset and isinstance(shown, int) else None,
        offset_ms=offset or None,
        uncertainty_ms=read.uncertainty_ms,
        note=read.note,
    )


def record_id(format: str, stage: int, control: str, key: str) -> str:
    """The id of what the hardware calls ``key``, at this control."""
    text = json.dumps([format, stage, control, key])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def judge(
    session: Session,
    slug: str,
    reads: Iterable[Read],
    problems: Iterable[LineProblem],
    place: Place,
    *,
    format: str,
    whose: Whose | None = None,
) -> Judgement:
    """What would become of every line, in their order; nothing is written. UnknownRace.

    With ``whose`` those to be taken are looked at too: whether they are anybody's.
    """
    held = read_race(session, slug, journal=False)
    race = parse_definition(held.definition)
    lines = [_of_problem(problem) for problem in problems]
    placed: list[tuple[int, Passing]] = []
    for read in reads:
        try:
            placed.append((read.line, place_read(race, read, place, format=format)))
        except BadPlace as error:
            lines.append(LineVerdict(line=read.line, verdict=Verdict.REJECTED, told=str(error)))
    there = standing_passings(session, slug, [passing.id for _, passing in placed])
    for line, passing in placed:
        lines.append(_verdict(line, passing, there, whose))
    return Judgement(lines=tuple(sorted(lines, key=lambda one: one.line)))


def take(
    session: Session, slug: str, judgement: Judgement, *, received: Instant | None
) -> Appended | None:
    """Write what was judged new; None where nothing was. Doing so again adds nothing."""
    return take_passings(session, slug, judgement.new, received=received)


def take_passings(
    session: Session, slug: str, passings: Sequence[Passing], *, received: Instant | None
) -> Appended | None:
    """Write passings in portions; the last answer, None for none."""
    answer = None
    for first in range(0, len(passings), _AT_ONCE):
        portion = passings[first : first + _AT_ONCE]
        answer = append(session, slug, passings=portion, received=received)
    return answer


def take_live(
    session: Session,
    slug: str,
    race: Race,
    reads: Sequence[Read],
    place: Place,
    *,
    format: str,
    received: Instant,
) -> Judgement:
    """Take what came over a line. It is on disk once the transaction is."""
    placed: list[tuple[int, Passing]] = []
    lines: list[LineVerdict] = []
    for read in reads:
        try:
            placed.append((read.line, place_read(race, read, place, format=format)))
        except BadPlace as error:
            lines.append(LineVerdict(line=read.line, verdict=Verdict.REJECTED, told=str(error)))
    there = standing_passings(session, slug, [passing.id for _, passing in placed])
    lines += [_verdict(line, passing, there, None) for line, passing in placed]
    made = Judgement(lines=tuple(lines))
    take_passings(session, slug, made.new, received=received)
    return made


def _verdict(
    line: int, passing: Passing, there: dict[str, Passing], whose: Whose | None
) -> LineVerdict:
    before = there.get(passing.id)
    if before is None:
        there[passing.id] = passing
        problem = whose(passing) if whose is not None else None
        return LineVerdict(
            line=line,
            verdict=Verdict.NEW,
            passing=passing,
            problem=problem if isinstance(problem, Problem) else None,
        )
    if says_the_same(before, passing):
        return LineVerdict(line=line, verdict=Verdict.KNOWN, passing=passing)
    told = "the same number of the same device is here with another chip, bib or time"
    return LineVerdict(line=line, verdict=Verdict.CONFLICT, told=told, passing=passing)


def says_the_same(one: Passing, other: Passing) -> bool:
    """Whether the hardware said the same in both.

    How far its clock was off is measured anew each time it connects: that is no other content.
    """
    return (one.chip, one.bib, _shown(one)) == (other.chip, other.bib, _shown(other))


def _shown(passing: Passing) -> Reading:
    if passing.device_time is not None:
        return passing.device_time
    if isinstance(passing.time, TimeOfDay):
        return _moved(passing.time, -(passing.offset_ms or 0))
    return passing.time - (passing.offset_ms or 0)


def _of_problem(problem: LineProblem) -> LineVerdict:
    is_bad = problem.kind is LineKind.REJECTED
    return LineVerdict(
        line=problem.line,
        verdict=Verdict.REJECTED if is_bad else Verdict.PASSED_OVER,
        told=problem.told,
    )


def _control(stage: Stage, said: str, given: str) -> str:
    codes = passing_codes(stage)
    name = said or given
    if said.startswith("."):
        # Only in or out was said: of the place given.
        name = f"{given.rpartition('.')[0] or given}{said}"
    if not name:
        raise BadPlace("no control")
    if name in codes:
        return name
    folded = {code.casefold(): code for code in codes}
    folded |= {c.name.casefold(): c.code for c in stage.controls if c.name and not c.in_out}
    for control in stage.controls:
        if control.in_out and control.name:
            for way in ("in", "out"):
                folded[f"{control.name}.{way}".casefold()] = f"{control.code}.{way}"
    found = folded.get(name.casefold())
    if found is None:
        raise BadPlace(f"stage {stage.number} has no control “{name}”")
    return found


def _reading(read: Read, stage: Stage, zone: ZoneInfo) -> Reading:
    if not isinstance(read.time, WallTime):
        return read.time
    found = local_instants(read.time.day, read.time.ms, zone)
    if not found:
        raise BadPlace("clocks skipped that time of day")
    if len(found) == 1:
        return found[0]
    # Inside an hour that repeats: the stage says which of the two fits (Rules 1.2).
    return TimeOfDay(read.time.ms, (read.time.day - stage.date).days)


def _moved(reading: Reading, offset: int) -> Reading:
    if not isinstance(reading, TimeOfDay):
        return reading + offset
    if not offset:
        return reading
    days, ms = divmod(reading.ms + offset, DAY)
    return TimeOfDay(ms, None if reading.day is None else reading.day + days)


# Chips -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipPlan:
    """What a chip map would change: new pairs, those known already, and what is in the way."""

    new: tuple[tuple[str, str], ...]
    known: int
    problems: tuple[LineProblem, ...]


def plan_chips(session: Session, slug: str, chips: ChipMap) -> ChipPlan:
    """Compare a chip map with who wears what now; nothing is written. UnknownRace.

    A chip that somebody else wears is in the way: it changes hands by a ruling.
    """
    held = read_race(session, slug)
    wearing = {entry.bib: entry for entry in held.entries}
    worn = {chip: entry.bib for entry in held.entries for chip in entry.chips}
    for ruling in held.rulings:
        if isinstance(ruling, ChipChange):
            worn[ruling.chip] = ruling.bib
    new: list[tuple[str, str]] = []
    known = 0
    problems = list(chips.problems)
    for row in chips.worn:
        told = ""
        if row.bib not in wearing:
            told = f"nobody wears bib {row.bib}"
        elif worn.get(row.chip, row.bib) != row.bib:
            told = f"chip {row.chip} is worn by bib {worn[row.chip]}"
        if told:
            problems.append(LineProblem(line=row.line, kind=LineKind.REJECTED, told=told))
        elif row.chip in worn:
            known += 1
        else:
            new.append((row.bib, row.chip))
    ordered = tuple(sorted(problems, key=lambda one: one.line))
    return ChipPlan(new=tuple(new), known=known, problems=ordered)


def take_chips(session: Session, slug: str, plan: ChipPlan, *, by: str, at: Instant) -> int:
    """Hand out the plan's new chips, and return the race's revision.

    Before the start they are the entries'; from then on each is a ruling, so that it can be
    undone and says who did it.
    """
    held = read_race(session, slug, journal=False)
    if not plan.new:
        return held.cursor.revision
    if not has_started(session, slug):
        added: dict[str, tuple[str, ...]] = {}
        for bib, chip in plan.new:
            added[bib] = (*added.get(bib, ()), chip)
        entries: list[Entry] = [
            replace(entry, chips=(*entry.chips, *added.get(entry.bib, ())))
            for entry in held.entries
        ]
        return replace_entries(session, slug, entries, held.teams)
    rulings = [
        ChipChange(
            id=record_id("chips", 0, bib, chip),
            by=by,
            at=at,
            reason="Chip map",
            bib=bib,
            chip=chip,
        )
        for bib, chip in plan.new
    ]
    return append(session, slug, rulings=rulings, received=at).revision
