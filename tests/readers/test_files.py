"""A file's reads become passings once, at their place, on their day."""

from dataclasses import replace
from datetime import date

import pytest

from tests.serving import BEFORE, SLUG
from timing.core.book import RaceBook
from timing.core.records import ChipChange, Passing
from timing.core.times import HOUR, TimeOfDay, parse_instant, parse_time_of_day
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.importers.chip_map import read_chip_map
from timing.importers.reads import LineKind, LineProblem, Read, WallTime
from timing.operations.importing import (
    BadPlace,
    Judgement,
    Place,
    Verdict,
    judge,
    place_read,
    plan_chips,
    take,
    take_chips,
)
from timing.operations.races import export_document

FINISH = Place(stage=1, control="FINISH")
NOON = Read(key="box/7/1", line=2, time=WallTime(date(2026, 3, 28), 12 * HOUR), chip="A1")


def judged(database: Database, *reads: Read, place: Place = FINISH) -> Judgement:
    problem = LineProblem(line=1, kind=LineKind.REJECTED, told="the checksum is 00, not a7")
    with database.reading() as session:
        return judge(session, SLUG, reads, (problem,), place, format="race-result")


def taken(database: Database, *reads: Read, place: Place = FINISH) -> Judgement:
    made = judged(database, *reads, place=place)
    with database.writing() as session:
        take(session, SLUG, made, received=BEFORE)
    return made


def placed(database: Database, read: Read, place: Place = FINISH) -> Passing:
    race = book(database).race
    return place_read(race, read, place, format="race-result")


def book(database: Database) -> RaceBook:
    with database.reading() as session:
        return RaceBook(export_document(session, SLUG).document)


def test_every_line_is_counted_new_known_conflicting_or_rejected(filled: Database) -> None:
    taken(filled, NOON)
    second = replace(NOON, key="box/7/2", line=3, chip="A2")
    other = replace(NOON, line=4, chip="A3")

    found = judged(filled, NOON, second, second, other)

    assert [(one.line, one.verdict) for one in found.lines] == [
        (1, Verdict.REJECTED),
        (2, Verdict.KNOWN),
        (3, Verdict.NEW),
        (3, Verdict.KNOWN),
        (4, Verdict.CONFLICT),
    ]
    assert len(found.new) == 1


def test_taking_a_file_again_adds_nothing(filled: Database) -> None:
    taken(filled, NOON)
    with filled.reading() as session:
        before = read_race(session, SLUG).cursor
    taken(filled, NOON)
    with filled.reading() as session:
        assert read_race(session, SLUG).cursor == before


def test_a_clock_that_shows_a_date_is_read_in_the_race_s_zone(filled: Database) -> None:
    assert placed(filled, NOON).time == parse_instant("2026-03-28T12:00:00+01:00")
    utc = replace(FINISH, zone="UTC")
    assert placed(filled, NOON, utc).time == parse_instant("2026-03-28T12:00:00Z")


def test_a_reader_s_offset_moves_its_reads_and_is_kept_with_them(filled: Database) -> None:
    found = placed(filled, NOON, replace(FINISH, offset_ms=-90_000))
    assert found.time == parse_instant("2026-03-28T11:58:30+01:00")
    assert found.device_time == parse_instant("2026-03-28T12:00:00+01:00")
    assert found.offset_ms == -90_000


def test_an_offset_measured_anew_is_no_other_content(filled: Database) -> None:
    taken(filled, replace(NOON, clock_offset_ms=250))
    again = judged(filled, replace(NOON, clock_offset_ms=270))
    assert again.counts[Verdict.KNOWN] == 1


def test_an_offset_over_midnight_turns_a_time_of_day_to_the_day_before(filled: Database) -> None:
    read = replace(NOON, time=TimeOfDay(500, 1))
    found = placed(filled, read, replace(FINISH, offset_ms=-1_000))
    assert found.time == TimeOfDay(24 * HOUR - 500, 0)


def test_a_time_that_clocks_skipped_is_rejected(filled: Database) -> None:
    skipped = replace(NOON, time=WallTime(date(2026, 3, 29), 2 * HOUR + 1))
    with pytest.raises(BadPlace, match="skipped"):
        placed(filled, skipped)


def test_a_row_without_a_date_is_of_the_stage_s_day(filled: Database) -> None:
    with filled.writing() as session:
        chips = plan_chips(session, SLUG, read_chip_map(b"BIB,CHIP\n12,A1\n"))
        take_chips(session, SLUG, chips, by="Dora", at=BEFORE)
    late = replace(NOON, time=parse_time_of_day("00:20:00"), control="PASS", key="box/7/9")
    taken(filled, late, place=FINISH)
    splits = book(filled).splits(1, book(filled).entry_wearing("12").id)  # type: ignore[union-attr]
    # After the gun at 08:00, twenty past midnight is of the night that follows (Rules 1.2).
    assert parse_instant("2026-03-29T00:20:00+01:00") in {split.time for split in splits}


@pytest.mark.parametrize(
    ("said", "code"),
    [("PASS", "PASS"), ("pass", "PASS"), ("Oberalp", "PASS"), ("HUT.in", "HUT.in"),
     ("maighels.out", "HUT.out")],
)  # fmt: skip
def test_a_control_is_known_by_code_or_name(filled: Database, said: str, code: str) -> None:
    assert placed(filled, replace(NOON, control=said)).control == code


def test_in_or_out_alone_goes_with_the_place_given(filled: Database) -> None:
    hut = Place(stage=1, control="HUT.in")
    assert placed(filled, replace(NOON, control=".out"), hut).control == "HUT.out"


@pytest.mark.parametrize(
    ("read", "place", "told"),
    [
        (NOON, Place(), "no stage"),
        (NOON, Place(stage=9, control="FINISH"), "there is no stage 9"),
        (NOON, Place(stage=1), "no control"),
        (NOON, Place(stage=1, control="LAKE"), "stage 1 has no control “LAKE”"),
    ],
)
def test_a_read_that_belongs_nowhere_says_why(
    filled: Database, read: Read, place: Place, told: str
) -> None:
    with pytest.raises(BadPlace, match=told):
        placed(filled, read, place)


def test_a_chip_nobody_wears_is_taken_and_told(filled: Database) -> None:
    with filled.reading() as session:
        found = judge(session, SLUG, [NOON], [], FINISH, format="x", whose=book(filled).placing())
    assert found.unknown == 1
    assert found.counts[Verdict.NEW] == 1


def test_chips_are_rulings_once_the_race_has_started(filled: Database) -> None:
    chips = read_chip_map(b"BIB,CHIP\n7,A1\n12,A2\n99,A3\n")
    with filled.writing() as session:
        plan = plan_chips(session, SLUG, chips)
        take_chips(session, SLUG, plan, by="Dora", at=BEFORE)
    with filled.reading() as session:
        rulings = [r for r in read_race(session, SLUG).rulings if isinstance(r, ChipChange)]
        again = plan_chips(session, SLUG, read_chip_map(b"BIB,CHIP\n7,A1\n12,A1\n7,A2\n"))

    assert {(r.bib, r.chip, r.by) for r in rulings} == {("7", "A1", "Dora"), ("12", "A2", "Dora")}
    assert [(p.line, p.told) for p in plan.problems] == [(4, "nobody wears bib 99")]
    assert again.new == ()
    assert [p.line for p in again.problems] == [3, 4]
