"""Who starts a stage, when and with whom, as far as that is known (Rules 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from timing.core.book import RaceBook
from timing.core.classifications import key_of
from timing.core.definition import Basis, StageKind, StartMode
from timing.core.entries import Entry, bib_order
from timing.core.problems import ProblemCode
from timing.core.records import StartList
from timing.core.starts import starts_by_rank
from timing.core.statuses import StageStatus
from timing.core.times import Instant
from timing.pages.arrivals import entry_lines

_NEVER_COMES = frozenset({StageStatus.DNS, StageStatus.DSQ, StageStatus.NEUTRALISED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A runner with the wave and the moment of the start; ``is_ruled`` where that was decided."""

    entry: Entry
    wave: str
    at: Instant | None
    is_ruled: bool = False


def starters(book: RaceBook, number: int) -> tuple[Starter, ...]:
    """Those who run a stage, as they start, those who start together by bib; UnknownStage."""
    settled = book.stage_book(number)
    position = book.stages.index(number)
    before = book.stage_book(book.stages[position - 1]).state if position else None
    ended = set() if before is None else {i for i, s in before.carried.items() if s.ended}
    frame, found = settled.frame, []
    for line in entry_lines(book, number):
        entry = settled.roster.entries.get(key_of(line.competitor))
        if entry is None or line.status is StageStatus.NOT_IN_DIVISION:
            continue
        if entry.id in ended or line.status in _NEVER_COMES:
            continue
        clock = None if frame is None else frame.clock_of(entry.id)
        at = None if clock is None else clock.start
        if at is None and clock is not None and not is_each_their_own(book, number):
            at = clock.gun
        found.append(
            Starter(
                entry=entry,
                wave="" if clock is None else clock.wave,
                at=at,
                is_ruled=clock is not None and clock.is_ruled,
            )
        )
    last = max((one.at for one in found if one.at is not None), default=0) + 1
    found.sort(key=lambda one: (last if one.at is None else one.at, bib_order(one.entry.bib)))
    return tuple(found)


def is_each_their_own(book: RaceBook, number: int) -> bool:
    """Whether each starts at a moment of their own, allocated beforehand."""
    start = book.stage_book(number).stage.start
    return start is not None and start.mode in (StartMode.INTERVAL, StartMode.CHASE)


def is_issuable(book: RaceBook, number: int) -> bool:
    """Whether results may move the starts, so that the list is frozen by being issued (3.6)."""
    stage = book.stage_book(number).stage
    return starts_by_rank(stage) and (stage.start is None or stage.start.basis is not Basis.OWN)


def issued_list(book: RaceBook, number: int) -> StartList | None:
    """The issued start list of a stage that counts, or None."""
    lists = [r for r in book.rulings if isinstance(r, StartList) and r.stage == number]
    return lists[-1] if lists else None


def is_provisional(book: RaceBook, number: int) -> bool:
    """Whether the starts follow from results that may still change."""
    frame = book.stage_book(number).frame
    return frame is not None and any(
        problem.code is ProblemCode.PROVISIONAL_STARTS for problem in frame.problems
    )


def due_stage(book: RaceBook, today: date) -> int | None:
    """The stage whose list is to be issued now: the evening before it, or on its day."""
    for number in book.stages:
        stage = book.stage_book(number).stage
        if book.has_begun(number) or stage.kind is StageKind.REST:
            continue
        is_near = stage.date - timedelta(days=1) <= today <= stage.date
        is_open = is_issuable(book, number) and issued_list(book, number) is None
        return number if is_near and is_open else None
    return None
