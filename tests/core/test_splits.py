"""From passings to splits (Rules 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.core.courses import course_of
from timing.core.days import stage_day
from timing.core.definition import (
    MAX_STAGE_SPAN,
    Basis,
    Control,
    EarlyKind,
    Source,
    Stage,
)
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.results import Unused, UnusedReason
from timing.core.splits import Facts, read_splits
from timing.core.starts import Clock
from timing.core.times import DAY, HOUR, MINUTE, SECOND, Reading, TimeOfDay

ORDINARY = stage_day(date(2026, 8, 28), ZoneInfo("Europe/Zurich"))
AUTUMN = stage_day(date(2026, 10, 24), ZoneInfo("Europe/Zurich"))
GUN = ORDINARY.midnight + 8 * HOUR
STAGE = Stage(
    number=1,
    date=ORDINARY.on,
    controls=(
        Control(code="START", distance_m=0),
        Control(code="CP", distance_m=5_000),
        Control(code="HUT", distance_m=10_000, in_out=True),
        Control(code="LAKE", distance_m=15_000, mandatory=False, source=Source.RADIO),
        Control(code="FINISH", distance_m=20_000),
    ),
)
COURSE = course_of(STAGE, "")
POINTS = [point.code for point in COURSE.points]

ON_GUN = Clock(basis=Basis.GUN, reference=GUN, tolerance=10 * MINUTE, start=GUN, gun=GUN)
ON_OWN = replace(ON_GUN, basis=Basis.OWN, start=None)
WINDOW = replace(ON_OWN, opens=GUN, closes=GUN + 2 * HOUR)
ALLOCATED = replace(ON_GUN, basis=Basis.ALLOCATED)


def read(
    *passings: Passing, clock: Clock = ON_GUN, confirmed: frozenset[str] = frozenset()
) -> Facts:
    return read_splits(
        passings, course=COURSE, clock=clock, day=ORDINARY, bib="12", stage=1, confirmed=confirmed
    )


def passing(id: str, control: str, time: Reading, **more: object) -> Passing:
    return Passing(id=id, stage=1, control=control, time=time, bib="12", **more)  # type: ignore[arg-type]


def after(hours: int, minutes: int = 0, seconds: int = 0) -> int:
    """The instant so long after the gun."""
    return GUN + hours * HOUR + minutes * MINUTE + seconds * SECOND


def taken(facts: Facts) -> dict[str, str]:
    """The ids of the passings taken, by point."""
    return {code: one.id for code, one in zip(POINTS, facts.taken, strict=True) if one is not None}


def left(facts: Facts) -> dict[str, UnusedReason]:
    return {unused.record: unused.reason for unused in facts.unused}


def listed(facts: Facts) -> list[tuple[ProblemCode, str, tuple[str, ...]]]:
    return [(problem.code, problem.control, problem.records) for problem in facts.problems]


# -- what is found -------------------------------------------------------------------------------


def test_nothing_read_is_nothing_found() -> None:
    facts = read()
    assert facts.times == [None] * 6
    assert (facts.start, facts.raw, facts.last, facts.finish) == (GUN, None, -1, None)
    assert facts.unused == ()
    assert facts.problems == ()


def test_every_split_has_its_place_along_the_course() -> None:
    facts = read(
        passing("f", "FINISH", after(4)),
        passing("o", "HUT.out", after(2, 10)),
        passing("s", "START", after(0, 0, 5)),
        passing("c", "CP", after(1)),
        passing("l", "LAKE", after(3)),
        passing("i", "HUT.in", after(2)),
    )
    assert facts.times == [after(0, 0, 5), after(1), after(2), after(2, 10), after(3), after(4)]
    assert taken(facts) == dict(zip(POINTS, "sciolf", strict=True))
    assert (facts.raw, facts.last, facts.finish) == (4 * HOUR, 5, after(4))
    assert facts.problems == ()


def test_a_time_of_day_is_dated_at_the_start_by_the_gun_and_then_by_the_split_before() -> None:
    facts = read(
        passing("s", "START", TimeOfDay(8 * HOUR + 5)),
        passing("c", "CP", TimeOfDay(7 * HOUR)),
        passing("f", "FINISH", TimeOfDay(6 * HOUR + 59 * MINUTE + 59 * SECOND, day=2)),
    )
    assert facts.times == [GUN + 5, after(23), None, None, None, after(46, 59, 59)]


def test_a_mandatory_control_without_a_split_is_asked_about_once_one_is_beyond_it() -> None:
    facts = read(passing("o", "HUT.out", after(2)))
    assert listed(facts) == [
        (ProblemCode.MISSED_CONTROL, "CP", ()),
        (ProblemCode.MISSED_CONTROL, "HUT.in", ()),
    ]
    optional = read(
        passing("c", "CP", after(1)),
        passing("i", "HUT.in", after(2)),
        passing("o", "HUT.out", after(2)),
        passing("f", "FINISH", after(4)),
    )
    assert listed(optional) == []


# -- what is left out ----------------------------------------------------------------------------


def test_what_is_left_out_says_why_and_when_it_was() -> None:
    facts = read(passing("c", "CP", after(-1)), passing("d", "CP", after(1)))
    assert facts.unused == (
        Unused(record="c", control="CP", reason=UnusedReason.BEFORE_START, time=after(-1)),
    )
    assert facts.problems == (
        Problem(code=ProblemCode.BEFORE_START, stage=1, control="CP", bib="12", records=("c",)),
    )


@pytest.mark.parametrize(
    ("wrong", "reason", "code"),
    [
        (passing("x", "HUT", after(3)), UnusedReason.NOT_ON_COURSE, ProblemCode.NOT_ON_COURSE),
        (passing("x", "LAKE", after(3), at_latest=True), UnusedReason.AT_LATEST, None),
        (passing("x", "LAKE", after(0, -1)), UnusedReason.BEFORE_START, ProblemCode.BEFORE_START),
        (passing("x", "LAKE", after(1, 59)), UnusedReason.OUT_OF_ORDER, ProblemCode.OUT_OF_ORDER),
        (
            passing("x", "HUT.out", after(1, 59)),
            UnusedReason.OUT_OF_ORDER,
            ProblemCode.OUT_BEFORE_IN,
        ),
        (passing("x", "HUT.out", after(1)), UnusedReason.OUT_OF_ORDER, ProblemCode.OUT_BEFORE_IN),
        (
            passing("x", "LAKE", ORDINARY.midnight + MAX_STAGE_SPAN + 1),
            UnusedReason.FAR_AWAY,
            ProblemCode.TIME_FAR_AWAY,
        ),
        (
            passing("x", "LAKE", TimeOfDay(0, day=40)),
            UnusedReason.FAR_AWAY,
            ProblemCode.TIME_FAR_AWAY,
        ),
    ],
    ids=str,
)
def test_each_reason_to_leave_a_passing_out(
    wrong: Passing, reason: UnusedReason, code: ProblemCode | None
) -> None:
    """Behind a split at the hut two hours after the gun."""
    facts = read(passing("c", "CP", after(1)), passing("i", "HUT.in", after(2)), wrong)
    assert left(facts) == {"x": reason}
    assert [problem.code for problem in facts.problems] == ([] if code is None else [code])
    assert facts.last == 2


def test_before_an_out_nobody_came_in_to_it_is_only_out_of_order() -> None:
    facts = read(passing("c", "CP", after(2)), passing("o", "HUT.out", after(1)))
    assert listed(facts) == [(ProblemCode.OUT_OF_ORDER, "HUT.out", ("o",))]


@pytest.mark.parametrize("span", [0, 1])
def test_ten_days_from_the_stages_midnight_are_too_far_by_a_millisecond(span: int) -> None:
    facts = read(passing("c", "CP", ORDINARY.midnight + MAX_STAGE_SPAN + span))
    assert (facts.last == 1) is (span == 0)


def test_a_chain_of_reads_ends_after_ten_days_too() -> None:
    """Each within a day of the one before it, so that nothing else is wrong with them."""
    long = course_of(
        replace(
            STAGE,
            controls=tuple(Control(code=f"C{n}", distance_m=n) for n in range(14)),
        ),
        "",
    )
    facts = read_splits(
        [passing(str(n), f"C{n}", after(23 * n)) for n in range(14)],
        course=long,
        clock=ON_GUN,
        day=ORDINARY,
        bib="12",
        stage=1,
    )
    assert facts.last == 10
    assert [unused.reason for unused in facts.unused] == [UnusedReason.FAR_AWAY] * 3


def test_a_time_that_does_not_exist_and_one_that_was_twice() -> None:
    """24 October: in the night after it the hour from two to three comes twice."""
    spring = stage_day(date(2026, 3, 28), ZoneInfo("Europe/Zurich"))
    half_past_two = TimeOfDay(2 * HOUR + 30 * MINUTE, day=1)
    evening = {
        day: replace(ON_GUN, start=day.midnight + 20 * HOUR, reference=day.midnight + 20 * HOUR)
        for day in (spring, AUTUMN)
    }
    for day, last, code in (
        (spring, -1, ProblemCode.TIME_DOES_NOT_EXIST),
        (AUTUMN, 1, ProblemCode.TIME_AMBIGUOUS),
    ):
        facts = read_splits(
            [passing("c", "CP", half_past_two)],
            course=COURSE,
            clock=evening[day],
            day=day,
            bib="12",
            stage=1,
        )
        assert facts.last == last
        assert listed(facts) == [(code, "CP", ("c",))]
    assert facts.times[1] == AUTUMN.midnight + DAY + 2 * HOUR + 30 * MINUTE


def test_what_a_shortened_stage_no_longer_reaches_is_left_out_and_no_problem() -> None:
    shortened = replace(
        course_of(replace(STAGE, controls=STAGE.controls[:2]), ""), beyond=frozenset({"FINISH"})
    )
    facts = read_splits(
        [passing("c", "CP", after(1)), passing("f", "FINISH", after(4))],
        course=shortened,
        clock=ON_GUN,
        day=ORDINARY,
        bib="12",
        stage=1,
    )
    assert facts.raw == HOUR
    assert left(facts) == {"f": UnusedReason.BEYOND_RESULT}
    assert facts.problems == ()


# -- which passing -------------------------------------------------------------------------------


BEST_FIRST = [
    Source.DIRECTOR,
    Source.PHOTO,
    Source.CHIP,
    Source.LINE_CREW,
    Source.CHECKPOINT,
    Source.RADIO,
    Source.PAPER,
    Source.GPS,
    Source.ESTIMATE,
]


def test_every_source_has_its_place() -> None:
    assert set(BEST_FIRST) == set(Source)


@pytest.mark.parametrize(("better", "worse"), list(pairwise(BEST_FIRST)))
def test_a_better_source_is_taken_up_to_thirty_seconds_later(better: Source, worse: Source) -> None:
    facts = read(
        passing("b", "CP", after(1, 0, 30), source=better),
        passing("w", "CP", after(1), source=worse),
    )
    assert taken(facts) == {"CP": "b"}
    assert left(facts) == {"w": UnusedReason.LOWER_PRIORITY}


def test_of_one_source_the_earliest_is_taken_and_of_equal_times_the_first_id() -> None:
    facts = read(
        passing("c", "CP", after(1, 0, 1)),
        passing("b", "CP", after(1)),
        passing("a", "CP", after(1)),
    )
    assert taken(facts) == {"CP": "a"}
    assert left(facts) == {"b": UnusedReason.LATER_READ, "c": UnusedReason.LATER_READ}


def test_a_controls_own_official_source_comes_before_any_other() -> None:
    facts = read(
        passing("d", "LAKE", after(1), source=Source.DIRECTOR),
        passing("r", "LAKE", after(1, 0, 9), source=Source.RADIO),
    )
    assert taken(facts) == {"LAKE": "r"}
    assert left(facts) == {"d": UnusedReason.LOWER_PRIORITY}


@pytest.mark.parametrize(
    ("main", "backup", "apart", "stands"),
    [
        (Source.CHIP, Source.PAPER, 30_000, False),
        (Source.CHIP, Source.PAPER, 30_001, True),
        (Source.CHIP, Source.LINE_CREW, 3_600_000, True),
        # What was decided is no main source that may be late, a position is no backup.
        (Source.DIRECTOR, Source.CHIP, 3_600_000, False),
        (Source.PHOTO, Source.CHIP, 3_600_000, False),
        (Source.CHIP, Source.GPS, 3_600_000, False),
        (Source.CHIP, Source.ESTIMATE, 3_600_000, False),
    ],
)
def test_a_backup_stands_where_the_main_source_is_over_thirty_seconds_later(
    main: Source, backup: Source, apart: int, stands: bool
) -> None:
    facts = read(
        passing("m", "CP", after(1) + apart, source=main),
        passing("b", "CP", after(1), source=backup),
    )
    assert taken(facts) == {"CP": "b" if stands else "m"}
    assert left(facts) == (
        {"m": UnusedReason.BACKUP_STANDS} if stands else {"b": UnusedReason.LOWER_PRIORITY}
    )


def test_a_backup_good_to_a_minute_proves_a_main_read_late_by_as_much_more() -> None:
    rough = passing("b", "CP", after(1), source=Source.PAPER, uncertainty_ms=60_000)
    for seconds, stands in ((90, False), (91, True)):
        facts = read(passing("m", "CP", after(1, 0, seconds), source=Source.CHIP), rough)
        assert taken(facts) == {"CP": "b" if stands else "m"}


@pytest.mark.parametrize(
    ("control", "seconds", "disagree"),
    [("FINISH", 2, False), ("FINISH", 3, True), ("CP", 60, False), ("CP", 61, True)],
)
def test_two_devices_of_one_kind_may_differ_by_so_much(
    control: str, seconds: int, disagree: bool
) -> None:
    facts = read(
        passing("a", control, after(1), device="A"),
        passing("b", control, after(1, 0, seconds), device="B"),
    )
    found = [p for p in facts.problems if p.code is ProblemCode.SOURCES_DISAGREE]
    assert [p.records for p in found] == ([("a", "b")] if disagree else [])
    if disagree:
        assert found[0].params == (("apart_ms", seconds * SECOND), ("source", "checkpoint"))


def test_two_devices_may_differ_by_their_uncertainty_more() -> None:
    for seconds, count in ((65, 0), (66, 1)):
        facts = read(
            passing("a", "CP", after(1), device="A", uncertainty_ms=2_000),
            passing("b", "CP", after(1, 0, seconds), device="B", uncertainty_ms=3_000),
        )
        assert len(facts.problems) == count


@pytest.mark.parametrize(
    ("source", "seconds", "asked"),
    [
        (Source.CHECKPOINT, 60, False),
        (Source.CHECKPOINT, 61, True),
        (Source.CHIP, 3_600, False),
        (Source.GPS, 3_600, False),
    ],
)
def test_one_device_that_has_a_bib_twice_is_asked_about_unless_it_reads_chips(
    source: Source, seconds: int, asked: bool
) -> None:
    facts = read(
        passing("a", "CP", after(1), device="A", source=source),
        passing("b", "CP", after(1, 0, seconds), device="A", source=source),
    )
    assert listed(facts) == ([(ProblemCode.REPEATED_ENTRY, "CP", ("a", "b"))] if asked else [])


def test_other_kinds_of_source_are_kept_as_rivals_with_their_point() -> None:
    facts = read(
        passing("a", "CP", after(1), source=Source.CHIP),
        passing("b", "CP", after(1, 0, 1), source=Source.PAPER),
        passing("c", "CP", after(1, 0, 2), source=Source.GPS),
        passing("d", "CP", after(1), source=Source.RADIO),
    )
    # Nobody argues with a position, nor with the very same time.
    assert facts.rivals == ((1, after(1, 0, 1), "b"),)


def test_what_was_confirmed_is_taken_before_any_other_and_never_listed() -> None:
    facts = read(
        passing("a", "CP", after(1), source=Source.DIRECTOR),
        passing("b", "CP", after(1, 30), source=Source.PAPER),
        passing("c", "HUT.in", after(1, 10)),
        passing("f", "FINISH", after(4)),
        confirmed=frozenset({"b", "c"}),
    )
    assert taken(facts) == {"CP": "b", "HUT.in": "c", "FINISH": "f"}
    assert facts.rivals == ()
    # Whoever confirmed it knew that it is earlier than the split before it.
    assert facts.times[1:3] == [after(1, 30), after(1, 10)]
    assert listed(facts) == [(ProblemCode.MISSED_CONTROL, "HUT.out", ())]


# -- starts --------------------------------------------------------------------------------------


def test_the_last_start_read_within_the_tolerance_counts() -> None:
    facts = read(
        passing("a", "START", after(0, -5)),
        passing("b", "START", after(0, 10)),
        passing("c", "START", after(0, 10) + 1),
    )
    assert taken(facts) == {"START": "b"}
    assert left(facts) == {
        "a": UnusedReason.EARLIER_START_READ,
        "c": UnusedReason.AFTER_START_TOLERANCE,
    }
    assert facts.problems == ()


def test_a_start_read_beyond_the_tolerance_is_none_unless_it_was_confirmed() -> None:
    late = passing("a", "START", after(0, 10) + 1)
    facts = read(late, clock=ON_OWN)
    assert facts.start is None
    assert listed(facts) == [(ProblemCode.LATE_START_READ, "START", ("a",))]
    confirmed = read(late, clock=ON_OWN, confirmed=frozenset({"a"}))
    assert confirmed.start == after(0, 10) + 1
    assert confirmed.problems == ()


def test_of_several_sources_the_best_ones_last_start_read_counts() -> None:
    facts = read(
        passing("a", "START", after(0, 1), source=Source.CHIP),
        passing("b", "START", after(0, 2), source=Source.CHIP),
        passing("c", "START", after(0, 3), source=Source.PAPER),
    )
    assert taken(facts) == {"START": "b"}


def test_on_a_gun_the_own_start_read_decides_nothing() -> None:
    facts = read(passing("a", "START", after(0, 5)), passing("f", "FINISH", after(4)))
    assert (facts.start, facts.raw) == (GUN, 4 * HOUR)
    assert facts.start_uncertainty == 0


def test_the_uncertainty_of_the_start_is_that_of_the_own_read_where_it_counts() -> None:
    start = passing("a", "START", after(0, 5), uncertainty_ms=7)
    assert read(start, clock=ON_OWN).start_uncertainty == 7
    assert read(start).start_uncertainty == 0
    assert read(clock=ON_OWN).start_uncertainty == 0


def test_who_left_before_the_gun_on_own_start_is_listed() -> None:
    facts = read(passing("a", "START", after(0, 0, -1)), clock=ON_OWN)
    assert facts.start == after(0, 0, -1)
    assert listed(facts) == [(ProblemCode.EARLY_START, "START", ("a",))]
    assert read(passing("a", "START", GUN), clock=ON_OWN).problems == ()
    seen = read(passing("a", "START", after(0, 0, -1)), clock=ON_OWN, confirmed=frozenset({"a"}))
    assert (seen.start, seen.problems) == (after(0, 0, -1), ())


def test_who_left_before_a_posted_start_is_listed_and_runs_from_it() -> None:
    early = passing("a", "START", after(0, 0, -1))
    facts = read(early, clock=ALLOCATED)
    assert facts.start == GUN
    assert listed(facts) == [(ProblemCode.EARLY_START, "START", ("a",))]
    assert read(early, clock=replace(ALLOCATED, is_ruled=True)).problems == ()
    assert read(early, clock=ON_GUN).problems == ()


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        (ON_OWN, ProblemCode.NO_START),
        (replace(ALLOCATED, start=None), ProblemCode.NO_ALLOCATED_START),
        (replace(ALLOCATED, start=None, gun=None), ProblemCode.NO_WAVE),
    ],
)
def test_without_a_start_there_is_no_time_and_that_is_a_problem(
    clock: Clock, code: ProblemCode
) -> None:
    facts = read(passing("c", "CP", after(1)), clock=clock)
    assert (facts.start, facts.raw, facts.times[1]) == (None, None, after(1))
    assert listed(facts) == [(code, "START", ())]
    assert read(clock=clock).problems == ()


def test_an_own_start_read_is_no_allocated_start() -> None:
    facts = read(passing("a", "START", after(0, 1)), clock=replace(ALLOCATED, start=None))
    assert (facts.times[0], facts.start, facts.problems) == (after(0, 1), None, ())


def test_a_start_read_nearer_another_waves_gun_is_listed() -> None:
    clock = replace(ON_GUN, other_guns=(after(0, 10),))
    assert read(passing("a", "START", after(0, 5)), clock=clock).problems == ()
    nearer = read(passing("a", "START", after(0, 5) + 1), clock=clock)
    assert listed(nearer) == [(ProblemCode.OTHER_WAVE, "START", ("a",))]
    beyond = read(passing("a", "START", after(0, 11)), clock=clock)
    assert listed(beyond) == [(ProblemCode.OTHER_WAVE, "START", ("a",))]
    assert left(beyond) == {"a": UnusedReason.AFTER_START_TOLERANCE}
    without_gun = replace(clock, gun=None)
    assert read(passing("a", "START", after(0, 9)), clock=without_gun).problems == ()


def test_the_first_departure_is_the_reads_that_follow_each_other_within_a_minute() -> None:
    facts = read(
        passing("a", "START", after(0, 5)),
        passing("b", "START", after(0, 6)),
        passing("c", "START", after(0, 7) + 1),
        clock=WINDOW,
    )
    assert facts.start == after(0, 6)
    assert left(facts) == {
        "a": UnusedReason.EARLIER_START_READ,
        "c": UnusedReason.SECOND_DEPARTURE,
    }
    assert listed(facts) == [(ProblemCode.SECOND_DEPARTURE, "START", ("c",))]


@pytest.mark.parametrize(
    ("early", "start", "penalty", "reasons"),
    [
        (EarlyKind.RESET, GUN, 0, {}),
        (EarlyKind.PENALTY, GUN - 1, MINUTE, {}),
        (EarlyKind.REFUSE, None, 0, {"a": UnusedReason.BEFORE_START}),
    ],
)
def test_who_leaves_before_the_window_opens(
    early: EarlyKind, start: int | None, penalty: int, reasons: dict[str, UnusedReason]
) -> None:
    clock = replace(WINDOW, early=early, early_penalty=MINUTE)
    facts = read(passing("a", "START", GUN - 1), clock=clock)
    assert (facts.start, facts.early_penalty) == (start, penalty)
    assert left(facts) == reasons
    assert listed(facts) == [(ProblemCode.EARLY_START, "START", ("a",))]


@pytest.mark.parametrize("early", list(EarlyKind))
def test_at_the_opening_nobody_is_early(early: EarlyKind) -> None:
    facts = read(passing("a", "START", GUN), clock=replace(WINDOW, early=early))
    assert (facts.start, facts.early_penalty, facts.problems) == (GUN, 0, ())


def test_a_confirmed_start_is_taken_though_it_was_refused() -> None:
    clock = replace(WINDOW, early=EarlyKind.REFUSE)
    facts = read(passing("a", "START", GUN - 1), clock=clock, confirmed=frozenset({"a"}))
    assert taken(facts) == {"START": "a"}
    assert facts.problems == ()


def test_after_the_window_closed_the_clock_runs_from_its_closing() -> None:
    assert read(passing("a", "START", after(2)), clock=WINDOW).start == after(2)
    assert read(passing("a", "START", after(2, 30)), clock=WINDOW).start == after(2)
    never = replace(WINDOW, closes=None)
    assert read(passing("a", "START", after(2, 30)), clock=never).start == after(2, 30)


def test_a_given_start_beats_the_window() -> None:
    given_start = replace(WINDOW, start=after(1), is_ruled=True)
    facts = read(
        passing("a", "START", after(0, 30)), passing("f", "FINISH", after(4)), clock=given_start
    )
    assert (facts.start, facts.raw) == (after(1), 3 * HOUR)


# -- laws ----------------------------------------------------------------------------------------

CLOCKS = [ON_GUN, ON_OWN, WINDOW, replace(WINDOW, early=EarlyKind.REFUSE), ALLOCATED]
readings = st.one_of(
    st.integers(after(-1), after(30)),
    st.builds(TimeOfDay, st.integers(0, DAY - 1), st.sampled_from([None, None, 0, 1])),
)
some_passings = st.lists(
    st.builds(
        passing,
        st.just(""),
        st.sampled_from([*POINTS, "HUT"]),
        readings,
        source=st.sampled_from([Source.CHIP, Source.CHECKPOINT, Source.PAPER, Source.GPS]),
        device=st.sampled_from("AB"),
        uncertainty_ms=st.sampled_from([0, 0, 60_000]),
        at_latest=st.sampled_from([False, False, False, True]),
    ),
    max_size=9,
).map(lambda found: [replace(p, id=str(n)) for n, p in enumerate(found)])
some_clocks = st.sampled_from(CLOCKS)


@given(some_passings, some_clocks)
def test_every_passing_is_either_taken_or_left_out_with_a_reason(
    passings: list[Passing], clock: Clock
) -> None:
    facts = read(*passings, clock=clock)
    used = [one.id for one in facts.taken if one is not None]
    unused = [one.record for one in facts.unused]
    assert sorted(used + unused) == [one.id for one in passings]


@given(some_passings.flatmap(lambda p: st.tuples(st.just(p), st.permutations(p))), some_clocks)
def test_splits_do_not_depend_on_the_order_of_arrival(
    orders: tuple[list[Passing], list[Passing]], clock: Clock
) -> None:
    one, other = (read(*passings, clock=clock) for passings in orders)
    assert (one.times, one.start, one.raw, one.rivals) == (
        other.times,
        other.start,
        other.raw,
        other.rivals,
    )
    assert taken(one) == taken(other)
    assert left(one) == left(other)
    assert set(one.problems) == set(other.problems)


@given(some_passings, some_clocks)
def test_splits_follow_each_other_and_none_is_before_the_clock_started(
    passings: list[Passing], clock: Clock
) -> None:
    facts = read(*passings, clock=clock)
    along = [time for time in facts.times[1:] if time is not None]
    assert along == sorted(along)
    if facts.start is not None:
        assert all(time >= facts.start for time in along)


@given(some_passings, some_clocks)
def test_without_what_was_left_out_the_splits_are_the_same(
    passings: list[Passing], clock: Clock
) -> None:
    facts = read(*passings, clock=clock)
    again = read(*[one for one in facts.taken if one is not None], clock=clock)
    assert (again.times, again.start, again.raw) == (facts.times, facts.start, facts.raw)
    assert again.unused == ()


@given(some_passings, some_clocks)
def test_what_goes_by_quickly_agrees_with_what_is_looked_at_closely(
    passings: list[Passing], clock: Clock
) -> None:
    """A read as late as can be, of the worst source, makes a control looked at closely."""
    facts = read(*passings, clock=clock)
    places = {one.control for one in facts.taken[1:] if one is not None}
    extra = [
        passing(
            f"x{code}", code, max(t for t in facts.times if t is not None), source=Source.ESTIMATE
        )
        for code in sorted(places)
    ]
    again = read(*passings, *extra, clock=clock)
    assert (again.times, again.start) == (facts.times, facts.start)
