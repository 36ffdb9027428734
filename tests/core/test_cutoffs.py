"""Limits at controls (Rules 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.core.courses import Course, course_of
from timing.core.cutoffs import Limit, Missed, excess, limits_of, missed_limits, whole_race_limit
from timing.core.days import stage_day
from timing.core.definition import (
    OUT,
    Apply,
    Basis,
    Control,
    Cutoff,
    CutoffRules,
    Outcome,
    OutcomeKind,
    Rules,
    Stage,
)
from timing.core.holds import Held
from timing.core.records import Close, CutoffMove, Passing, Ruling
from timing.core.splits import Facts
from timing.core.starts import Clock
from timing.core.times import HOUR, MINUTE, SECOND, TimeOfDay

DAY = stage_day(date(2026, 8, 28), ZoneInfo("Europe/Zurich"))
GUN = DAY.midnight + 8 * HOUR
UNRANKED = Outcome(kind=OutcomeKind.UNRANKED)
RULES = CutoffRules()


def course(*cutoffs: Cutoff, out: tuple[Cutoff, ...] = ()) -> Course:
    """START, a hut with in and out 10 km on, FINISH after 20."""
    controls = (
        Control(code="START", distance_m=0),
        Control(code="HUT", distance_m=10_000, in_out=True, cutoffs=cutoffs, cutoffs_out=out),
        Control(code="FINISH", distance_m=20_000),
    )
    return course_of(Stage(number=1, date=DAY.on, controls=controls), "full")


def limits(
    along: Course,
    *rulings: Ruling,
    rules: CutoffRules = RULES,
    categories: tuple[str, ...] = (),
    wave: str = "",
) -> tuple[Limit, ...]:
    return limits_of(
        along,
        DAY,
        rules,
        rulings,
        stage=1,
        division="full",
        categories=categories,
        wave=wave,
    )


def facts(
    *times: int | None, start: int | None = GUN, uncertainty: tuple[int, ...] = (0, 0, 0, 0)
) -> Facts:
    taken = [
        None
        if time is None
        else Passing(id=str(n), stage=1, control="X", time=time, uncertainty_ms=uncertainty[n])
        for n, time in enumerate(times)
    ]
    return Facts(times=list(times), taken=list(taken), start=start)


CLOCK = Clock(basis=Basis.GUN, reference=GUN, tolerance=0, start=GUN, gun=GUN)
ELEVEN = TimeOfDay(11 * HOUR)
AT_ELEVEN = DAY.midnight + 11 * HOUR
LIMIT = Limit(
    point=1, outcome=OUT, apply=Apply.AUTOMATIC, is_inclusive=True, is_hard=True, at=AT_ELEVEN
)
MOVE = CutoffMove(id="m", by="director", at=1, stage=1, control="HUT.in", to=TimeOfDay(12 * HOUR))


# -- what holds for whom -------------------------------------------------------------------------


def test_a_course_without_cut_offs_has_no_limits() -> None:
    assert limits(course()) == ()


def test_a_limit_has_what_the_race_says_where_the_control_is_silent() -> None:
    assert limits(course(Cutoff(at=ELEVEN))) == (LIMIT,)
    rules = CutoffRules(inclusive=False, outcome=UNRANKED, apply=Apply.CONFIRM)
    assert limits(course(Cutoff(at=ELEVEN)), rules=rules) == (
        replace(LIMIT, is_inclusive=False, outcome=UNRANKED, apply=Apply.CONFIRM),
    )


def test_a_limit_has_what_its_control_says_before_what_the_race_says() -> None:
    own = Cutoff(at=ELEVEN, inclusive=True, outcome=OUT, apply=Apply.AUTOMATIC, hard=False)
    rules = CutoffRules(inclusive=False, outcome=UNRANKED, apply=Apply.CONFIRM)
    assert limits(course(own), rules=rules) == (replace(LIMIT, is_hard=False),)


@pytest.mark.parametrize(
    ("cutoff", "limit"),
    [
        (Cutoff(elapsed=HOUR), replace(LIMIT, at=None, elapsed=HOUR)),
        (Cutoff(elapsed_gun=HOUR), replace(LIMIT, at=None, elapsed=HOUR, from_gun=True)),
        (Cutoff(min_speed=4_000), replace(LIMIT, at=None, elapsed=HOUR * 5 // 2)),
        (Cutoff(percent_of_winner=150), replace(LIMIT, at=None, percent=150)),
        (Cutoff(at=TimeOfDay(0, day=2)), replace(LIMIT, at=DAY.midnight + 48 * HOUR)),
    ],
    ids=["elapsed", "from the gun", "speed", "per cent", "day offset"],
)
def test_each_measure_of_a_limit(cutoff: Cutoff, limit: Limit) -> None:
    assert limits(course(cutoff)) == (limit,)


def test_in_and_out_have_limits_of_their_own() -> None:
    found = limits(course(Cutoff(at=ELEVEN), out=(Cutoff(elapsed=HOUR),)))
    assert found == (LIMIT, replace(LIMIT, point=2, at=None, elapsed=HOUR))


@pytest.mark.parametrize(
    ("first", "concerns"),
    [
        (Cutoff(elapsed=HOUR, division="full"), True),
        (Cutoff(elapsed=HOUR, division="short"), False),
        (Cutoff(elapsed=HOUR, category="W"), True),
        (Cutoff(elapsed=HOUR, category="M40"), False),
        (Cutoff(elapsed=HOUR, wave="a"), True),
        (Cutoff(elapsed=HOUR, wave="b"), False),
        (Cutoff(elapsed=HOUR, division="full", category="W", wave="b"), False),
        (Cutoff(elapsed=HOUR, division="full", category="W", wave="a"), True),
    ],
    ids=str,
)
def test_the_first_cut_off_that_concerns_an_entry_counts(first: Cutoff, concerns: bool) -> None:
    found = limits(course(first, Cutoff(at=ELEVEN)), categories=("W",), wave="a")
    assert [limit.elapsed for limit in found] == [HOUR if concerns else None]


# -- moved and closed ----------------------------------------------------------------------------


def test_a_moved_limit_keeps_its_outcome_and_names_the_ruling() -> None:
    own = course(Cutoff(elapsed_gun=HOUR, outcome=UNRANKED))
    noon = DAY.midnight + 12 * HOUR
    assert limits(own, MOVE) == (replace(LIMIT, at=noon, outcome=UNRANKED, ruling="m"),)
    to_elapsed = replace(MOVE, to=None, elapsed=2 * HOUR)
    assert limits(own, to_elapsed) == (
        replace(LIMIT, at=None, elapsed=2 * HOUR, outcome=UNRANKED, ruling="m"),
    )
    assert limits(own, replace(MOVE, to=noon + 5)) == (
        replace(LIMIT, at=noon + 5, outcome=UNRANKED, ruling="m"),
    )


def test_a_limit_in_per_cent_that_is_moved_is_none_any_more() -> None:
    assert limits(course(Cutoff(percent_of_winner=150)), MOVE)[0].percent is None


def test_a_limit_may_be_set_where_there_was_none() -> None:
    assert limits(course(), MOVE) == (replace(LIMIT, at=DAY.midnight + 12 * HOUR, ruling="m"),)


def test_a_place_with_in_and_out_is_moved_at_its_in() -> None:
    found = limits(
        course(Cutoff(at=ELEVEN), out=(Cutoff(at=ELEVEN),)), replace(MOVE, control="HUT")
    )
    assert [(limit.point, limit.ruling) for limit in found] == [(1, "m"), (2, "")]


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"division": "full"}, True),
        ({"division": "short"}, False),
        ({"wave": "a"}, True),
        ({"wave": "b"}, False),
        ({"stage": 2}, False),
        ({"control": "HUT.out"}, False),
        ({"control": "FINISH"}, False),
    ],
    ids=str,
)
def test_a_move_concerns_its_stage_control_division_and_wave(
    change: dict[str, object], moves: bool
) -> None:
    found = limits(course(Cutoff(at=ELEVEN)), replace(MOVE, **change), wave="a")  # type: ignore[arg-type]
    assert found[0].ruling == ("m" if moves else "")


def test_the_last_of_several_moves_counts() -> None:
    later = replace(MOVE, id="n", to=TimeOfDay(13 * HOUR))
    assert limits(course(), MOVE, later)[0].ruling == "n"
    assert limits(course(), later, MOVE)[0].ruling == "m"


def test_a_closed_control_is_a_limit_beside_its_own() -> None:
    close = Close(id="c", by="station", at=AT_ELEVEN + 5, stage=1, control="HUT.in")
    found = limits(course(Cutoff(at=ELEVEN)), close)
    assert found == (LIMIT, replace(LIMIT, at=AT_ELEVEN + 5, ruling="c"))
    assert limits(course(), replace(close, stage=2)) == ()
    assert limits(course(), replace(close, control="FINISH"))[0].point == 3


def test_a_place_with_in_and_out_that_is_closed_lets_nobody_in_any_more() -> None:
    close = Close(id="c", by="station", at=AT_ELEVEN, stage=1, control="HUT")
    assert [limit.point for limit in limits(course(), close)] == [1]


# -- beyond it -----------------------------------------------------------------------------------


def missed(
    limit: Limit, seen: Facts, *, precision: int = SECOND, clock: Clock = CLOCK, **more: object
) -> list[tuple[int, int]]:
    """By how much, and how uncertain, each limit is missed."""
    values: dict[str, object] = {"extension": 0, "winner": None} | more
    found = missed_limits([limit], seen, clock, precision=precision, **values)  # type: ignore[arg-type]
    return [(each.by, each.uncertainty) for each in found]


def at_hut(time: int, uncertainty: int = 0) -> Facts:
    return facts(GUN, time, None, None, uncertainty=(0, uncertainty, 0, 0))


def test_in_time_is_at_or_before() -> None:
    assert missed(LIMIT, at_hut(AT_ELEVEN)) == []
    assert missed(LIMIT, at_hut(AT_ELEVEN + SECOND)) == [(SECOND, 0)]
    assert missed(LIMIT, at_hut(AT_ELEVEN - SECOND)) == []


def test_an_exclusive_limit_is_before() -> None:
    exclusive = replace(LIMIT, is_inclusive=False)
    assert missed(exclusive, at_hut(AT_ELEVEN)) == [(0, 0)]
    assert missed(exclusive, at_hut(AT_ELEVEN - 1)) == []


def test_a_limit_is_tested_truncated_to_the_printed_precision() -> None:
    assert missed(LIMIT, at_hut(AT_ELEVEN + 999)) == []
    assert missed(LIMIT, at_hut(AT_ELEVEN + 100), precision=100) == [(100, 0)]
    assert missed(LIMIT, at_hut(AT_ELEVEN + 1), precision=1) == [(1, 0)]
    elapsed = replace(LIMIT, at=None, elapsed=3 * HOUR)
    # The difference is truncated, not the two times it is of.
    late_gun = facts(GUN, AT_ELEVEN + 1_499, None, None, start=GUN + 500)
    assert missed(elapsed, late_gun) == []
    assert missed(elapsed, replace(late_gun, start=GUN + 499)) == [(SECOND, 0)]


def test_a_soft_limit_is_never_missed_nor_is_one_at_a_control_without_a_split() -> None:
    assert missed(replace(LIMIT, is_hard=False), at_hut(AT_ELEVEN + HOUR)) == []
    assert missed(LIMIT, facts(GUN, None, None, AT_ELEVEN + HOUR)) == []


def test_an_elapsed_limit_counts_from_the_clocks_start_or_from_the_gun() -> None:
    from_start = replace(LIMIT, at=None, elapsed=3 * HOUR)
    from_gun = replace(from_start, from_gun=True)
    late = facts(GUN + MINUTE, AT_ELEVEN + MINUTE, None, None, start=GUN + MINUTE)
    assert missed(from_start, late) == []
    assert missed(from_gun, late) == [(MINUTE, 0)]


def test_without_a_start_an_elapsed_limit_cannot_be_told() -> None:
    from_start = replace(LIMIT, at=None, elapsed=HOUR)
    assert missed(from_start, facts(None, AT_ELEVEN, None, None, start=None)) == []


def test_a_limit_in_per_cent_is_of_the_winner_where_there_is_one() -> None:
    percent = replace(LIMIT, at=None, percent=150)
    assert missed(percent, at_hut(AT_ELEVEN), winner=2 * HOUR) == []
    assert missed(percent, at_hut(AT_ELEVEN + SECOND), winner=2 * HOUR) == [(SECOND, 0)]
    assert missed(percent, at_hut(AT_ELEVEN + SECOND), winner=None) == []


def test_an_extension_moves_every_limit() -> None:
    late = at_hut(AT_ELEVEN + 5 * MINUTE)
    assert missed(LIMIT, late, extension=5 * MINUTE) == []
    assert missed(LIMIT, late, extension=4 * MINUTE) == [(MINUTE, 0)]


def test_a_wait_on_the_way_moves_elapsed_limits_and_no_times_of_day() -> None:
    held = Held(point=0, wait=5 * MINUTE, ruling="h")
    late = at_hut(AT_ELEVEN + 5 * MINUTE)
    elapsed = replace(LIMIT, at=None, elapsed=3 * HOUR)
    assert missed(elapsed, late, holds=[held]) == []
    assert missed(elapsed, late, holds=[replace(held, point=1)]) == [(5 * MINUTE, 0)]
    assert missed(LIMIT, late, holds=[held]) == [(5 * MINUTE, 0)]


def test_the_uncertainty_is_of_the_read_and_of_the_own_start_where_that_counts() -> None:
    seen = facts(GUN, AT_ELEVEN + HOUR, None, None, uncertainty=(10, 5, 0, 0))
    elapsed = replace(LIMIT, at=None, elapsed=HOUR)
    assert missed(LIMIT, seen) == [(HOUR, 5)]
    own = replace(CLOCK, basis=Basis.OWN, start=None)
    assert missed(elapsed, seen, clock=own) == [(3 * HOUR, 15)]
    assert missed(replace(elapsed, from_gun=True), seen, clock=own) == [(3 * HOUR, 5)]
    # Neither before the window opens, nor on a gun, even at its very moment, does it decide.
    assert missed(elapsed, replace(seen, start=GUN - 1), clock=own) == [(3 * HOUR, 5)]
    assert missed(elapsed, seen) == [(3 * HOUR, 5)]


@pytest.mark.parametrize(
    ("by", "uncertainty", "is_sure"),
    [(1, 0, True), (0, 0, True), (60_000, 60_000, False), (60_001, 60_000, True), (0, 1, False)],
)
def test_an_excess_is_sure_beyond_the_uncertainty(by: int, uncertainty: int, is_sure: bool) -> None:
    assert Missed(limit=LIMIT, by=by, uncertainty=uncertainty).is_sure is is_sure


def test_every_limit_that_is_missed_is_told_along_the_course() -> None:
    late = facts(GUN, AT_ELEVEN + SECOND, AT_ELEVEN + MINUTE, AT_ELEVEN + HOUR)
    those = [LIMIT, replace(LIMIT, point=2, at=AT_ELEVEN + MINUTE), replace(LIMIT, point=3)]
    found = missed_limits(those, late, CLOCK, precision=SECOND, extension=0, winner=None)
    assert [each.limit.point for each in found] == [1, 3]


@given(st.integers(0, 10**8), st.integers(0, 10**7), st.sampled_from([1, 10, 100, 1000]))
def test_later_is_never_more_in_time(time: int, more: int, precision: int) -> None:
    early = excess(LIMIT, GUN + time, facts(GUN), CLOCK, precision=precision, winner=None)
    late = excess(LIMIT, GUN + time + more, facts(GUN), CLOCK, precision=precision, winner=None)
    assert early is not None
    assert late is not None
    assert early <= late


# -- the race as a whole -------------------------------------------------------------------------


def test_the_limit_of_the_whole_race_is_what_is_left_of_it() -> None:
    rules = Rules(limit=125 * HOUR, cutoff=CutoffRules(outcome=UNRANKED, inclusive=False))
    assert whole_race_limit(rules, 3, 120 * HOUR) == replace(
        LIMIT,
        point=3,
        at=None,
        elapsed=125 * HOUR,
        used=120 * HOUR,
        outcome=UNRANKED,
        is_inclusive=False,
        is_of_race=True,
    )
