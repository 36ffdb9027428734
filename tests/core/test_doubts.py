"""Data that are dubious beside others (Rules 4.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from timing.core.book import RaceBook
from timing.core.definition import Basis, Control, Race, Stage, Start, StartMode
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.misreads import is_alike
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Assign, ClockOffset, Confirm, Passing
from timing.core.times import HOUR, MINUTE, SECOND, Instant, TimeOfDay, parse_instant

GUN: Instant = parse_instant("2026-08-28T06:00:00Z")
NOON: Instant = parse_instant("2026-08-28T10:00:00Z")


def book(*passings: Passing, bibs: tuple[str, ...] = ()) -> RaceBook:
    stage = Stage(
        number=1,
        date=date(2026, 8, 28),
        start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(8 * HOUR)),
        controls=tuple(
            Control(code=code, distance_m=km * 1000)
            for code, km in (("START", 0), ("CP1", 10), ("CP2", 20), ("FINISH", 30))
        ),
    )
    race = Race(
        slug="r", name="R", timezone="Europe/Zurich", starts_on=date(2026, 8, 28), stages=(stage,)
    )
    worn = bibs or tuple(dict.fromkeys(p.bib for p in passings))
    entries = tuple(Entry(id=f"e{bib}", bib=bib) for bib in worn)
    return RaceBook(Document(race=race, entries=entries, passings=passings))


def seen(bib: str, control: str, minutes: float, *, device: str = "") -> Passing:
    return Passing(
        id=f"{control}-{bib}-{device}",
        stage=1,
        control=control,
        time=GUN + round(minutes * MINUTE),
        bib=bib,
        device=device,
    )


def field(*minutes: float) -> list[Passing]:
    """Ten runners, a minute apart, through CP1, CP2 and the finish."""
    return [
        seen(str(n), control, minute + n)
        for n in range(10, 20)
        for control, minute in zip(("CP1", "CP2", "FINISH"), minutes, strict=True)
    ]


def found(book: RaceBook, *codes: ProblemCode) -> list[tuple[ProblemCode, str, str]]:
    return [(p.code, p.control, p.bib) for p in book.problems() if p.code in codes]


PACE = (ProblemCode.TOO_FAST, ProblemCode.TOO_SLOW)


def test_a_field_that_goes_its_way_is_not_asked() -> None:
    assert found(book(*field(60, 130, 210)), *PACE) == []


def test_a_steady_slow_runner_is_not_asked() -> None:
    slow = [seen("90", "CP1", 120), seen("90", "CP2", 260), seen("90", "FINISH", 420)]
    assert found(book(*field(60, 130, 210), *slow), *PACE) == []


def test_a_long_break_is_no_error() -> None:
    """Two hours instead of 70 minutes, and the usual time after it."""
    rests = [seen("90", "CP1", 60), seen("90", "CP2", 180), seen("90", "FINISH", 260)]
    assert found(book(*field(60, 130, 210), *rests), *PACE) == []


def test_a_time_of_another_day_is() -> None:
    lost = [seen("90", "CP1", 60), seen("90", "CP2", 130), seen("90", "FINISH", 210 + 24 * 60)]
    assert found(book(*field(60, 130, 210), *lost), *PACE) == [
        (ProblemCode.TOO_SLOW, "FINISH", "90")
    ]


def test_a_problem_names_the_leg_and_what_was_to_be_expected() -> None:
    # The field takes 74, 70 and 80 minutes, 90 took 0.8 of the first, all of the second.
    fast = [seen("90", "CP1", 60), seen("90", "CP2", 130), seen("90", "FINISH", 160)]
    (problem,) = [p for p in book(*field(60, 130, 210), *fast).problems() if p.code in PACE]
    said = dict(problem.params)
    assert said["since"] == "CP2"
    assert said["took_ms"] == 30 * MINUTE
    assert said["expected_ms"] == pytest.approx(65 * MINUTE, rel=0.02)
    assert problem.records == ("FINISH-90-",)


def test_a_later_record_takes_the_doubt_away() -> None:
    asked = book(*field(60, 130, 210), seen("90", "CP1", 23))
    assert found(asked, *PACE) == [(ProblemCode.TOO_FAST, "CP1", "90")]
    asked.add(
        rulings=[Confirm(id="c", by="director", at=NOON, reason="So it was", record="CP1-90-")]
    )
    assert found(asked, *PACE) == []


@pytest.mark.parametrize(
    ("read", "bib"),
    [("21", "12"), ("13", "12"), ("1*", "12"), ("112", "12"), ("12", "112"), ("15a", "15b")],
)
def test_bibs_that_may_be_taken_for_each_other(read: str, bib: str) -> None:
    assert is_alike(read, bib)


@pytest.mark.parametrize(
    ("read", "bib"),
    [("12", "12"), ("7", "8"), ("1*", "120"), ("321", "123"), ("34", "12"), ("1234", "12")],
)
def test_bibs_that_are_not_alike(read: str, bib: str) -> None:
    assert not is_alike(read, bib)


def likely(book: RaceBook) -> list[tuple[str, str]]:
    return [
        (p.bib, str(dict(p.params)["likely"]))
        for p in book.problems()
        if p.code is ProblemCode.LIKELY_MISREAD
    ]


THROUGH = (seen("12", "CP1", 60), seen("12", "FINISH", 180))


def test_an_unknown_bib_is_likely_the_one_who_is_missing() -> None:
    assert likely(book(*THROUGH, seen("72", "CP2", 120), bibs=("12",))) == [("72", "12")]


def test_of_two_who_fit_as_well_neither_is_named() -> None:
    both = [*THROUGH, replace(THROUGH[0], id="x", bib="73"), replace(THROUGH[1], id="y", bib="73")]
    assert likely(book(*both, seen("72", "CP2", 120), bibs=("12", "73"))) == []


def test_a_time_that_the_missing_one_cannot_have_had_is_not_theirs() -> None:
    assert likely(book(*THROUGH, seen("72", "CP2", 30), bibs=("12",))) == []
    assert likely(book(*THROUGH, seen("72", "CP2", 200), bibs=("12",))) == []
    assert likely(book(*THROUGH, seen("72", "CP2", 90), bibs=("12",))) == []


def test_who_is_not_seen_since_may_be_meant_too() -> None:
    assert likely(book(THROUGH[0], seen("72", "CP2", 118), bibs=("12",))) == [("72", "12")]
    assert likely(book(THROUGH[0], seen("72", "CP2", 300), bibs=("12",))) == []


def test_one_who_was_read_twice_may_have_been_read_for_another() -> None:
    twice = [seen("72", "CP1", 60), seen("72", "CP2", 100), seen("72", "CP2", 120, device="again")]
    named = book(*THROUGH, *twice, bibs=("12", "72"))
    assert likely(named) == [("72", "12")]
    named.add(
        rulings=[Assign(id="a", by="d", at=NOON, reason="Asked", record="CP2-72-again", bib="12")]
    )
    assert likely(named) == []


def clocks(book: RaceBook) -> list[Problem]:
    return [p for p in book.problems() if p.code is ProblemCode.CLOCK_OFF]


def doubled(*apart: int) -> list[Passing]:
    """Runners read by two devices at CP1, the second so many seconds later."""
    return [
        seen(str(n), "CP1", minute, device=device)
        for n, seconds in enumerate(apart, start=10)
        for device, minute in (("A", 60.0 + n), ("B", 60.0 + n + seconds / 60))
    ]


def test_clocks_that_differ_by_the_same_are_off() -> None:
    (problem,) = clocks(book(*doubled(20, 21, 19, 20, 22)))
    assert dict(problem.params) == {"device": "A", "other": "B", "apart_ms": 20 * SECOND}
    assert problem.control == "CP1"


def test_people_who_are_slow_at_times_are_no_clock() -> None:
    assert clocks(book(*doubled(20, 21, 19, 20))) == []
    assert clocks(book(*doubled(1, 2, 0, 1, 2, 3))) == []
    assert clocks(book(*doubled(1, 40, 3, 25, 9, 12))) == []


def test_a_clock_that_drifts_is_off() -> None:
    (problem,) = clocks(book(*doubled(0, 3, 6, 9, 12, 15, 18, 21, 24)))
    assert dict(problem.params)["apart_ms"] == 18 * SECOND


def test_a_measured_offset_that_moves_is_asked_about_until_it_is_ruled() -> None:
    moved = [
        replace(seen("10", "CP1", 60, device="A"), offset_ms=0),
        replace(seen("11", "CP1", 61, device="A"), offset_ms=61 * SECOND),
    ]
    asked = book(*moved)
    (problem,) = clocks(asked)
    assert dict(problem.params)["apart_ms"] == 61 * SECOND
    asked.add(rulings=[ClockOffset(id="k", by="d", at=NOON, reason="Set", device="A", offset=0)])
    assert clocks(asked) == []
