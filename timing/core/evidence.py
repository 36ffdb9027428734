"""The evidence about a case, side by side: what was read, where, by whom, and what counts of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.cases import Case
from timing.core.courses import Point
from timing.core.entries import Entry, bib_order
from timing.core.misreads import is_alike
from timing.core.records import Observation, Passing
from timing.core.results import Unused, UnusedReason
from timing.core.splits import Facts
from timing.core.stage_book import StageBook
from timing.core.times import Instant

NEIGHBOURS = 3
"""So many reads before, and as many after, are shown beside one that is in question."""

MOST_CANDIDATES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A passing with what became of it.

    ``time`` is None where it could not be dated; ``reason`` says why it was not taken, and is None
    where it counts (``is_taken``) or is nobody's.
    """

    passing: Passing
    time: Instant | None
    is_taken: bool
    reason: UnusedReason | None
    is_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AtControl:
    """A point of the runner's course with every read of the runner there, the one taken first."""

    point: str
    name: str
    distance_m: int
    split: Instant | None
    reads: tuple[Read, ...]
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A read at the same control near in time; ``bib`` is whose it is now."""

    passing: Passing
    time: Instant
    bib: str
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A runner whom a read may be of: missing at this control, with a bib that looks like it."""

    entry: Entry
    is_suggested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that bears on a case; ``entry`` is None where the reads are nobody's."""

    case: Case
    entry: Entry | None
    along: tuple[AtControl, ...]
    elsewhere: tuple[Read, ...]
    neighbours: tuple[Neighbour, ...]
    said: tuple[Observation, ...]
    candidates: tuple[Candidate, ...]


def evidence(book: RaceBook, case: Case) -> Evidence:
    """What a timekeeper needs to decide a case.

    ``along`` is the runner's course with all reads of the runner; ``elsewhere`` are the case's
    reads that stand at no point of it; ``neighbours`` are the reads at the case's control around
    the first in question; ``said`` the station's observations of this runner or control.
    """
    if case.stage is None or case.stage not in book.stages:
        return Evidence(
            case=case,
            entry=book.entry_wearing(case.bib) if case.bib else None,
            along=(),
            elsewhere=tuple(_reads_alone(book, case, {})),
            neighbours=(),
            said=(),
            candidates=(),
        )
    stage = book.stage_book(case.stage)
    dated = book.dated_records(case.stage)
    entry = book.entry_wearing(case.bib, case.stage) if case.bib else None
    along = tuple(_along(stage, entry, case, dated)) if entry is not None else ()
    shown = {read.passing.id for at in along for read in at.reads}
    return Evidence(
        case=case,
        entry=entry,
        along=along,
        elsewhere=tuple(r for r in _reads_alone(book, case, dated) if r.passing.id not in shown),
        neighbours=tuple(_neighbours(stage, book, case, dated)),
        said=tuple(_said(book, case)),
        candidates=tuple(_candidates(stage, case)),
    )


def _along(
    stage: StageBook, entry: Entry, case: Case, dated: dict[str, Instant]
) -> Iterator[AtControl]:
    facts = stage.facts.get(entry.id)
    course = stage.courses.of(stage.roster.entries[entry.id])
    unused = {u.record: u for u in facts.unused} if facts is not None else {}
    of_point: dict[str, list[Read]] = {}
    for passing in stage.bucket.get(entry.id, []):
        code = _point_of(passing, facts, unused, course.points)
        if code:
            reason = unused[passing.id].reason if passing.id in unused else None
            read = _read(stage, passing, dated, reason, entry.id)
            of_point.setdefault(code, []).append(read)
    for point in course.points:
        reads = of_point.get(point.code, [])
        reads.sort(key=lambda read: (not read.is_taken, read.time or 0, read.passing.id))
        yield AtControl(
            point=point.code,
            name=point.name,
            distance_m=point.distance_m,
            split=facts.times[point.ordinal] if facts is not None else None,
            reads=tuple(reads),
            is_asked=point.is_named(case.control)
            or any(read.passing.id in case.records for read in reads),
        )


def _point_of(
    passing: Passing,
    facts: Facts | None,
    unused: Mapping[str, Unused],
    points: Sequence[Point],
) -> str:
    """The point at which a read counts, or would have; empty where it is on no such course."""
    for point in points:
        taken = facts.taken[point.ordinal] if facts is not None else None
        if taken is not None and taken.id == passing.id:
            return point.code
    control = unused[passing.id].control if passing.id in unused else passing.control
    return next((p.code for p in points if control == p.code or p.is_named(control)), "")


def _read(
    stage: StageBook | None,
    passing: Passing,
    dated: Mapping[str, Instant],
    reason: UnusedReason | None = None,
    entry_id: str = "",
) -> Read:
    facts = stage.facts.get(entry_id) if stage is not None else None
    return Read(
        passing=passing,
        time=dated.get(passing.id),
        is_taken=facts is not None
        and any(p is not None and p.id == passing.id for p in facts.taken),
        reason=reason,
        is_confirmed=stage is not None and passing.id in stage.confirmed,
    )


def _reads_alone(book: RaceBook, case: Case, dated: Mapping[str, Instant]) -> Iterator[Read]:
    for record in case.records:
        passing = book.passing(record)
        if passing is not None and not book.is_voided(record):
            stage = book.stage_book(passing.stage) if passing.stage in book.stages else None
            # A chip names its runner without a bib: whoever has the read in their bucket.
            of = () if stage is None else stage.bucket.items()
            entry_id = next((e for e, reads in of if passing in reads), "")
            yield _read(stage, passing, dated, entry_id=entry_id)


def _neighbours(
    stage: StageBook, book: RaceBook, case: Case, dated: Mapping[str, Instant]
) -> Iterator[Neighbour]:
    """The reads around the first in question at its control, one for each runner and moment."""
    asked = next((p for r in case.records if (p := book.passing(r)) is not None), None)
    if asked is None or asked.id not in dated:
        return
    unplaced = (p for r in case.records if (p := book.passing(r)) is not None)
    here = {
        p.id: p
        for p in (*(p for reads in stage.bucket.values() for p in reads), *unplaced)
        if p.control == asked.control and p.id in dated
    }
    line = sorted(here.values(), key=lambda p: (dated[p.id], p.id))
    at = next(i for i, p in enumerate(line) if p.id == asked.id)
    for passing in line[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]:
        yield Neighbour(
            passing=passing,
            time=dated[passing.id],
            bib=book.bib_of(passing),
            is_asked=passing.id in case.records,
        )


def _said(book: RaceBook, case: Case) -> Iterator[Observation]:
    """What stations reported of the runner on the stage, or at the control of no runner."""
    for ruling in book.rulings:
        if isinstance(ruling, Observation) and ruling.stage == case.stage:
            is_of_runner = case.bib and case.bib in ruling.bibs
            is_of_place = not ruling.bibs and case.control and ruling.control == case.control
            is_of_record = not set(ruling.items).isdisjoint(case.records)
            if is_of_runner or is_of_place or is_of_record:
                yield ruling


def _candidates(stage: StageBook, case: Case) -> Iterator[Candidate]:
    """Whose the reads may be: first whom the engine suggests, then bibs that look alike."""
    suggested = {str(v) for p in case.problems for name, v in p.params if name == "likely"}
    found: list[Candidate] = []
    for entry in stage.roster.entries.values():
        if entry.bib == case.bib:
            continue
        is_suggested = entry.bib in suggested
        if is_suggested or (is_alike(case.bib, entry.bib) and _is_missing(stage, entry, case)):
            found.append(Candidate(entry=entry, is_suggested=is_suggested))
    found.sort(key=lambda c: (not c.is_suggested, bib_order(c.entry.bib)))
    yield from found[:MOST_CANDIDATES]


def _is_missing(stage: StageBook, entry: Entry, case: Case) -> bool:
    facts = stage.facts.get(entry.id)
    if facts is None or facts.last < 0:
        return False
    points = stage.courses.of(entry).points
    return any(p.is_named(case.control) and facts.times[p.ordinal] is None for p in points)
