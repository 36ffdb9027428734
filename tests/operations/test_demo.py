"""A race told at a pace that can be watched, and by a clock that is passed in."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from timing import racefile
from timing.core.compute import compute
from timing.core.definition import Race
from timing.core.document import Document
from timing.core.records import Record
from timing.core.times import DAY, HOUR, MINUTE, Instant, local_clock, parse_instant, zone_named
from timing.db.engines import Database
from timing.operations.demo import HEAD_START, STAGE_UNDER_WAY, Feed, edition, opening, play, tell
from timing.operations.races import add_race, export_document
from timing.simulator.timeline import timeline

NOON = parse_instant("2026-11-21T12:00:00Z")
SPEED = 30


@pytest.fixture(scope="module")
def definition() -> Race:
    races = Path(__file__).parents[2] / "config" / "races"
    return racefile.load(races / "transrockies-run.yaml").race


@pytest.fixture(scope="module")
def whole(definition: Race) -> Document:
    return edition(definition, NOON, entries=40, teams=6)


def ids(records: Iterable[Record]) -> list[str]:
    return [record.id for record in records]


def known_ids(document: Document) -> frozenset[str]:
    return frozenset(ids(document.passings)) | frozenset(ids(document.rulings))


@pytest.mark.parametrize("hour", range(24))
def test_the_stage_under_way_is_today_and_it_is_afternoon(definition: Race, hour: int) -> None:
    now = NOON - 12 * HOUR + hour * HOUR + 59 * MINUTE

    race = edition(definition, now, entries=4, teams=0).race

    there = local_clock(now, zone_named(race.timezone))
    stage = race.stage(STAGE_UNDER_WAY)
    assert stage is not None
    assert there.hour == 16
    assert stage.date == there.date()
    assert [(s.date - race.starts_on).days for s in race.stages] == [0, 1, 2, 3, 4, 5]


def test_four_stages_are_done_and_the_fifth_is_under_way(whole: Document) -> None:
    book = compute(opening(whole))

    assert book.closed_stage == 4
    assert book.running_stage == 5
    assert book.board("gc", 4).lines[0].rank == 1
    assert not any(passing.stage == 6 for passing in opening(whole).passings)


def test_what_is_known_at_the_opening_is_what_was_known_by_then(whole: Document) -> None:
    gun = compute(whole).gun(STAGE_UNDER_WAY)
    assert gun is not None

    by_then = {record.id for at, record in timeline(whole) if at <= gun + HEAD_START}

    assert known_ids(opening(whole)) == by_then


def test_the_rest_is_told_once_in_the_order_it_becomes_known(whole: Document) -> None:
    opened = known_ids(opening(whole))
    feed = Feed.beyond(whole, opened, speed=SPEED)
    told: list[str] = []
    while feed.coming:
        told += ids(feed.advance(500))

    assert told == [r.id for _, r in timeline(whole) if r.id not in opened]
    assert feed.advance(500) == ()


def test_nothing_is_told_before_its_time(whole: Document) -> None:
    at = {record.id: instant for instant, record in timeline(whole)}
    feed = Feed.beyond(whole, known_ids(opening(whole)), speed=SPEED)
    while feed.coming:
        told = feed.advance(500)
        assert all(at[record.id] <= feed.clock for record in told)
        assert all(instant > feed.clock for instant, _ in feed.coming)


def test_the_clock_runs_faster_than_ours_and_jumps_over_the_night(whole: Document) -> None:
    feed = Feed.beyond(whole, known_ids(opening(whole)), speed=SPEED)
    began, passed, jumped = feed.clock, 0, 0
    while feed.coming:
        before = feed.clock
        feed.advance(1_000)
        passed += 1_000
        jumped = max(jumped, feed.clock - before)

    assert jumped > 5 * HOUR
    assert feed.clock - began > DAY
    assert passed < HOUR


@pytest.mark.parametrize("ticks", [0, 1, 7, 60, 400])
def test_after_a_stop_it_goes_on_with_what_the_journal_lacks(whole: Document, ticks: int) -> None:
    opened = known_ids(opening(whole))
    first = Feed.beyond(whole, opened, speed=SPEED)
    told = [record.id for _ in range(ticks) for record in first.advance(500)]

    again = Feed.beyond(whole, opened | set(told), speed=SPEED)

    assert [r.id for _, r in again.coming] == [r.id for _, r in first.coming]
    assert again.clock <= first.clock


def test_what_is_played_is_written_until_somebody_stops_it(whole: Document) -> None:
    feed = Feed.beyond(whole, known_ids(opening(whole)), speed=SPEED)
    written: list[tuple[str, Instant]] = []

    def write(records: tuple[Record, ...], clock: Instant) -> None:
        written.extend((record.id, clock) for record in records)

    play(feed, write, passed=lambda: 500, goes_on=lambda: len(written) < 100)

    clocks = [clock for _, clock in written]
    assert 100 <= len(written) < 200
    assert clocks == sorted(clocks)
    assert feed.coming

    play(feed, write, passed=lambda: 500, goes_on=lambda: True)
    assert {record for record, _ in written} == known_ids(whole) - known_ids(opening(whole))


def test_a_race_told_to_its_end_is_the_edition(whole: Document, database: Database) -> None:
    slug = whole.race.slug
    with database.writing() as session:
        add_race(session, opening(whole), at=NOON, by="demo")
    feed = Feed.beyond(whole, known_ids(opening(whole)), speed=1_000)

    def write(records: tuple[Record, ...], clock: Instant) -> None:
        for _ in range(2):  # as after a stop, when nobody knows whether it was written
            with database.writing() as session:
                tell(session, slug, records, clock=clock)

    play(feed, write, passed=lambda: 2_000, goes_on=lambda: True)

    with database.reading() as session:
        told = export_document(session, slug).document
    assert known_ids(told) == known_ids(whole)
    assert len(told.passings) == len(whole.passings)
    assert compute(told).answer() == compute(whole).answer()
