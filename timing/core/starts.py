"""When each entry's clock starts (Rules 3)."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from timing.core.days import NoSuchTime, StageDay
from timing.core.definition import (
    Basis,
    EarlyKind,
    IntervalOrder,
    Selection,
    Stage,
    Start,
    StartMode,
    Wave,
)
from timing.core.entries import Entry, bib_order
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Ruling, StartCorrection, StartList
from timing.core.results import Line
from timing.core.rosters import Roster
from timing.core.times import Duration, Instant, Reading, TimeOfDay
from timing.core.wearing import Opening

Standings = Callable[[str, str], Sequence[Line]]
"""The lines of a board (or, with an empty code, of a division's first solo time classification)
as before the stage: from rulings made no later than its first gun (racefile, Starts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What an entry's clock goes by.

    ``start`` is fixed where the gun, an allocation or a ruling decides, ``None`` where the
    entry's own start read does. ``reference`` is the instant that start reads are dated by;
    ``other_guns`` are the waves' guns that are not this entry's.
    """

    basis: Basis
    reference: Instant
    tolerance: Duration
    start: Instant | None = None
    gun: Instant | None = None
    opens: Instant | None = None
    closes: Instant | None = None
    early: EarlyKind = EarlyKind.RESET
    early_penalty: Duration = 0
    wave: str = ""
    other_guns: tuple[Instant, ...] = ()
    is_ruled: bool = False


@dataclass(slots=True)
class StartFrame:
    """The clocks of a stage: one for all, but for those of ``by_entry``.

    ``guns`` holds the gun of each wave by its code, the gun of a mass start by ``""``.
    """

    default: Clock
    by_entry: dict[str, Clock] = field(default_factory=dict)
    guns: dict[str, Instant] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def clock_of(self, entry_id: str) -> Clock:
        """The clock that this entry goes by."""
        return self.by_entry.get(entry_id, self.default)


def first_gun(stage: Stage, day: StageDay) -> Instant:
    """The earliest planned start of a stage: ranks are taken from before it (Rules 3.6)."""
    start = stage.start
    if start is None:
        return day.midnight
    times = [w.at for w in start.waves] or [t for t in (start.at, start.opens) if t is not None]
    return min((day.scheduled(t) for t in times), default=day.midnight)


def opening_of(stage: Stage, day: StageDay) -> Opening:
    """When a stage begins as planned, for what is dated before it is known whose it is."""
    return Opening(day=day, gun=first_gun(stage, day))


def starts_by_rank(stage: Stage) -> bool:
    """Whether ranks before the stage may say who starts when (Rules 3.1)."""
    if stage.start is None:
        return False
    return stage.start.mode in (StartMode.INTERVAL, StartMode.CHASE) or any(
        who.rank is not None for wave in stage.start.waves for who in wave.who
    )


def start_frame(
    stage: Stage,
    day: StageDay,
    roster: Roster,
    *,
    tolerance: Duration,
    rulings: Sequence[Ruling],
    standings: Standings,
    categories: Callable[[Entry], tuple[str, ...]],
    out: Container[str] = frozenset(),
) -> StartFrame:
    """The clocks of every entry on a stage, from its plan and from the rulings about it.

    ``out`` holds the ids of those whose race ended before it: no start is kept for them.
    """
    start = stage.start or Start(mode=StartMode.MASS, basis=Basis.GUN)
    corrections = [r for r in rulings if isinstance(r, StartCorrection) and r.stage == stage.number]
    lists = [r for r in rulings if isinstance(r, StartList) and r.stage == stage.number]
    builder = _Builder(
        stage=stage,
        start=start,
        day=day,
        roster=roster,
        tolerance=tolerance,
        standings=standings,
        categories=categories,
        out=out,
    )
    frame = builder.planned(corrections, is_issued=bool(lists))
    for issued in lists:
        builder.allocate(frame, issued.starts, issued)
    for correction in corrections:
        if correction.bibs:
            builder.allocate(frame, [(b, correction.to) for b in correction.bibs], correction)
    return frame


class _Builder:
    """What the functions below share: one stage, its day and its roster."""

    def __init__(
        self,
        *,
        stage: Stage,
        start: Start,
        day: StageDay,
        roster: Roster,
        tolerance: Duration,
        standings: Standings,
        categories: Callable[[Entry], tuple[str, ...]],
        out: Container[str],
    ) -> None:
        self._stage = stage
        self._start = start
        self._day = day
        self._roster = roster
        self._tolerance = tolerance
        self._standings = standings
        self._categories = categories
        self._out = out
        self._ranks: dict[tuple[str, str], dict[str, int]] = {}

    def planned(self, corrections: Sequence[StartCorrection], *, is_issued: bool) -> StartFrame:
        match self._start.mode:
            case StartMode.MASS:
                return self._mass(corrections)
            case StartMode.WAVES:
                return self._waves(corrections, is_issued=is_issued)
            case StartMode.WINDOW:
                return self._window(corrections)
            case StartMode.INTERVAL | StartMode.CHASE:
                return self._allocated(corrections, is_issued=is_issued)
            case _:
                assert_never(self._start.mode)

    def _plan(self, time: TimeOfDay | None) -> Instant:
        return self._day.midnight if time is None else self._day.scheduled(time)

    def _actual(self, reading: Reading, planned: Instant) -> Instant:
        if isinstance(reading, int):
            return reading
        if reading.day is not None:
            return self._day.at(reading)
        return self._day.nearest(reading.ms, planned)

    def _gun(
        self,
        planned: Instant,
        wave: str,
        corrections: Sequence[StartCorrection],
        problems: list[Problem],
    ) -> Instant:
        """The planned gun, or the last correction of it: whatever was first stays on record.

        Two that do not supersede each other contradict, and the later counts (Rules 3.4).
        """
        own = [c for c in corrections if not c.bibs and c.wave in ("", wave)]
        guns: list[tuple[Instant, str]] = []
        for correction in own:
            try:
                guns.append((self._actual(correction.to, planned), correction.id))
            except NoSuchTime:
                problems.append(
                    Problem(
                        code=ProblemCode.TIME_DOES_NOT_EXIST,
                        stage=self._stage.number,
                        records=(correction.id,),
                    )
                )
        if len({gun for gun, _ in guns}) > 1:
            problems.append(
                Problem(
                    code=ProblemCode.CONTRADICTING_RULINGS,
                    stage=self._stage.number,
                    records=tuple(record for _, record in guns),
                )
            )
        return guns[-1][0] if guns else planned

    def _clock(self, gun: Instant, wave: str = "", others: tuple[Instant, ...] = ()) -> Clock:
        basis = self._start.basis
        return Clock(
            basis=basis,
            reference=gun,
            tolerance=self._tolerance,
            start=gun if basis is Basis.GUN else None,
            gun=gun,
            wave=wave,
            other_guns=others,
        )

    def _mass(self, corrections: Sequence[StartCorrection]) -> StartFrame:
        problems: list[Problem] = []
        gun = self._gun(self._plan(self._start.at), "", corrections, problems)
        return StartFrame(default=self._clock(gun), guns={"": gun}, problems=problems)

    def _waves(self, corrections: Sequence[StartCorrection], *, is_issued: bool) -> StartFrame:
        problems: list[Problem] = []
        waves = self._start.waves
        guns = {w.code: self._gun(self._plan(w.at), w.code, corrections, problems) for w in waves}
        if not is_issued and any(s.rank is not None for w in waves for s in w.who):
            problems += self._provisional()
        clocks = {
            w.code: self._clock(
                guns[w.code], w.code, tuple(g for code, g in guns.items() if code != w.code)
            )
            for w in waves
        }
        first = min(guns.values(), default=self._day.midnight)
        # Nobody's wave: the clock is not known, so that a finish there shows up as a problem.
        frame = StartFrame(
            default=Clock(basis=Basis.ALLOCATED, reference=first, tolerance=self._tolerance),
            guns=guns,
            problems=problems,
        )
        for entry in self._roster.entries.values():
            wave = next((w for w in waves if self._is_in(entry, w)), None)
            if wave is not None:
                frame.by_entry[entry.id] = clocks[wave.code]
        return frame

    def _is_in(self, entry: Entry, wave: Wave) -> bool:
        return not wave.who or any(self._is_selected(entry, who) for who in wave.who)

    def _is_selected(self, entry: Entry, who: Selection) -> bool:
        if who.bibs and entry.bib not in who.bibs:
            return False
        if who.bib_range is not None:
            first, last = who.bib_range
            if not bib_order(first) <= bib_order(entry.bib) <= bib_order(last):
                return False
        if who.division and entry.division != who.division:
            return False
        if who.category and who.category not in self._categories(entry):
            return False
        if who.rank is None:
            return True
        rank = self._rank_of(entry, who.board)
        return rank is not None and who.rank[0] <= rank <= who.rank[1]

    def _rank_of(self, entry: Entry, board: str) -> int | None:
        key = (board, "" if board else entry.division)
        if key not in self._ranks:
            self._ranks[key] = {
                line.competitor.id: line.rank
                for line in self._standings(*key)
                if isinstance(line.competitor, Entry) and line.rank is not None
            }
        return self._ranks[key].get(entry.id)

    def _window(self, corrections: Sequence[StartCorrection]) -> StartFrame:
        """A free window; a correction of its gun is of its opening."""
        problems: list[Problem] = []
        opens = self._gun(self._plan(self._start.opens), "", corrections, problems)
        closes = None if self._start.closes is None else self._plan(self._start.closes)
        basis = self._start.basis
        clock = Clock(
            basis=basis,
            reference=opens,
            tolerance=self._tolerance,
            start=opens if basis is Basis.GUN else None,
            gun=opens,
            opens=opens,
            closes=closes,
            early=self._start.early,
            early_penalty=self._start.early_penalty,
        )
        return StartFrame(default=clock, guns={"": opens}, problems=problems)

    def _allocated(self, corrections: Sequence[StartCorrection], *, is_issued: bool) -> StartFrame:
        problems: list[Problem] = []
        first = self._gun(self._plan(self._start.at), "", corrections, problems)
        clock = replace(self._clock(first), start=None, basis=Basis.ALLOCATED)
        frame = StartFrame(default=clock, guns={"": first}, problems=problems)
        if not is_issued:
            problems += self._provisional()
            divisions = dict.fromkeys(e.division for e in self._roster.entries.values())
            for division in divisions:
                self._from_ranks(frame, division, first)
        return frame

    def _from_ranks(self, frame: StartFrame, division: str, first: Instant) -> None:
        ranked = [
            (line, line.competitor)
            for line in self._standings("", division)
            if isinstance(line.competitor, Entry)
            and not line.status.is_out()
            and line.competitor.id not in self._out
        ]
        if self._start.mode is StartMode.CHASE:
            starts = self._chase_starts(ranked, first)
        else:
            if self._start.order is IntervalOrder.BIBS:
                ranked.sort(key=lambda pair: bib_order(pair[1].bib))
            elif self._start.order is IntervalOrder.GC_REVERSED:
                ranked.reverse()
            every = self._start.every
            starts = {entry.id: first + n * every for n, (_, entry) in enumerate(ranked)}
        for entry_id, start in starts.items():
            frame.by_entry[entry_id] = replace(
                frame.default, start=start, gun=first, reference=start
            )

    def _chase_starts(
        self, ranked: Sequence[tuple[Line, Entry]], first: Instant
    ) -> dict[str, Instant]:
        """By the gap, up to the cap; then the rest together or at a fixed interval (3.1).

        Who has no gap has no start of their own, where nothing is said of the rest.
        """
        cap, every = self._start.cap, self._start.rest_every
        starts: dict[str, Instant] = {}
        last = first
        for line, entry in ranked:
            if line.gap is not None and (cap is None or line.gap <= cap):
                last = first + line.gap
            elif self._start.rest_at is not None:
                last = self._plan(self._start.rest_at)
            elif every:
                last += every
            elif cap is not None:
                last = first + cap
            else:
                continue
            starts[entry.id] = last
        return starts

    def _provisional(self) -> list[Problem]:
        """Starts from ranks, unless there is nobody yet whom they could concern (Rules 3.6)."""
        if not self._roster.entries:
            return []
        return [Problem(code=ProblemCode.PROVISIONAL_STARTS, stage=self._stage.number)]

    def allocate(
        self, frame: StartFrame, starts: Iterable[tuple[str, Reading]], ruling: Ruling
    ) -> None:
        """Fix the starts of single entries: they are what was posted or ruled (3.5, 3.6)."""
        is_ruled = isinstance(ruling, StartCorrection)
        for bib, reading in starts:
            entry_id = self._roster.wearing.get(bib)
            if entry_id is None:
                frame.problems.append(
                    Problem(
                        code=ProblemCode.RULING_UNKNOWN_BIB,
                        stage=self._stage.number,
                        bib=bib,
                        records=(ruling.id,),
                    )
                )
                continue
            clock = frame.clock_of(entry_id)
            try:
                start = self._actual(reading, clock.reference)
            except NoSuchTime:
                frame.problems.append(
                    Problem(
                        code=ProblemCode.TIME_DOES_NOT_EXIST,
                        stage=self._stage.number,
                        bib=bib,
                        records=(ruling.id,),
                    )
                )
                continue
            frame.by_entry[entry_id] = (
                replace(clock, start=start, reference=start, is_ruled=True)
                if is_ruled
                else self._posted(frame, clock, start)
            )

    @staticmethod
    def _posted(frame: StartFrame, clock: Clock, start: Instant) -> Clock:
        """As on the issued list, whatever wave the ranks would give by now (Rules 3.6)."""
        wave = next((code for code, gun in frame.guns.items() if gun == start), None)
        return replace(
            clock,
            basis=Basis.ALLOCATED,
            start=start,
            reference=start,
            gun=clock.gun if wave is None else start,
            wave=clock.wave if wave is None else wave,
            other_guns=(),
        )
