"""Small races that hypothesis makes up, with every kind of record and of fault in them.

They are as bad as a journal can get: several contents under one id, bibs that nobody wears, times
of other days, rulings about unknown records, rulings that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from timing.core.courses import passing_codes, point_codes
from timing.core.definition import (
    DEFAULT_BASIS,
    DEFAULT_TIES,
    OUT,
    AfterOut,
    AgeOn,
    Apply,
    Arrivals,
    AssignFrom,
    Basis,
    Broken,
    Carry,
    Category,
    Classification,
    Control,
    Cutoff,
    CutoffRules,
    Division,
    Earliest,
    Early,
    EarlyKind,
    EqualRank,
    Incomplete,
    IntervalOrder,
    Measure,
    Members,
    MissedControl,
    MissedKind,
    Of,
    OtherCourse,
    Outcome,
    OutcomeKind,
    PenaltyRule,
    Race,
    Rest,
    RoundAt,
    Rules,
    Scope,
    Section,
    Selection,
    Separation,
    Source,
    Stage,
    StageKind,
    Start,
    StartMode,
    TeamGender,
    TeamKind,
    TeamTime,
    TeamTimeKind,
    TieLink,
    TieLinkKind,
    TooEarly,
    Unfinished,
    Wave,
)
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.records import (
    Account,
    Acknowledgement,
    Assign,
    BibChange,
    Bonus,
    ChipChange,
    ClockOffset,
    Close,
    Confirm,
    Credit,
    CutoffMove,
    EntryChange,
    FinishOrder,
    ForStopped,
    Hold,
    Observation,
    Passing,
    Penalty,
    Points,
    Release,
    Ruling,
    StageAction,
    StageChange,
    StageTime,
    StartCorrection,
    StartList,
    Status,
    TeamAction,
    TeamChange,
    Transfer,
    Void,
)
from timing.core.statuses import RulingStatus
from timing.core.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Instant,
    Reading,
    Rounding,
    TimeOfDay,
    local_instants,
)

T = TypeVar("T")

ZONE = "Europe/Zurich"
FIRST_DAYS = (date(2026, 8, 28), date(2026, 10, 24))
"""An ordinary day, and one before the night in which clocks go back."""

GUN = 8 * HOUR
BIBS = ("1", "2", "10", "007", "7a", "٣")
UNKNOWN_BIBS = ("99", "1*", "", "<b>")
TEAMS = ("T1", "T2")


@cache
def _up_to(most: int) -> SearchStrategy[int]:
    # Made once: a new strategy for every draw would take longer than computing the race.
    return st.integers(0, most)


def one_of(draw: DrawFn, values: Sequence[T]) -> T:
    """Any of some values, the first where it does not matter."""
    return values[draw(_up_to(len(values) - 1))]


def often(draw: DrawFn, usual: T, others: Sequence[T]) -> T:
    """The usual value two times of three."""
    drawn = draw(_up_to(3 * len(others) - 1))
    return usual if drawn < 2 * len(others) else others[drawn % len(others)]


# -- definitions -----------------------------------------------------------------------------------

BONUSES = (
    (("finish", (10 * SECOND, 6 * SECOND, 4 * SECOND)),),
    (("CP", (5 * SECOND,)), ("FINISH", (10 * SECOND,))),
)

UNFINISHED = (
    Unfinished(assign=AssignFrom.LAST, plus=30 * MINUTE),
    Unfinished(assign=AssignFrom.WINNER),
    Unfinished(assign=AssignFrom.LIMIT, plus=MINUTE),
)

PENALTY_TABLES = (
    (),
    (
        PenaltyRule(code="KIT", times=(30 * MINUTE, 60 * MINUTE)),
        PenaltyRule(code="LITTER", times=(5 * MINUTE,), then_dsq=True, scope=Scope.GC),
    ),
)

PENALISED = Outcome(kind=OutcomeKind.PENALTY, penalty=30 * MINUTE)
UNRANKED = Outcome(kind=OutcomeKind.UNRANKED)
CUTOFFS = (
    Cutoff(at=TimeOfDay(9 * HOUR + 30 * MINUTE)),
    Cutoff(at=TimeOfDay(10 * HOUR), outcome=PENALISED),
    Cutoff(elapsed=2 * HOUR, outcome=UNRANKED),
    Cutoff(elapsed=2 * HOUR, inclusive=False, apply=Apply.CONFIRM),
    Cutoff(elapsed_gun=3 * HOUR, outcome=Outcome(kind=OutcomeKind.DNF)),
    Cutoff(percent_of_winner=120, outcome=Outcome(kind=OutcomeKind.STRIKES, strikes=2)),
    Cutoff(min_speed=6_000, hard=False),
    Cutoff(elapsed=90 * MINUTE, category="W"),
)


MOVING = Cutoff(elapsed=100 * MINUTE, outcome=Outcome(kind=OutcomeKind.MOVE, division="short"))


def _cutoffs(draw: DrawFn, *, divided: bool) -> tuple[Cutoff, ...]:
    found = often(draw, None, (*CUTOFFS, MOVING, MOVING) if divided else CUTOFFS)
    return () if found is None else (found,)


FINED_REST = Rest(least=30 * MINUTE, early=Early(kind=TooEarly.PENALTY, penalty=10 * MINUTE))


def _controls(draw: DrawFn, *, divided: bool) -> tuple[Control, ...]:
    arena = often(draw, "", ("ARENA",))
    start = Control(code="START", distance_m=0, place=arena)
    checkpoint = Control(
        code="CP",
        distance_m=8_000,
        mandatory=one_of(draw, (True, False)),
        source=often(draw, None, (Source.PAPER,)),
        cutoffs=_cutoffs(draw, divided=divided),
        min_gap=often(draw, None, (0, 10 * MINUTE)),
    )
    hut = Control(
        code="HUT",
        distance_m=12_000,
        in_out=True,
        cutoffs=_cutoffs(draw, divided=divided),
        cutoffs_out=(),
        rest=often(draw, None, (Rest(least=30 * MINUTE), FINED_REST)),
        earliest_out=often(draw, None, (Earliest(at=TimeOfDay(GUN + 2 * HOUR)),)),
    )
    finish = Control(
        code="FINISH", distance_m=20_000, cutoffs=_cutoffs(draw, divided=divided), place=arena
    )
    return one_of(
        draw, ((start, finish), (start, checkpoint, finish), (start, checkpoint, hut, finish))
    )


def _start(draw: DrawFn, number: int, *, by_rank: bool) -> Start:
    modes = [StartMode.MASS, StartMode.MASS, StartMode.WAVES, StartMode.WINDOW]
    if by_rank and number > 1:
        modes += [StartMode.INTERVAL, StartMode.CHASE]
    mode = one_of(draw, modes)
    gun = TimeOfDay(GUN)
    basis = DEFAULT_BASIS[mode]
    match mode:
        case StartMode.MASS:
            return Start(mode=mode, basis=basis, at=gun)
        case StartMode.WAVES:
            first = one_of(draw, (Selection(bibs=("1", "10")), Selection(bib_range=("1", "2"))))
            if by_rank and number > 1:
                first = one_of(draw, (first, Selection(rank=(1, 2))))
            waves = (
                Wave(code="elite", at=TimeOfDay(GUN + HOUR), who=(first,)),
                Wave(code="all", at=gun),
            )
            return Start(mode=mode, basis=basis, waves=waves)
        case StartMode.WINDOW:
            early = one_of(draw, tuple(EarlyKind))
            return Start(
                mode=mode,
                basis=basis,
                opens=TimeOfDay(GUN - 10 * MINUTE),
                closes=TimeOfDay(GUN + 20 * MINUTE),
                early=early,
                early_penalty=5 * MINUTE if early is EarlyKind.PENALTY else 0,
            )
        case StartMode.INTERVAL:
            return Start(
                mode=mode,
                basis=basis,
                at=gun,
                every=MINUTE,
                order=one_of(draw, tuple(IntervalOrder)),
            )
        case StartMode.CHASE:
            return Start(
                mode=mode,
                basis=basis,
                at=gun,
                cap=one_of(draw, (None, 10 * MINUTE)),
                rest_every=one_of(draw, (0, MINUTE)),
            )


def _with_sections(draw: DrawFn, stage: Stage) -> Stage:
    """Neutral or timed from one of its points to another."""
    lap = "LAP1:" if stage.laps > 1 else ""
    neutral = (
        Section(start="START", end=f"{lap}CP", allowance=20 * MINUTE),
        Section(start=f"{lap}HUT.in", end=f"{lap}HUT.out"),
    )
    timed = Section(start=f"{lap}CP", end="FINISH")
    codes = point_codes(stage)
    found = often(draw, None, (*neutral, timed))
    if found is None or found.start not in codes or found.end not in codes:
        return stage
    return replace(stage, timed=(found,)) if found is timed else replace(stage, neutral=(found,))


def _stage(draw: DrawFn, number: int, first: date, *, by_rank: bool, divided: bool) -> Stage:
    kinds = (StageKind.UNTIMED, StageKind.REST) if number > 1 else (StageKind.UNTIMED,)
    kind = often(draw, StageKind.TIMED, (StageKind.TIMED, *kinds))
    day = first + timedelta(days=number - 1)
    if kind is StageKind.REST:
        return Stage(number=number, date=day, kind=kind)
    controls = _controls(draw, divided=divided)
    courses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if divided and len(controls) > 2 and one_of(draw, (False, True)):
        courses = (("short", ("START", "CP")),)
    laps = often(draw, 1, (2, 3))
    stage = Stage(
        number=number,
        date=day,
        kind=kind,
        distance_m=20_000,
        start=_start(draw, number, by_rank=by_rank),
        controls=controls,
        courses=courses,
        laps=laps,
    )
    named = ("finish", *point_codes(stage))
    bonuses = tuple(b for b in often(draw, (), BONUSES) if b[0] in named)
    return _with_sections(draw, replace(stage, bonuses=bonuses))


TIES = (
    DEFAULT_TIES,
    (),
    (TieLink(kind=TieLinkKind.FRACTIONS), *DEFAULT_TIES),
    (TieLink(kind=TieLinkKind.FRACTIONS, stages=(1,)),),
    (TieLink(kind=TieLinkKind.FIRST_STAGE_TIME), TieLink(kind=TieLinkKind.LINE_ORDER)),
)


def _rules(draw: DrawFn) -> Rules:
    return Rules(
        precision=often(draw, SECOND, (100, 1)),
        rounding=one_of(draw, tuple(Rounding)),
        round_at=one_of(draw, tuple(RoundAt)),
        incomplete=one_of(draw, tuple(Incomplete)),
        missed_control=one_of(
            draw,
            (
                MissedControl(),
                MissedControl(kind=MissedKind.PENALTY, penalty=20 * MINUTE),
                MissedControl(kind=MissedKind.DNF),
            ),
        ),
        ties=one_of(draw, TIES),
        equal_rank=often(draw, EqualRank.SHARED, (EqualRank.CONSECUTIVE,)),
        age_on=one_of(draw, tuple(AgeOn)),
        cutoff=CutoffRules(outcome=often(draw, OUT, (UNRANKED,))),
        after_out=one_of(draw, tuple(AfterOut)),
        limit=often(draw, None, (9 * HOUR,)),
        penalties=one_of(draw, PENALTY_TABLES),
        unfinished=often(draw, Unfinished(), UNFINISHED),
    )


def _team_kind(draw: DrawFn, stages: Sequence[Stage]) -> TeamKind:
    codes = {c.code for s in stages for c in s.controls}
    separation = one_of(
        draw,
        (
            None,
            Separation(max_gap=2 * MINUTE),
            Separation(max_gap=2 * MINUTE, outcome=PENALISED),
            Separation(max_gap=MINUTE, outcome=PENALISED, then_out=True),
            Separation(
                max_gap=2 * MINUTE,
                at=(("CP" if "CP" in codes else "FINISH", MINUTE),),
                outcome=Outcome(kind=OutcomeKind.STRIKES, strikes=2),
            ),
            Separation(max_gap=2 * MINUTE, outcome=OUT),
        ),
    )
    size, minimum, time = one_of(
        draw,
        (
            ((2, 2), 0, TeamTime(kind=TeamTimeKind.LAST)),
            ((1, 3), 1, TeamTime(kind=TeamTimeKind.LAST)),
            ((2, 2), 0, TeamTime(kind=TeamTimeKind.SUM)),
            ((2, 3), 0, TeamTime(kind=TeamTimeKind.BEST, n=2)),
            ((1, 3), 0, TeamTime(kind=TeamTimeKind.BEST, n=2)),
            ((2, 3), 2, TeamTime(kind=TeamTimeKind.NTH, n=1)),
            ((2, 2), 0, TeamTime(kind=TeamTimeKind.RELAY)),
        ),
    )
    return TeamKind(
        code="pair",
        size=size,
        minimum=minimum,
        time=time,
        separation=separation,
        broken=one_of(draw, tuple(Broken)),
        members=one_of(draw, tuple(Members)),
    )


CATEGORIES = (
    Category(code="W", gender="F", minimum=2, merges_into="M40"),
    Category(code="M40", gender="M", age=(40, 49)),
    Category(code="MIX", team_gender=TeamGender.MIXED),
)


def _classifications(
    divisions: Sequence[str], stages: Sequence[Stage]
) -> tuple[Classification, ...]:
    main = divisions[0]
    has_checkpoint = any("CP" in point_codes(s) for s in stages)
    return (
        *(Classification(code=f"gc-{d or 'all'}", of=Of.SOLO, division=d) for d in divisions),
        Classification(code="everyone", of=Of.SOLO),
        Classification(code="women", of=Of.SOLO, division=main, category="W"),
        Classification(code="alone", of=Of.SOLO, division=main, teams_excluded=True),
        Classification(code="pairs", of=Of.TEAM, division=main, kind="pair"),
        Classification(code="mixed", of=Of.TEAM, kind="pair", category="MIX"),
        Classification(
            code="points",
            of=Of.SOLO,
            measure=Measure.POINTS,
            points=(("finish", (5, 3, 1)), *((("CP", (2,)),) if has_checkpoint else ())),
        ),
        Classification(code="places", of=Of.SOLO, division=main, measure=Measure.PLACES),
        Classification(code="stages", of=Of.SOLO, division=main, measure=Measure.STAGES),
        Classification(code="best", of=Of.SOLO, division=main, measure=Measure.BEST, best_of=1),
    )


@st.composite
def races(draw: DrawFn, *, by_rank: bool = True) -> Race:
    """A definition of one to three stages; with ``by_rank`` some start by the ranks before."""
    first = one_of(draw, FIRST_DAYS)
    divided = one_of(draw, (False, True))
    divisions: tuple[Division, ...] = ()
    if divided:
        divisions = (
            Division(code="full", moves_to="short"),
            Division(
                code="short",
                stages=one_of(draw, ((), (1,))),
                carry=one_of(draw, tuple(Carry)),
                arrivals=one_of(draw, tuple(Arrivals)),
            ),
        )
    stages = tuple(
        _stage(draw, number, first, by_rank=by_rank, divided=divided)
        for number in range(1, 1 + one_of(draw, (1, 2, 3)))
    )
    return Race(
        slug="made-up",
        name="Made up",
        timezone=ZONE,
        starts_on=first,
        rules=_rules(draw),
        divisions=divisions,
        categories=CATEGORIES,
        team_kinds=(_team_kind(draw, stages),),
        stages=stages,
        classifications=_classifications([d.code for d in divisions] or [""], stages),
    )


# -- entries ---------------------------------------------------------------------------------------


@st.composite
def entries_of(draw: DrawFn, race: Race) -> tuple[Entry, ...]:
    """One to five entries, some of them of a team."""
    divisions = [d.code for d in race.divisions] or [""]
    return tuple(
        Entry(
            id=f"e{n}",
            bib=BIBS[n],
            name=f"Runner {n}",
            gender=one_of(draw, ("F", "M", "")),
            born=one_of(draw, (date(1986, 8, 28), date(1986, 12, 31), None)),
            division=often(draw, divisions[0], divisions),
            chips=(f"C{n}",),
            team=one_of(draw, ("", *TEAMS)),
        )
        for n in range(one_of(draw, (2, 3, 4, 5)))
    )


# -- passings --------------------------------------------------------------------------------------


def at_local(day: date, ms: int) -> Instant:
    """The instant of a time of day, for days and hours that exist."""
    return local_instants(day + timedelta(days=ms // DAY), ms % DAY, ZoneInfo(ZONE))[0]


def _reading(draw: DrawFn, stage: Stage, ms: int) -> Reading:
    """A time after the stage's midnight, in any of the forms it may come in."""
    days, rest = divmod(ms, DAY)
    forms: tuple[Reading, ...] = (
        TimeOfDay(rest),
        TimeOfDay(rest, days),
        at_local(stage.date, ms),
    )
    return one_of(draw, forms)


LEG = (60 * MINUTE, 60 * MINUTE + 400, 61 * MINUTE, 63 * MINUTE, 100 * MINUTE, 15 * HOUR)
SOURCES = (Source.CHIP, Source.CHECKPOINT, Source.PAPER)


def _run(draw: DrawFn, stage: Stage, entry: Entry, number: int) -> list[Passing]:
    """The reads of one entry that runs a stage, or part of it, or none."""
    codes = passing_codes(stage)
    missed = draw(_up_to(2 ** len(codes) - 1)) if often(draw, False, (True,)) else 0
    reached = often(draw, len(codes), tuple(range(len(codes))))
    ms = GUN + one_of(draw, (0, SECOND, -2 * MINUTE))
    source = one_of(draw, SOURCES)
    found = []
    for i, code in enumerate(codes[:reached]):
        if not missed >> i & 1:
            found.append(
                Passing(
                    id=f"p{stage.number}.{number}.{i}",
                    stage=stage.number,
                    control=code,
                    time=_reading(draw, stage, ms),
                    bib=entry.bib,
                    source=source,
                    uncertainty_ms=MINUTE if source is Source.PAPER else 0,
                )
            )
        ms += one_of(draw, LEG)
    return found


def _stray(draw: DrawFn, race: Race, bibs: Sequence[str]) -> Passing:
    """A read of anybody, anywhere, at any time."""
    stage = one_of(draw, [s for s in race.stages if s.kind is not StageKind.REST])
    ms = GUN + one_of(draw, (0, 30, 60, 61, 120, 180, -20, 1500)) * MINUTE
    return Passing(
        id=one_of(draw, ("n1", "n2", "n3", "n4", "p1.0.0")),
        stage=often(draw, stage.number, (77,)),
        control=often(draw, one_of(draw, passing_codes(stage)), ("NOWHERE", "VALLEY")),
        time=_reading(draw, stage, ms),
        bib=one_of(draw, (*bibs, *UNKNOWN_BIBS)),
        chip=one_of(draw, ("", "C0", "C9")),
        source=one_of(draw, tuple(Source)),
        device=one_of(draw, ("", "D1")),
        device_time=one_of(draw, (None, at_local(stage.date, ms + SECOND))),
        offset_ms=one_of(draw, (None, -1000)),
        uncertainty_ms=one_of(draw, (0, MINUTE)),
        at_latest=often(draw, False, (True,)),
        received=one_of(draw, (None, 0)),
    )


# -- rulings ---------------------------------------------------------------------------------------

BuildRuling: TypeAlias = Callable[["Desk", "Common"], Ruling]


@dataclass(frozen=True, slots=True)
class Common:
    """What every ruling has."""

    id: str
    at: Instant
    supersedes: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        """As arguments."""
        return {
            "id": self.id,
            "by": "jury",
            "at": self.at,
            "reason": "Decided",
            "supersedes": self.supersedes,
        }


@dataclass(frozen=True, slots=True)
class Desk:
    """Where rulings are made: what they may name."""

    draw: DrawFn
    race: Race
    bibs: tuple[str, ...]
    records: tuple[str, ...]

    def any(self, *values: T) -> T:
        """One of these values."""
        return one_of(self.draw, values)

    def bib(self) -> str:
        """Mostly a bib that somebody wears."""
        return one_of(self.draw, (*self.bibs, "99"))

    def some_bibs(self) -> tuple[str, ...]:
        """Two of them, or fewer."""
        return tuple(dict.fromkeys((self.bib(), self.bib())))

    def stage(self) -> int:
        """Mostly a stage that there is."""
        return one_of(self.draw, (*(s.number for s in self.race.stages), 1, 1, 77))

    def reading(self, ms: int) -> Reading:
        """A time of day, or the instant of one on the first day."""
        forms: tuple[Reading, ...] = (TimeOfDay(ms), at_local(self.race.starts_on, ms))
        return one_of(self.draw, forms)


def _penalty(desk: Desk, common: Common) -> Ruling:
    bibs, team, wave, division = desk.any(
        (desk.some_bibs(), "", "", ""),
        ((), "T1", "", ""),
        ((), "", "elite", ""),
        ((), "", "", "short"),
    )
    given: dict[str, Any] = {
        "stage": desk.stage(),
        "time": desk.any(SECOND, 30 * MINUTE, 60 * MINUTE, 500),
        "bibs": bibs,
        "team": team,
        "wave": wave,
        "division": division,
        "scope": desk.any(*Scope),
        "count": desk.any(1, 1, 2),
    }
    if desk.any(False, True):
        return Credit(**common.fields(), **given)
    return Penalty(**common.fields(), **given, served=desk.any("", "", "CP"))


def _penalty_of_the_table(desk: Desk, common: Common) -> Ruling:
    bibs, team = desk.any((desk.some_bibs(), ""), ((desk.bib(),), ""), ((), "T1"))
    codes = [rule.code for rule in desk.race.rules.penalties]
    return Penalty(
        **common.fields(),
        stage=desk.stage(),
        time=None if codes else MINUTE,
        bibs=bibs,
        team=team,
        code=desk.any("KIT", "KIT", "LITTER"),
        count=desk.any(1, 2),
    )


def _credit_that_extends(desk: Desk, common: Common) -> Ruling:
    return Credit(
        **common.fields(),
        stage=desk.stage(),
        time=30 * MINUTE,
        bibs=(desk.bib(),),
        extends_cutoffs=True,
    )


def _bonus(desk: Desk, common: Common) -> Ruling:
    return Bonus(
        **common.fields(), stage=desk.stage(), time=10 * SECOND, bibs=desk.some_bibs(), control="CP"
    )


def _points(desk: Desk, common: Common) -> Ruling:
    return Points(
        **common.fields(),
        stage=desk.stage(),
        bibs=desk.some_bibs(),
        board=desk.any("points", "points", "places"),
        points=desk.any(1, 3),
        place=desk.any(None, 1, 2),
    )


def _status(desk: Desk, common: Common) -> Ruling:
    bibs, team = desk.any((desk.some_bibs(), ""), ((), "T1"))
    return Status(
        **common.fields(),
        status=desk.any(*RulingStatus),
        bibs=bibs,
        team=team,
        stage=desk.any(desk.stage(), None),
        control=desk.any("", "CP"),
    )


def _stage_time(desk: Desk, common: Common) -> Ruling:
    time, place = desk.any((3 * HOUR, None), (3 * HOUR + 400, 1), (None, 2), (3 * HOUR, 1))
    return StageTime(
        **common.fields(), stage=desk.stage(), bibs=(desk.bib(),), time=time, place=place
    )


def _finish_order(desk: Desk, common: Common) -> Ruling:
    return FinishOrder(
        **common.fields(),
        stage=desk.stage(),
        bibs=(*desk.some_bibs(), "98"),
        joint=desk.any(False, True),
    )


def _start_list(desk: Desk, common: Common) -> Ruling:
    starts = tuple(
        (bib, desk.reading(GUN + n * MINUTE)) for n, bib in enumerate(sorted(desk.some_bibs()))
    )
    return StartList(**common.fields(), stage=desk.stage(), starts=starts)


def _start_correction(desk: Desk, common: Common) -> Ruling:
    bibs, wave = desk.any(((), ""), ((), "elite"), ((desk.bib(),), ""))
    return StartCorrection(
        **common.fields(),
        stage=desk.stage(),
        to=desk.reading(GUN + 5 * MINUTE),
        wave=wave,
        bibs=bibs,
    )


def _cutoff(desk: Desk, common: Common) -> Ruling:
    if desk.any(False, True):
        closed = desk.any("CP", "HUT.in", "FINISH")
        return Close(**common.fields(), stage=desk.stage(), control=closed)
    control = desk.any("CP", "HUT.in", "HUT", "FINISH")
    to, elapsed = desk.any((desk.reading(10 * HOUR), None), (None, 100 * MINUTE))
    return CutoffMove(
        **common.fields(), stage=desk.stage(), control=control, to=to, elapsed=elapsed
    )


def _stage_change(desk: Desk, common: Common) -> Ruling:
    return StageChange(
        **common.fields(),
        stage=desk.stage(),
        action=desk.any(
            StageAction.CANCEL, StageAction.SHORTEN, StageAction.STOP, StageAction.NEUTRALISE
        ),
        result_from=desk.any("", "CP"),
        for_stopped=desk.any(None, *ForStopped),
    )


VALLEY = Control(code="VALLEY", distance_m=9_000)
OTHER_COURSES = (
    OtherCourse(
        controls=(
            Control(code="START", distance_m=0),
            Control(code="CP", distance_m=8_000),
            VALLEY,
            Control(code="FINISH", distance_m=15_000),
        )
    ),
    OtherCourse(
        controls=(
            Control(code="START", distance_m=0),
            VALLEY,
            Control(code="HUT", distance_m=11_000),
            Control(code="FINISH", distance_m=26_000),
        ),
        laps=2,
    ),
)


def _reroute(desk: Desk, common: Common) -> Ruling:
    return StageChange(
        **common.fields(),
        stage=desk.stage(),
        action=StageAction.REROUTE,
        control=desk.any("", "CP", "HUT", "VALLEY"),
        since=desk.reading(GUN + desk.any(0, 60, 61, 122) * MINUTE),
        other_course=desk.any(*OTHER_COURSES),
    )


def _replacement(desk: Desk, common: Common) -> Ruling:
    """Another stage in the place of one: shorter, later, without cut-offs (Rules 2.3)."""
    replaced = one_of(desk.draw, desk.race.stages)
    controls = one_of(desk.draw, (("START", "FINISH"), ("START", "CP", "FINISH")))
    return StageChange(
        **common.fields(),
        stage=replaced.number,
        action=StageAction.REPLACE,
        replacement=Stage(
            number=replaced.number,
            date=replaced.date,
            distance_m=10_000,
            start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(GUN - HOUR)),
            controls=tuple(
                Control(code=code, distance_m=5_000 * n) for n, code in enumerate(controls)
            ),
        ),
    )


def _hold(desk: Desk, common: Common) -> Ruling:
    releases = ((desk.bib(), desk.reading(10 * HOUR)), (desk.bib(), desk.reading(9 * HOUR)))
    return Hold(
        **common.fields(),
        stage=desk.stage(),
        control=desk.any("CP", "CP", "HUT.in", "START"),
        since=desk.reading(9 * HOUR),
        until=desk.any(None, desk.reading(9 * HOUR + 30 * MINUTE)),
        releases=desk.any((), releases[:1], tuple(dict(releases).items())),
    )


def _bib_change(desk: Desk, common: Common) -> Ruling:
    new_bib, swap_with = desk.any((desk.any("55", "2"), ""), ("", desk.bib()))
    since, until = _span(desk)
    return BibChange(
        **common.fields(),
        bib=desk.bib(),
        stage=desk.stage(),
        new_bib=new_bib,
        swap_with=swap_with,
        since=since,
        until=until,
    )


def _span(desk: Desk) -> tuple[Reading | None, Reading | None]:
    """From when until when a change holds, with ends left open."""
    since = desk.any(None, desk.reading(9 * HOUR + 30 * MINUTE))
    return since, desk.any(None, None, desk.reading(11 * HOUR), TimeOfDay(9 * HOUR, 1))


def _chip_change(desk: Desk, common: Common) -> Ruling:
    since, until = _span(desk)
    return ChipChange(
        **common.fields(),
        bib=desk.bib(),
        chip=desk.any("C0", "C9"),
        stage=desk.stage(),
        since=since,
        until=until,
    )


def _entry_change(desk: Desk, common: Common) -> Ruling:
    stage = desk.any(None, desk.stage())
    if desk.any(False, True):
        changes = (("born", "1980-01-01"), ("gender", "F"), ("team", "T2"))
        return EntryChange(**common.fields(), bib=desk.bib(), changes=changes, stage=stage)
    divisions = [("division", d.code) for d in desk.race.divisions[:1]]
    return EntryChange(
        **common.fields(),
        bib=desk.any("99", "1"),
        new=True,
        changes=(*divisions, ("name", "Late")),
        stage=stage,
    )


def _transfer(desk: Desk, common: Common) -> Ruling:
    return Transfer(
        **common.fields(),
        bibs=desk.some_bibs(),
        division=desk.any(*(d.code for d in desk.race.divisions), "short"),
        stage=desk.stage(),
        control=desk.any("", "CP"),
        carry=desk.any(None, *Carry),
    )


def _team_change(desk: Desk, common: Common) -> Ruling:
    return TeamChange(
        **common.fields(),
        team=desk.any("T1", "T2"),
        action=desk.any(*TeamAction),
        stage=desk.stage(),
        bibs=desk.some_bibs(),
    )


def _about_a_record(desk: Desk, common: Common) -> Ruling:
    record = one_of(desk.draw, (*desk.records, "nothing"))
    match desk.any("void", "void", "assign", "confirm"):
        case "assign":
            return Assign(**common.fields(), record=record, bib=desk.bib())
        case "confirm":
            return Confirm(**common.fields(), record=record)
        case _:
            return Void(**common.fields(), record=record)


def _missed(desk: Desk, common: Common) -> Ruling:
    return Confirm(**common.fields(), stage=desk.stage(), control="CP", bibs=(desk.bib(),))


def _clock_offset(desk: Desk, common: Common) -> Ruling:
    since = desk.any(None, at_local(desk.race.starts_on, 9 * HOUR))
    return ClockOffset(**common.fields(), device="D1", offset=2 * SECOND, since=since)


def _note(desk: Desk, common: Common) -> Ruling:
    match desk.any(0, 1, 2, 3):
        case 3:
            return Release(**common.fields(), bibs=(desk.bib(),), stage=desk.any(None, 1, 2))
        case 0:
            return Observation(**common.fields(), kind="kit", bibs=(desk.bib(),), stage=1)
        case 1:
            return Account(**common.fields(), bibs=(desk.bib(),), stage=desk.stage(), where="Hotel")
        case _:
            return Acknowledgement(**common.fields(), alert="overdue")


RULINGS: tuple[BuildRuling, ...] = (
    _penalty,
    _penalty_of_the_table,
    _penalty_of_the_table,
    _credit_that_extends,
    _bonus,
    _points,
    _status,
    _status,
    _stage_time,
    _finish_order,
    _start_list,
    _start_correction,
    _cutoff,
    _stage_change,
    _reroute,
    _replacement,
    _hold,
    _bib_change,
    _chip_change,
    _entry_change,
    _transfer,
    _team_change,
    _about_a_record,
    _about_a_record,
    _missed,
    _clock_offset,
    _note,
)


def _ruling(draw: DrawFn, race: Race, bibs: tuple[str, ...], records: tuple[str, ...]) -> Ruling:
    moment = at_local(race.starts_on, one_of(draw, (6, 18, 30, 42, 54)) * HOUR)
    corrects = bool(records) and often(draw, usual=False, others=(True,))
    common = Common(
        id=often(draw, f"r{len(records)}", ("r0", "r1")),
        at=moment,
        supersedes=(one_of(draw, records),) if corrects else (),
    )
    desk = Desk(draw, race, bibs, records)
    return one_of(draw, RULINGS)(desk, common)


@st.composite
def rulings_in(draw: DrawFn, race: Race) -> Ruling:
    """Any ruling that a race may have in it."""
    return _ruling(draw, race, BIBS, ("p1.0.0", "r0"))


# -- documents -------------------------------------------------------------------------------------


@st.composite
def documents(draw: DrawFn, *, by_rank: bool = True, faults: bool = True) -> Document:
    """A race with what was seen and decided in it; without ``faults`` only whole runs."""
    race = draw(races(by_rank=by_rank))
    entries = draw(entries_of(race))
    bibs = tuple(e.bib for e in entries)
    passings = [
        passing
        for stage in race.stages
        if stage.kind is not StageKind.REST
        for number, entry in enumerate(entries)
        for passing in _run(draw, stage, entry, number)
    ]
    if faults:
        passings += [_stray(draw, race, bibs) for _ in range(one_of(draw, (0, 1, 2, 4)))]
    rulings: list[Ruling] = []
    for _ in range(one_of(draw, (2, 0, 1, 4, 6))):
        known = (*(p.id for p in passings[-6:]), *(r.id for r in rulings))
        rulings.append(_ruling(draw, race, bibs, known))
    return Document(
        race=race,
        entries=entries,
        teams=tuple(Team(code=code, name=code, kind="pair") for code in TEAMS),
        passings=tuple(passings),
        rulings=tuple(rulings),
    )


def shuffled(document: Document) -> SearchStrategy[Document]:
    """The same records in another order, some of them twice."""
    passings, rulings = list(document.passings), list(document.rulings)
    repeated = st.sampled_from([0, 1, len(passings)])
    return st.builds(
        lambda p, r, again: replace(
            document, passings=(*p, *passings[:again]), rulings=(*r, *rulings[:again])
        ),
        st.permutations(passings),
        st.permutations(rulings),
        repeated,
    )
