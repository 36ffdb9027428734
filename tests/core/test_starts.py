"""When each entry's clock starts (Rules 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from timing.core.days import stage_day
from timing.core.definition import (
    Basis,
    EarlyKind,
    IntervalOrder,
    Selection,
    Stage,
    StageKind,
    Start,
    StartMode,
    Wave,
)
from timing.core.entries import Entry, Team
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Penalty, Ruling, StartCorrection, StartList
from timing.core.results import Line
from timing.core.rosters import Roster, rosters
from timing.core.starts import Clock, StartFrame, first_gun, start_frame
from timing.core.statuses import RaceStatus
from timing.core.times import HOUR, MINUTE, Duration, Reading, TimeOfDay
from timing.core.wearing import Opening

DAY = stage_day(date(2026, 8, 28), ZoneInfo("Europe/Zurich"))
CHANGING = stage_day(date(2026, 3, 29), ZoneInfo("Europe/Zurich"))  # 02:00 becomes 03:00
MIDNIGHT = DAY.midnight
TOLERANCE = 10 * MINUTE
ENTRIES = tuple(
    Entry(id=f"e{bib}", bib=bib, division=division)
    for bib, division in (("1", "full"), ("2", "full"), ("3", "short"), ("10", "full"))
)


def clock_time(hours: int, minutes: int = 0) -> TimeOfDay:
    return TimeOfDay(hours * HOUR + minutes * MINUTE)


def at(hours: int, minutes: int = 0) -> int:
    return MIDNIGHT + hours * HOUR + minutes * MINUTE


def stage(start: Start | None) -> Stage:
    return Stage(number=2, date=DAY.on, start=start)


def roster(entries: Sequence[Entry] = ENTRIES) -> Roster:
    return rosters([2], entries, (), (), lambda _: Opening(day=DAY, gun=MIDNIGHT))[0][2]


def line(bib: str, rank: int | None, gap: Duration | None, status: RaceStatus) -> Line:
    return Line(
        competitor=Entry(id=f"e{bib}", bib=bib),
        division="full",
        categories=(),
        status=status,
        rank=rank,
        gap=gap,
    )


GC = (
    line("10", 1, 0, RaceStatus.RACING),
    line("2", 2, 3 * MINUTE, RaceStatus.RACING),
    line("1", None, None, RaceStatus.RACING),
)


def frame_of(
    start: Start | None,
    *rulings: Ruling,
    lines: Sequence[Line] = GC,
    out: frozenset[str] = frozenset(),
    categories: tuple[str, ...] = (),
) -> StartFrame:
    return start_frame(
        stage(start),
        DAY,
        roster(),
        tolerance=TOLERANCE,
        rulings=rulings,
        standings=lambda board, division: lines if (board or division) in ("full", "gc") else (),
        categories=lambda entry: categories if entry.bib == "1" else (),
        out=out,
    )


def starts(frame: StartFrame) -> dict[str, int | None]:
    return {bib: frame.clock_of(f"e{bib}").start for bib in ("1", "2", "3", "10")}


def correction(to: Reading, *bibs: str, wave: str = "", id: str = "s", at: int = 1) -> Ruling:
    return StartCorrection(id=id, by="starter", at=at, stage=2, to=to, bibs=bibs, wave=wave)


def issued(*starts: tuple[str, Reading]) -> Ruling:
    return StartList(id="l", by="jury", at=1, stage=2, starts=starts)


def codes(frame: StartFrame) -> list[ProblemCode]:
    return [problem.code for problem in frame.problems]


MASS = Start(mode=StartMode.MASS, basis=Basis.GUN, at=clock_time(8))
WAVES = Start(
    mode=StartMode.WAVES,
    basis=Basis.GUN,
    waves=(
        Wave(code="elite", at=clock_time(9), who=(Selection(rank=(1, 2)), Selection(bibs=("3",)))),
        Wave(code="all", at=clock_time(7)),
    ),
)
WINDOW = Start(
    mode=StartMode.WINDOW,
    basis=Basis.OWN,
    opens=clock_time(7),
    closes=clock_time(9),
    early=EarlyKind.PENALTY,
    early_penalty=MINUTE,
)
INTERVAL = Start(mode=StartMode.INTERVAL, basis=Basis.ALLOCATED, at=clock_time(9), every=2 * MINUTE)
CHASE = Start(mode=StartMode.CHASE, basis=Basis.ALLOCATED, at=clock_time(9), cap=2 * MINUTE)


# -- the first gun -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "gun"),
    [
        (MASS, at(8)),
        (WAVES, at(7)),
        (WINDOW, at(7)),
        (INTERVAL, at(9)),
        (CHASE, at(9)),
        (None, at(0)),
        (replace(MASS, at=None), at(0)),
    ],
    ids=["mass", "waves", "window", "interval", "chase", "none", "no time"],
)
def test_the_first_gun_is_the_earliest_planned_start(start: Start | None, gun: int) -> None:
    assert first_gun(stage(start), DAY) == gun


def test_a_gun_planned_in_a_skipped_hour_is_as_much_after_the_change() -> None:
    start = replace(MASS, at=clock_time(2, 30))
    assert first_gun(stage(start), CHANGING) == CHANGING.midnight + 2 * HOUR + 30 * MINUTE


# -- on a gun ------------------------------------------------------------------------------------


def test_a_mass_start_is_one_gun_for_all() -> None:
    frame = frame_of(MASS)
    assert frame.guns == {"": at(8)}
    assert frame.by_entry == {}
    assert frame.default == Clock(
        basis=Basis.GUN, reference=at(8), tolerance=TOLERANCE, start=at(8), gun=at(8)
    )


def test_a_stage_without_a_start_has_a_gun_at_midnight() -> None:
    assert frame_of(None).default.start == at(0)


def test_on_own_start_the_gun_only_dates_the_reads() -> None:
    clock = frame_of(replace(MASS, basis=Basis.OWN)).default
    assert (clock.basis, clock.start, clock.gun, clock.reference) == (Basis.OWN, None, at(8), at(8))


def test_the_gun_is_corrected_by_a_time_of_day_nearest_to_the_plan_or_by_an_instant() -> None:
    assert frame_of(MASS, correction(clock_time(8, 3))).guns == {"": at(8, 3)}
    assert frame_of(MASS, correction(at(8, 4))).guns == {"": at(8, 4)}
    tomorrow = TimeOfDay(8 * HOUR, day=1)
    assert frame_of(MASS, correction(tomorrow)).guns == {"": at(32)}


def test_a_gun_just_before_midnight_may_be_corrected_to_just_after() -> None:
    late = replace(MASS, at=clock_time(23, 58))
    assert frame_of(late, correction(clock_time(0, 3))).guns == {"": at(24, 3)}


def test_the_later_of_two_guns_counts_and_they_contradict_each_other() -> None:
    frame = frame_of(MASS, correction(at(8, 1), id="a", at=1), correction(at(8, 2), id="b", at=2))
    assert frame.guns == {"": at(8, 2)}
    assert frame.problems == [
        Problem(code=ProblemCode.CONTRADICTING_RULINGS, stage=2, records=("a", "b"))
    ]


def test_the_same_gun_twice_is_no_contradiction() -> None:
    frame = frame_of(MASS, correction(at(8, 1), id="a"), correction(clock_time(8, 1), id="b"))
    assert frame.guns == {"": at(8, 1)}
    assert frame.problems == []


def test_a_gun_at_a_time_that_does_not_exist_is_a_problem_and_the_plan_stands() -> None:
    frame = start_frame(
        stage(replace(MASS, at=clock_time(3))),
        CHANGING,
        roster(),
        tolerance=TOLERANCE,
        rulings=[correction(clock_time(2, 30)), correction(clock_time(2, 45), "1", id="t")],
        standings=lambda *_: (),
        categories=lambda _: (),
    )
    planned = CHANGING.midnight + 2 * HOUR
    assert frame.guns == {"": planned}
    assert frame.clock_of("e1").start == planned
    assert frame.problems == [
        Problem(code=ProblemCode.TIME_DOES_NOT_EXIST, stage=2, records=("s",)),
        Problem(code=ProblemCode.TIME_DOES_NOT_EXIST, stage=2, bib="1", records=("t",)),
    ]


def test_rulings_of_other_stages_and_other_kinds_start_nobody() -> None:
    elsewhere = StartCorrection(id="s", by="starter", at=1, stage=3, to=at(8, 3))
    penalty = Penalty(id="p", by="jury", at=1, stage=2, time=1, bibs=("1",))
    assert frame_of(MASS, elsewhere, penalty) == frame_of(MASS)


# -- waves ---------------------------------------------------------------------------------------


def test_the_first_wave_that_matches_is_an_entrys_own_and_the_guns_of_others_are_known() -> None:
    frame = frame_of(WAVES)
    assert frame.guns == {"elite": at(9), "all": at(7)}
    assert starts(frame) == {"1": at(7), "2": at(9), "3": at(9), "10": at(9)}
    assert frame.clock_of("e2").wave == "elite"
    assert frame.clock_of("e2").other_guns == (at(7),)
    assert codes(frame) == [ProblemCode.PROVISIONAL_STARTS]


@pytest.mark.parametrize("start", [WAVES, INTERVAL, CHASE])
def test_starts_from_ranks_of_nobody_are_no_problem(start: Start) -> None:
    frame = start_frame(
        stage(start),
        DAY,
        roster(()),
        tolerance=TOLERANCE,
        rulings=(),
        standings=lambda *_: (),
        categories=lambda _: (),
    )
    assert frame.problems == []


def test_waves_without_ranks_are_not_provisional() -> None:
    start = replace(WAVES, waves=(Wave(code="all", at=clock_time(7)),))
    assert frame_of(start).problems == []


@pytest.mark.parametrize(
    ("who", "bibs"),
    [
        (Selection(bibs=("2", "3")), ("2", "3")),
        (Selection(division="short"), ("3",)),
        (Selection(category="W"), ("1",)),
        (Selection(rank=(2, 2)), ("2",)),
        (Selection(board="gc", rank=(1, 1)), ("10",)),
        (Selection(board="none", rank=(1, 9)), ()),
        (Selection(division="full", bibs=("2", "3")), ("2",)),
        (Selection(division="full", rank=(1, 1), bibs=("2",)), ()),
        (Selection(), ("1", "2", "3", "10")),
    ],
    ids=str,
)
def test_every_condition_of_a_selection_must_hold(who: Selection, bibs: tuple[str, ...]) -> None:
    start = replace(WAVES, waves=(Wave(code="a", at=clock_time(9), who=(who,)),))
    frame = frame_of(start, categories=("W", "M40"))
    assert {bib for bib, started in starts(frame).items() if started is not None} == set(bibs)


def test_teams_on_a_board_have_no_start_of_their_own() -> None:
    team = Line(
        competitor=Team(code="e1"), division="full", categories=(), status=RaceStatus.RACING, rank=1
    )
    start = replace(WAVES, waves=(Wave(code="a", at=clock_time(9), who=(Selection(rank=(1, 1)),)),))
    assert starts(frame_of(start, lines=[team, *GC]))["1"] is None
    assert starts(frame_of(INTERVAL, lines=[team, *GC]))["1"] == at(9, 4)


def test_who_is_in_no_wave_has_no_gun() -> None:
    start = replace(WAVES, waves=WAVES.waves[:1])
    assert frame_of(start).clock_of("e1") == Clock(
        basis=Basis.ALLOCATED, reference=at(9), tolerance=TOLERANCE
    )


def test_a_correction_of_a_wave_moves_its_gun_alone_and_one_of_no_wave_moves_all() -> None:
    assert frame_of(WAVES, correction(at(9, 5), wave="elite")).guns == {
        "elite": at(9, 5),
        "all": at(7),
    }
    assert frame_of(WAVES, correction(at(9, 5))).guns == {"elite": at(9, 5), "all": at(9, 5)}


# -- windows -------------------------------------------------------------------------------------


def test_a_window_has_an_opening_and_a_closing_and_no_start_but_the_own() -> None:
    frame = frame_of(WINDOW)
    assert frame.default == Clock(
        basis=Basis.OWN,
        reference=at(7),
        tolerance=TOLERANCE,
        gun=at(7),
        opens=at(7),
        closes=at(9),
        early=EarlyKind.PENALTY,
        early_penalty=MINUTE,
    )
    assert frame.guns == {"": at(7)}


def test_a_window_need_not_close() -> None:
    assert frame_of(replace(WINDOW, closes=None)).default.closes is None


def test_a_window_on_the_gun_runs_from_its_opening() -> None:
    assert frame_of(replace(WINDOW, basis=Basis.GUN)).default.start == at(7)


# -- allocated starts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (IntervalOrder.GC, {"10": at(9), "2": at(9, 2), "1": at(9, 4), "3": None}),
        (IntervalOrder.GC_REVERSED, {"1": at(9), "2": at(9, 2), "10": at(9, 4), "3": None}),
        (IntervalOrder.BIBS, {"1": at(9), "2": at(9, 2), "10": at(9, 4), "3": None}),
    ],
)
def test_starts_at_an_interval_follow_the_board_or_the_bibs(
    order: IntervalOrder, expected: dict[str, int | None]
) -> None:
    frame = frame_of(replace(INTERVAL, order=order))
    assert starts(frame) == expected
    assert codes(frame) == [ProblemCode.PROVISIONAL_STARTS]


@pytest.mark.parametrize("status", [status for status in RaceStatus if status.is_out()])
def test_no_start_is_kept_for_who_is_out(status: RaceStatus) -> None:
    leader = line("10", None, None, status)
    assert starts(frame_of(INTERVAL, lines=[leader, *GC[1:]]))["10"] is None
    assert starts(frame_of(INTERVAL, lines=[leader, *GC[1:]]))["2"] == at(9)


def test_no_start_is_kept_for_who_went_after_the_stage_before() -> None:
    frame = frame_of(INTERVAL, out=frozenset({"e10"}))
    assert starts(frame) == {"10": None, "2": at(9), "1": at(9, 2), "3": None}


def test_a_corrected_gun_moves_all_allocated_starts() -> None:
    assert starts(frame_of(INTERVAL, correction(at(9, 10))))["2"] == at(9, 12)


@pytest.mark.parametrize(
    ("start", "second", "third"),
    [
        # The second is three minutes behind, the third has no gap.
        (CHASE, at(9, 2), at(9, 2)),
        (replace(CHASE, cap=3 * MINUTE), at(9, 3), at(9, 3)),
        (replace(CHASE, rest_at=clock_time(9, 5)), at(9, 5), at(9, 5)),
        (replace(CHASE, rest_every=MINUTE), at(9, 1), at(9, 2)),
        (replace(CHASE, cap=3 * MINUTE, rest_every=MINUTE), at(9, 3), at(9, 4)),
        (replace(CHASE, cap=None, rest_at=clock_time(9, 5)), at(9, 3), at(9, 5)),
        (replace(CHASE, cap=None), at(9, 3), None),
    ],
    ids=["cap", "at the cap", "rest together", "rest each", "gap then each", "no cap", "no rest"],
)
def test_a_chase_is_by_gaps_up_to_the_cap_and_then_by_the_rest(
    start: Start, second: int, third: int | None
) -> None:
    frame = frame_of(start)
    assert starts(frame) == {"10": at(9), "2": second, "1": third, "3": None}


def test_an_issued_list_is_the_start_of_those_on_it_and_of_nobody_else() -> None:
    frame = frame_of(INTERVAL, issued(("2", clock_time(9, 30)), ("3", at(9, 31))))
    assert starts(frame) == {"1": None, "2": at(9, 30), "3": at(9, 31), "10": None}
    assert frame.problems == []


def test_a_list_ends_what_was_provisional_about_waves() -> None:
    frame = frame_of(WAVES, issued(("1", at(9))))
    assert starts(frame)["1"] == at(9)
    assert frame.clock_of("e1").basis is Basis.ALLOCATED
    # As posted, she is of the wave whose gun is hers.
    assert frame.clock_of("e1").wave == "elite"
    assert frame.problems == []


def test_posted_at_no_waves_gun_one_stays_in_the_own_wave() -> None:
    frame = frame_of(WAVES, issued(("1", at(7, 30))))
    assert (frame.clock_of("e1").start, frame.clock_of("e1").wave) == (at(7, 30), "all")


def test_a_start_given_to_one_beats_gun_list_and_own_read() -> None:
    given = correction(clock_time(8, 5), "2", "10")
    assert starts(frame_of(MASS, given)) == {"1": at(8), "2": at(8, 5), "3": at(8), "10": at(8, 5)}
    listed = frame_of(INTERVAL, issued(("2", at(9, 30))), given)
    assert starts(listed)["2"] == at(8, 5)
    own = frame_of(WINDOW, given)
    assert starts(own) == {"1": None, "2": at(8, 5), "3": None, "10": at(8, 5)}
    assert own.clock_of("e2").is_ruled
    assert own.clock_of("e2").reference == at(8, 5)


@pytest.mark.parametrize("ruling", [correction(at(8), "99"), issued(("99", at(8)))])
def test_a_start_for_a_bib_that_nobody_wears_is_a_problem(ruling: Ruling) -> None:
    frame = frame_of(MASS, ruling)
    assert frame.by_entry == {}
    assert frame.problems == [
        Problem(code=ProblemCode.RULING_UNKNOWN_BIB, stage=2, bib="99", records=(ruling.id,))
    ]


def test_a_day_of_rest_starts_like_any_stage_without_a_plan() -> None:
    rest = Stage(number=2, date=DAY.on, kind=StageKind.REST)
    assert first_gun(rest, DAY) == MIDNIGHT
