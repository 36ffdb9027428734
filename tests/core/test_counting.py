"""What of the time between start and finish counts (Rules 4.7, 4.8), as it is explained."""

from __future__ import annotations

from dataclasses import replace

from tests.core.small_races import document
from timing.core.book import RaceBook
from timing.core.definition import Control, Earliest, Early, Rest, Section, TooEarly
from timing.core.explain import explain
from timing.core.reasons import Because, Reason
from timing.core.records import Passing
from timing.core.times import HOUR, MINUTE, Duration, TimeOfDay

FINED = Early(kind=TooEarly.PENALTY, penalty=15 * MINUTE)
HUT = Control(code="HUT", distance_m=10_000, in_out=True)


def reasons(
    hut: Control, *, neutral: tuple[Section, ...] = (), finish: Earliest | None = None
) -> tuple[dict[Because, Reason], Duration | None]:
    """Of one who came to the hut at 09:00, left it at 09:20 and finished at 11:00; the time."""
    plain = document()
    start, _, last = plain.race.stages[0].controls
    controls = (start, hut, replace(last, earliest=finish))
    stage = replace(plain.race.stages[0], controls=controls, neutral=neutral)
    seen = (("HUT.in", 9 * 60), ("HUT.out", 9 * 60 + 20), ("FINISH", 11 * 60))
    passings = tuple(
        Passing(id=code, stage=1, control=code, bib="11", time=TimeOfDay(minutes * MINUTE))
        for code, minutes in seen
    )
    race = replace(plain.race, stages=(stage, *plain.race.stages[1:]))
    explained = explain(RaceBook(replace(plain, race=race, passings=passings)), "a", 1).stages[0]
    total = sum(reason.adds or 0 for reason in explained.reasons)
    assert explained.line is not None
    assert total == explained.line.time
    return {reason.because: reason for reason in explained.reasons}, explained.line.time


def test_how_long_one_stopped_is_told() -> None:
    found, _ = reasons(HUT)
    assert found[Because.STOPPED].params == (("point", "HUT"), ("time_ms", 20 * MINUTE))
    assert found[Because.STOPPED].adds is None


def test_what_is_neutral_is_taken_away() -> None:
    section = Section(start="HUT.in", end="HUT.out", allowance=15 * MINUTE)
    found, time = reasons(HUT, neutral=(section,))
    assert found[Because.RAW].adds == 3 * HOUR
    assert found[Because.NEUTRAL].adds == -15 * MINUTE
    assert time == 2 * HOUR + 45 * MINUTE


def test_a_rest_cut_short_is_counted_on() -> None:
    found, time = reasons(replace(HUT, rest=Rest(least=30 * MINUTE)))
    assert found[Because.RESTED_TOO_LITTLE].adds == 10 * MINUTE
    assert time == 3 * HOUR + 10 * MINUTE


def test_a_rest_cut_short_may_cost_a_penalty() -> None:
    found, time = reasons(replace(HUT, rest=Rest(least=30 * MINUTE, early=FINED)))
    assert found[Because.RESTED_TOO_LITTLE_PENALTY].adds == 15 * MINUTE
    assert time == 3 * HOUR + 15 * MINUTE


def test_whoever_waited_in_the_count_is_not_early_later() -> None:
    rested = replace(HUT, rest=Rest(least=30 * MINUTE))
    found, time = reasons(rested, finish=Earliest(elapsed=3 * HOUR + 12 * MINUTE))
    assert found[Because.COUNTED_AS_EARLIEST].adds == 2 * MINUTE
    assert time == 3 * HOUR + 12 * MINUTE


def test_an_early_finish_may_cost_a_penalty() -> None:
    found, time = reasons(HUT, finish=Earliest(at=TimeOfDay(12 * HOUR), early=FINED))
    assert found[Because.TOO_EARLY_PENALTY].adds == 15 * MINUTE
    assert time == 3 * HOUR + 15 * MINUTE
