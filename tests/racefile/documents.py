"""Definitions, entries and records of every shape that a racefile can hold, for properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from timing.core import records
from timing.core.courses import point_codes
from timing.core.definition import (
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
    Exclusion,
    Incomplete,
    IntervalOrder,
    Jersey,
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
    Withdrawals,
)
from timing.core.entries import Entry, Team, bib_order
from timing.core.records import Passing, Ruling
from timing.core.statuses import RulingStatus
from timing.core.times import DAY, HOUR, Rounding, TimeOfDay
from timing.racefile import loads

T = TypeVar("T")
Strategy = st.SearchStrategy

FIRST_DAY = date(2026, 8, 28)
ZONES = ("UTC", "Europe/Zurich", "America/Denver", "Asia/Kathmandu", "Africa/Casablanca")

# Any script, marks that YAML or CSV could trip over among them; blanks only inside.
_SIGNS = st.characters(
    codec="utf-8",
    exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"),
    exclude_characters="\ufeff",
) | st.sampled_from("\"'\\#:,;{}[]&*!|>%@`-=<~?")


def texts(least: int = 0, most: int = 24) -> Strategy[str]:
    return (
        st.text(_SIGNS, min_size=least, max_size=most)
        .map(str.strip)
        .filter(lambda text: len(text) >= least)
    )


def words(most: int = 12) -> Strategy[str]:
    """Texts without blanks."""
    return st.text(_SIGNS, min_size=1, max_size=most).filter(lambda text: text.split() == [text])


CODES = st.from_regex(r"[A-Za-z0-9_+É][A-Za-z0-9_+:é-]{0,6}", fullmatch=True).filter(
    lambda code: not code.endswith("-incomplete")
)
BIBS = words(6).filter(lambda bib: bib != "-" and "*" not in bib)
NAMES = texts()
INSTANTS = st.integers(0, 4_000_000_000_000)
DURATIONS = st.integers(0, 200 * HOUR)
PROFILES = st.dictionaries(
    st.integers(0, 99_999_999), st.integers(-1_000, 9_000), min_size=2, max_size=4
).map(lambda heights: tuple(sorted(heights.items())))
SOME_TIME = st.integers(1, 200 * HOUR)
TIMES = st.builds(TimeOfDay, st.integers(0, DAY - 1), st.none() | st.integers(-2, 9))
READINGS = INSTANTS | TIMES
EVENINGS = st.builds(TimeOfDay, st.integers(20 * HOUR, DAY - 1), st.none() | st.integers(0, 9))
MORNINGS = st.builds(TimeOfDay, st.integers(0, 9 * HOUR))
SPANS = st.tuples(st.none() | st.integers(0, 50), st.none() | st.integers(50, 200)).filter(
    lambda span: span != (None, None)
)


def tuples(items: Strategy[T], most: int = 3) -> Strategy[tuple[T, ...]]:
    return st.lists(items, max_size=most).map(tuple)


def distinct(items: Strategy[T], least: int = 0, most: int = 3) -> Strategy[list[T]]:
    return st.lists(items, min_size=least, max_size=most, unique=True)


def one_of(codes: list[str]) -> Strategy[str]:
    """One of the codes, or none."""
    return st.sampled_from(["", *codes])


TIES = tuples(
    st.sampled_from([TieLink(kind=kind) for kind in TieLinkKind])
    | st.just(TieLink(kind=TieLinkKind.FRACTIONS, stages=(1,)))
)
PENALTY_OUTCOMES = st.builds(Outcome, kind=st.just(OutcomeKind.PENALTY), penalty=DURATIONS)

ESCALATING = st.builds(
    Outcome, kind=st.just(OutcomeKind.PENALTY), penalty=SOME_TIME, repeated=tuples(DURATIONS)
)


def outcomes(divisions: list[str]) -> Strategy[Outcome]:
    plain = (OutcomeKind.OUT, OutcomeKind.DNF, OutcomeKind.UNRANKED)
    found = (
        st.builds(Outcome, kind=st.sampled_from(plain))
        | PENALTY_OUTCOMES
        | st.builds(Outcome, kind=st.just(OutcomeKind.STRIKES), strikes=st.integers(1, 9))
    )
    if divisions:
        moves = st.sampled_from(divisions)
        found |= st.builds(Outcome, kind=st.just(OutcomeKind.MOVE), division=moves)
    return found


@st.composite
def penalty_tables(draw: st.DrawFn) -> tuple[PenaltyRule, ...]:
    found = []
    for code in draw(distinct(CODES, most=2)):
        then_dsq = draw(st.booleans())
        found.append(
            PenaltyRule(
                code=code,
                name=draw(NAMES),
                article=draw(NAMES),
                times=tuple(draw(st.lists(DURATIONS, min_size=not then_dsq, max_size=3))),
                then_dsq=then_dsq,
                scope=draw(st.sampled_from(Scope)),
                per_item=draw(st.booleans()),
            )
        )
    return tuple(found)


def rules(divisions: list[str]) -> Strategy[Rules]:
    return st.builds(
        Rules,
        precision=st.sampled_from([1000, 100, 10, 1]),
        rounding=st.sampled_from(Rounding),
        round_at=st.sampled_from(RoundAt),
        incomplete=st.sampled_from(Incomplete),
        missed_control=st.sampled_from([MissedControl(), MissedControl(kind=MissedKind.DNF)])
        | st.builds(MissedControl, kind=st.just(MissedKind.PENALTY), penalty=DURATIONS),
        ties=TIES,
        equal_rank=st.sampled_from(EqualRank),
        age_on=st.sampled_from(AgeOn),
        cutoff=st.builds(
            CutoffRules,
            inclusive=st.booleans(),
            outcome=outcomes(divisions),
            apply=st.sampled_from(Apply),
        ),
        start_tolerance=DURATIONS,
        protest_window=DURATIONS,
        after_out=st.sampled_from(AfterOut),
        limit=st.none() | SOME_TIME,
        penalties=penalty_tables(),
        unfinished=st.just(Unfinished())
        | st.builds(Unfinished, assign=st.sampled_from(AssignFrom), plus=DURATIONS),
    )


@st.composite
def cutoffs(draw: st.DrawFn, divisions: list[str], categories: list[str], laps: int) -> Cutoff:
    measure = draw(
        st.fixed_dictionaries({"at": EVENINGS})
        | st.fixed_dictionaries({"elapsed": SOME_TIME})
        | st.fixed_dictionaries({"elapsed_gun": SOME_TIME})
        | st.fixed_dictionaries({"min_speed": st.integers(1, 99_999)})
        | st.fixed_dictionaries({"percent_of_winner": st.integers(100, 400)})
    )
    return Cutoff(
        outcome=draw(st.none() | outcomes(divisions)),
        hard=draw(st.booleans()),
        inclusive=draw(st.none() | st.booleans()),
        apply=draw(st.none() | st.sampled_from(Apply)),
        division=draw(one_of(divisions)),
        category=draw(one_of(categories)),
        lap=draw(st.integers(0, laps)) if laps > 1 else 0,
        **measure,
    )


EARLY = st.just(Early()) | st.builds(Early, kind=st.just(TooEarly.PENALTY), penalty=DURATIONS)
RESTS = st.builds(Rest, least=SOME_TIME, early=EARLY)
EARLIEST = st.builds(Earliest, at=EVENINGS, early=EARLY) | st.builds(
    Earliest, elapsed=SOME_TIME, early=EARLY
)


@st.composite
def controls(
    draw: st.DrawFn, divisions: list[str], categories: list[str], laps: int
) -> tuple[Control, ...]:
    codes = draw(distinct(CODES, 2, 5))
    distances = sorted(draw(st.lists(st.integers(0, 99_999_999), min_size=4, max_size=4)))
    limits = tuples(cutoffs(divisions, categories, laps), 2)
    found = []
    reached: dict[tuple[object, ...], int] = {}
    for code, distance in zip(codes, [0, *distances], strict=False):
        in_out = draw(st.booleans())
        found.append(
            Control(
                code=code,
                distance_m=distance,
                name=draw(NAMES),
                place=draw(one_of(["PLACE"])),
                in_out=in_out,
                mandatory=draw(st.booleans()),
                manned=draw(st.booleans()),
                cutoffs=_later(draw(limits), reached),
                cutoffs_out=_later(draw(limits), reached) if in_out else (),
                source=draw(st.none() | st.sampled_from(Source)),
                min_gap=draw(st.none() | DURATIONS),
                ascent_m=draw(st.none() | st.integers(0, 9_000)),
                rest=draw(st.none() | RESTS) if in_out else None,
                earliest=draw(st.none() | EARLIEST),
                earliest_out=draw(st.none() | EARLIEST) if in_out else None,
                checks=draw(st.sampled_from([(), ("whistle",), ("whistle", "warm_layer")])),
            )
        )
    return tuple(found)


def _later(
    limits: tuple[Cutoff, ...], reached: dict[tuple[object, ...], int]
) -> tuple[Cutoff, ...]:
    """Those that come no earlier than the limits before them along the course."""
    kept = []
    for limit in limits:
        at = None if limit.at is None else (limit.at.day or 0) * DAY + limit.at.ms
        measures = (at, limit.elapsed, limit.elapsed_gun)
        for measure, size in enumerate(measures):
            key = (measure, limit.division, limit.category, limit.wave, limit.lap)
            if size is not None and limit.hard and size < reached.get(key, 0):
                break
            if size is not None and limit.hard:
                reached[key] = size
        else:
            kept.append(limit)
    return tuple(kept)


def in_order(one: str, other: str) -> tuple[str, str]:
    first, last = sorted((one, other), key=bib_order)
    return first, last


@st.composite
def waves(
    draw: st.DrawFn, divisions: list[str], categories: list[str], *, is_first: bool
) -> tuple[Wave, ...]:
    ranks = st.tuples(st.integers(1, 50), st.integers(50, 99))
    selections = st.builds(
        Selection,
        rank=st.none() if is_first else st.none() | ranks,
        division=one_of(divisions),
        category=one_of(categories),
        bibs=tuples(BIBS),
        bib_range=st.none() | st.tuples(BIBS, BIBS).map(lambda pair: in_order(*pair)),
    )
    *some, last = draw(distinct(CODES, 1, 3))
    who = st.lists(selections, min_size=1, max_size=3).map(tuple)
    return (
        *(Wave(code=code, at=draw(MORNINGS), who=draw(who)) for code in some),
        Wave(code=last, at=draw(MORNINGS), who=draw(st.just(()) | who)),
    )


@st.composite
def starts(
    draw: st.DrawFn, divisions: list[str], categories: list[str], *, is_first: bool
) -> Start:
    # Before the first stage nobody has a rank, or a gap.
    modes = [mode for mode in StartMode if not (is_first and mode is StartMode.CHASE)]
    mode: StartMode = draw(st.sampled_from(modes))
    values: dict[str, Any] = {"mode": mode, "basis": draw(st.sampled_from(Basis))}
    match mode:
        case StartMode.MASS:
            values["at"] = draw(MORNINGS)
        case StartMode.WAVES:
            values["waves"] = draw(waves(divisions, categories, is_first=is_first))
        case StartMode.WINDOW:
            values["opens"] = draw(MORNINGS)
            values["closes"] = draw(st.none() | EVENINGS)
            values["early"] = draw(st.sampled_from(EarlyKind))
            if values["early"] is EarlyKind.PENALTY:
                values["early_penalty"] = draw(DURATIONS)
        case StartMode.INTERVAL:
            values["at"] = draw(MORNINGS)
            values["every"] = draw(SOME_TIME)
            values["order"] = draw(st.sampled_from(IntervalOrder))
        case StartMode.CHASE:
            values["at"] = draw(MORNINGS)
            values["cap"] = draw(st.none() | DURATIONS)
            rest = st.fixed_dictionaries({"rest_at": TIMES}) | st.fixed_dictionaries(
                {"rest_every": SOME_TIME}
            )
            values |= draw(st.just({}) | rest)
    return Start(**values)


@st.composite
def stages(draw: st.DrawFn, number: int, divisions: list[str], categories: list[str]) -> Stage:
    day = FIRST_DAY + timedelta(days=number)
    kind = draw(st.sampled_from(StageKind)) if number > 1 else StageKind.TIMED
    if kind is StageKind.REST:
        return Stage(number=number, date=day, name=draw(NAMES), kind=kind)
    laps = draw(st.integers(1, 9))
    passed = draw(controls(divisions, categories, laps))
    short = tuple(control.code for control in passed[:2])
    courses = tuple((code, short) for code in draw(distinct(one_of(divisions), most=2)) if code)
    # On laps a control is named with its lap.
    points = ["finish"]
    if laps == 1:
        points += [f"{c.code}.in" if c.in_out else c.code for c in passed]
    bonus_tables = st.dictionaries(
        st.sampled_from(points), st.lists(DURATIONS, min_size=1, max_size=3).map(tuple), max_size=2
    ).map(lambda tables: tuple(tables.items()))
    stage = Stage(
        number=number,
        date=day,
        name=draw(NAMES),
        kind=kind,
        distance_m=draw(st.just(passed[-1].distance_m) | st.integers(0, 99_999_999)),
        ascent_m=draw(st.integers(0, 9_000)),
        start=draw(st.none() | starts(divisions, categories, is_first=number == 1)),
        controls=passed,
        courses=courses,
        laps=laps,
        bonuses=draw(st.just(()) | bonus_tables),
        profile=draw(st.just(()) | PROFILES),
    )
    first, second, *_ = point_codes(stage)
    section = Section(start=first, end=second)
    match draw(st.sampled_from(["", "neutral", "timed"])):
        case "neutral":
            allowance = draw(st.none() | SOME_TIME)
            return replace(stage, neutral=(replace(section, allowance=allowance),))
        case "timed":
            return replace(stage, timed=(section,))
        case _:
            return stage


CATEGORIES = {
    "name": NAMES,
    "gender": st.sampled_from(["", "M", "F", "X"]),
    "age": st.none() | SPANS,
    "nationality": tuples(texts(1)),
    "residence": tuples(texts(1)),
    "club": tuples(texts(1)),
    "tags": tuples(words()),
    "team_gender": st.none() | st.sampled_from(TeamGender),
    "combined_age": st.none() | SPANS,
    "minimum": st.integers(0, 9),
}


@st.composite
def team_kinds(draw: st.DrawFn, code: str) -> TeamKind:
    least = draw(st.integers(1, 3))
    kind = draw(st.sampled_from(TeamTimeKind))
    counts = kind in (TeamTimeKind.NTH, TeamTimeKind.BEST)
    n = draw(st.integers(1, least)) if counts else 0
    fewest = least if kind is TeamTimeKind.SUM else max(n, 1)
    strikes = st.builds(Outcome, kind=st.just(OutcomeKind.STRIKES), strikes=st.integers(1, 9))
    flags = st.builds(Outcome, kind=st.sampled_from([OutcomeKind.FLAG, OutcomeKind.OUT]))
    return TeamKind(
        code=code,
        name=draw(NAMES),
        size=(least, least if kind is TeamTimeKind.SUM else draw(st.integers(least, 5))),
        time=TeamTime(kind=kind, n=n),
        separation=draw(
            st.none()
            | st.builds(Separation, max_gap=DURATIONS, outcome=flags | strikes | ESCALATING)
            | st.builds(Separation, max_gap=DURATIONS, outcome=ESCALATING, then_out=st.booleans())
        ),
        broken=draw(st.sampled_from(Broken)),
        members=draw(st.sampled_from(Members)),
        gender=draw(st.none() | st.sampled_from(TeamGender)),
        combined_age=draw(st.none() | SPANS),
        minimum=draw(st.just(0) | st.integers(fewest, least)),
    )


@st.composite
def classifications(
    draw: st.DrawFn, divisions: list[str], categories: list[str], kinds: list[str]
) -> tuple[Classification, ...]:
    found: list[Classification] = []
    for code in draw(distinct(CODES)):
        measure = draw(st.sampled_from(Measure))
        values: dict[str, Any] = {}
        if measure is Measure.POINTS:
            points = st.lists(st.integers(0, 99), max_size=3).map(
                lambda given: tuple(sorted(given, reverse=True))
            )
            values["points"] = (("finish", table),) if (table := draw(points)) else ()
        elif measure is Measure.BEST:
            values["best_of"] = draw(st.integers(1, 5))
        elif measure is Measure.SEGMENTS:
            values["segments"] = ((1, "", ""),)  # its controls are put in later
        of = draw(st.sampled_from(Of)) if kinds else Of.SOLO
        if found:
            excluded = st.builds(Exclusion, board=st.just(found[0].code), top=st.integers(1, 9))
            values["exclude"] = draw(st.none() | excluded)
        found.append(
            Classification(
                code=code,
                of=of,
                name=draw(NAMES),
                division=draw(one_of(divisions)),
                category=draw(one_of(categories)),
                kind=draw(st.sampled_from(kinds)) if of is Of.TEAM else "",
                measure=measure,
                ties=draw(st.none() | TIES),
                incomplete=draw(st.none() | st.sampled_from(Incomplete)),
                teams_excluded=draw(st.booleans()),
                stages=draw(st.sampled_from([(), (1,)])),
                **values,
            )
        )
    return tuple(found)


# Records and entries of one race, since theirs is a matter of their own.

CAMP = loads(
    """\
race:
  slug: camp
  timezone: Africa/Casablanca
  rules: {penalties: [{code: KIT, time: "0:30:00"}]}
divisions: [{code: full}, {code: short, stages: [1]}]
team_kinds: [{code: pair, size: 2}, {code: five, size: 5}]
classifications: [{code: points, measure: points, points: {}}]
stages:
  - number: 1
    date: 2026-08-28
    start:
      mode: waves
      waves: [{code: elite, at: "09:00", who: {bibs: 1}}, {code: all, at: "07:00"}]
    controls:
      - {code: START, km: 0}
      - {code: HUT, km: 12.5, in_out: true}
      - {code: FINISH, km: 20, place: CAMP}
  - {number: 2, date: 2026-08-29, start: "08:00"}
""",
    name="camp.yaml",
).race
POINTS = {1: ("START", "HUT.in", "HUT.out", "FINISH"), 2: ("START", "FINISH")}
PLACES = st.sampled_from([(stage, code) for stage, codes in POINTS.items() for code in codes])
DIVISIONS = ["full", "short"]
TEAMS = ["T1", "T2"]

SOME_BIBS = st.lists(BIBS, min_size=1, max_size=3).map(tuple)
MORE_BIBS = tuples(BIBS)
STAGE = st.sampled_from([1, 2])
ANY_STAGE = st.none() | STAGE
ANYWHERE = st.sampled_from(["", "START", "FINISH"])
STARTS = st.dictionaries(BIBS, READINGS, min_size=1, max_size=3).map(
    lambda starts: tuple(sorted(starts.items()))
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "born": st.dates(date(1920, 1, 1), date(2020, 1, 1)).map(date.isoformat),
        "gender": st.sampled_from("MFX"),
        "division": st.sampled_from(DIVISIONS),
        "tags": tuples(words()),
        "chips": tuples(words()),
    },
).filter(bool)


def _made(cls: type[Ruling], **values: Strategy[Any]) -> Strategy[Ruling]:
    common: dict[str, Strategy[Any]] = {
        "id": words(),
        "by": texts(1),
        "at": INSTANTS,
        "reason": texts(1),
        "supersedes": tuples(words()),
        "settles": tuples(words()),
    }
    return st.builds(cls, **{**common, **values})


_ADJUSTMENT: dict[str, Strategy[Any]] = {
    "stage": STAGE,
    "time": DURATIONS,
    "bibs": SOME_BIBS,
    "team": one_of(TEAMS),
    "wave": st.just(""),
    "division": one_of(DIVISIONS),
    "code": NAMES,
    "scope": st.sampled_from(Scope),
    "count": st.integers(1, 9),
}
_WORN: dict[str, Strategy[Any]] = {"since": st.none() | READINGS, "until": st.none() | READINGS}
_OTHER_WAYS = (records.StageAction.REPLACE, records.StageAction.REROUTE)
_OTHER_ACTIONS = [a for a in records.StageAction if a not in _OTHER_WAYS]


def _as_other_course(stage: Stage) -> OtherCourse:
    return OtherCourse(
        controls=stage.controls,
        distance_m=stage.distance_m,
        courses=stage.courses,
        laps=stage.laps,
    )


RULINGS: dict[str, Strategy[Ruling]] = {
    "penalty": _made(records.Penalty, **_ADJUSTMENT, served=ANYWHERE)
    | _made(records.Penalty, stage=STAGE, bibs=SOME_BIBS, code=st.just("KIT")),
    "credit": _made(records.Credit, **_ADJUSTMENT, extends_cutoffs=st.booleans()),
    "bonus": _made(records.Bonus, stage=STAGE, bibs=SOME_BIBS, time=DURATIONS, control=ANYWHERE),
    "points": _made(
        records.Points,
        stage=STAGE,
        bibs=SOME_BIBS,
        board=st.just("points"),
        points=st.integers(1, 99),
        place=st.none() | st.integers(1, 9),
    ),
    "status": _made(
        records.Status,
        status=st.sampled_from(RulingStatus),
        bibs=SOME_BIBS,
        team=one_of(TEAMS),
        stage=STAGE,
        control=ANYWHERE,
    )
    | _made(records.Status, status=st.sampled_from(RulingStatus), bibs=SOME_BIBS),
    "stage_time": _made(
        records.StageTime,
        stage=STAGE,
        bibs=SOME_BIBS,
        time=DURATIONS,
        place=st.none() | st.integers(1, 99),
        reason=NAMES,
    )
    | _made(records.StageTime, stage=STAGE, bibs=SOME_BIBS, place=st.integers(1, 99)),
    "finish_order": _made(
        records.FinishOrder,
        stage=STAGE,
        bibs=st.lists(BIBS, min_size=2, max_size=4).map(tuple),
        joint=st.booleans(),
    ),
    "start_list": _made(records.StartList, stage=STAGE, starts=STARTS),
    "start": _made(records.StartCorrection, stage=STAGE, to=READINGS, bibs=MORE_BIBS)
    | _made(
        records.StartCorrection, stage=st.just(1), to=READINGS, wave=st.sampled_from(["elite"])
    ),
    "cutoff": _made(
        records.CutoffMove,
        stage=STAGE,
        control=st.just("FINISH"),
        to=READINGS,
        division=one_of(DIVISIONS),
    )
    | _made(
        records.CutoffMove,
        stage=st.just(1),
        control=st.just("HUT"),
        elapsed=SOME_TIME,
        wave=one_of(["elite", "all"]),
    ),
    "close": _made(records.Close, stage=STAGE, control=st.just("FINISH")),
    "hold": _made(
        records.Hold,
        stage=STAGE,
        control=st.just("START"),
        since=READINGS,
        until=st.none() | READINGS,
        releases=st.just(()) | STARTS,
    ),
    "stage": _made(
        records.StageChange,
        stage=STAGE,
        action=st.sampled_from(_OTHER_ACTIONS),
        result_from=ANYWHERE,
        for_stopped=st.none() | st.sampled_from(records.ForStopped),
    )
    | _made(
        records.StageChange,
        stage=st.just(1),
        action=st.just(records.StageAction.REPLACE),
        replacement=stages(1, DIVISIONS, []),
    )
    | _made(
        records.StageChange,
        stage=STAGE,
        action=st.just(records.StageAction.REROUTE),
        since=READINGS,
        other_course=stages(1, DIVISIONS, []).map(_as_other_course),
    ),
    "transfer": _made(
        records.Transfer,
        bibs=SOME_BIBS,
        division=st.sampled_from(DIVISIONS),
        stage=STAGE,
        control=ANYWHERE,
        carry=st.sampled_from(Carry),
    ),
    "team": _made(
        records.TeamChange,
        team=st.sampled_from(TEAMS),
        action=st.sampled_from(records.TeamAction),
        stage=STAGE,
        bibs=SOME_BIBS,
    ),
    "bib": _made(records.BibChange, bib=BIBS, stage=STAGE, new_bib=BIBS, **_WORN)
    | _made(records.BibChange, bib=BIBS, stage=STAGE, swap_with=BIBS, **_WORN),
    "entry": _made(
        records.EntryChange,
        bib=BIBS,
        new=st.booleans(),
        changes=CHANGES.map(lambda changes: tuple(sorted(changes.items()))),
        stage=ANY_STAGE,
    ),
    "chip": _made(records.ChipChange, bib=BIBS, chip=words(), stage=ANY_STAGE, **_WORN),
    "account": _made(
        records.Account,
        bibs=SOME_BIBS,
        stage=STAGE,
        control=ANYWHERE,
        where=NAMES,
        vehicle=NAMES,
        handed_to=NAMES,
    ),
    "release": _made(records.Release, bibs=SOME_BIBS, stage=ANY_STAGE),
    "ack": _made(records.Acknowledgement, alert=texts(1), bibs=MORE_BIBS, stage=ANY_STAGE),
    "observation": _made(
        records.Observation,
        kind=texts(1),
        bibs=MORE_BIBS,
        stage=STAGE,
        control=ANYWHERE,
        items=tuples(words()),
    ),
    "void": _made(records.Void, record=words()),
    "assign": _made(records.Assign, record=words(), bib=BIBS),
    "confirm": _made(records.Confirm, record=words())
    | _made(records.Confirm, stage=STAGE, control=st.just("FINISH"), bibs=SOME_BIBS),
    "clock": _made(
        records.ClockOffset,
        device=texts(1),
        offset=st.integers(-(10**9), 10**9),
        since=st.none() | INSTANTS,
        until=st.none() | INSTANTS,
    ),
}
"""Rulings of each kind, on the race of the camp."""


@st.composite
def passings(draw: st.DrawFn) -> Passing:
    """A passing of the camp's race."""
    stage, control = draw(PLACES)
    return draw(
        st.builds(
            Passing,
            id=words(),
            stage=st.just(stage),
            control=st.just(control),
            time=READINGS,
            bib=st.sampled_from(["", "1*", "**"]) | BIBS,
            chip=st.just("") | words(),
            source=st.sampled_from(Source),
            device=NAMES,
            device_time=st.none() | INSTANTS,
            offset_ms=st.none() | st.integers(-(10**9), 10**9),
            offset_age_ms=st.none() | st.integers(-(10**9), 10**9),
            uncertainty_ms=st.sampled_from([0, 1_000, 60_000]),
            at_latest=st.booleans(),
            received=st.none() | INSTANTS,
            note=NAMES,
        )
    )


@st.composite
def people(draw: st.DrawFn, most: int = 25) -> tuple[tuple[Entry, ...], tuple[Team, ...]]:
    """Entries and teams of the camp's race."""
    bibs = draw(distinct(BIBS, most=most))
    chips = draw(distinct(words(), least=len(bibs), most=len(bibs)))
    entries = tuple(
        draw(
            st.builds(
                Entry,
                id=st.sampled_from([bib, f"entry-{n}"]),
                bib=st.just(bib),
                name=NAMES,
                gender=st.sampled_from(["", "M", "F", "X"]),
                born=st.none() | st.dates(date(1920, 1, 1), date(2020, 1, 1)),
                nationality=texts(),
                residence=texts(),
                club=texts(),
                name_hidden=st.booleans(),
                tags=tuples(words()),
                division=st.sampled_from(DIVISIONS),
                chips=st.sampled_from([(), (chip,)]),
                team=one_of(TEAMS),
            )
        )
        for n, (bib, chip) in enumerate(zip(bibs, chips, strict=True))
    )
    legs = tuple((stage, bib) for stage, bib in zip((1, 2), bibs, strict=False))
    teams = tuple(
        draw(
            st.builds(
                Team,
                code=st.just(code),
                name=NAMES,
                kind=st.sampled_from(["pair", "five"]),
                legs=st.sampled_from([(), legs]),
            )
        )
        for code in TEAMS
    )
    return entries, teams


@st.composite
def races(draw: st.DrawFn) -> Race:
    """A definition without a fault."""
    divisions = draw(distinct(CODES, most=2))
    categories = draw(distinct(CODES, most=2))
    kinds = draw(distinct(CODES, most=2))
    numbers = sorted({1, *draw(distinct(st.integers(2, 5), most=2))})
    days = [draw(stages(number, divisions, categories)) for number in numbers]
    race = Race(
        slug=draw(st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)),
        name=draw(NAMES),
        timezone=draw(st.sampled_from(ZONES)),
        starts_on=FIRST_DAY,
        event=draw(st.just("") | words()),
        withdrawals=draw(st.sampled_from(Withdrawals)),
        rules=draw(rules(divisions)),
        divisions=tuple(
            Division(
                code=code,
                name=draw(NAMES),
                stages=draw(st.sampled_from([(), (1,)])),
                moves_to=draw(one_of(divisions[n + 1 :])),
                carry=draw(st.sampled_from(Carry)),
                arrivals=draw(st.sampled_from(Arrivals)),
            )
            for n, code in enumerate(divisions)
        ),
        categories=tuple(
            draw(st.builds(Category, code=st.just(code), **CATEGORIES)) for code in categories
        ),
        team_kinds=tuple(draw(team_kinds(code)) for code in kinds),
        stages=tuple(days),
    )
    boards = draw(classifications(divisions, categories, kinds))
    start, end, *_ = point_codes(days[0])
    of_teams = {c.code for c in race.categories if c.team_gender or c.combined_age}
    return replace(
        race,
        jerseys=tuple(
            Jersey(
                code=code,
                board=draw(st.sampled_from([board.code for board in boards])),
                name=draw(NAMES),
                colour=draw(st.sampled_from(["", "#ffd400"])),
                first_stage=1,
            )
            for code in draw(distinct(CODES, most=2))
            if boards
        ),
        classifications=tuple(
            replace(
                board,
                segments=((1, start, end),) if board.segments else (),
                category=""
                if board.of is Of.SOLO and board.category in of_teams
                else board.category,
            )
            for board in boards
        ),
    )
