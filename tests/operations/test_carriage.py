"""What devices carried here: kept until it is whole, judged, taken once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.databases import migrated_file
from tests.importers.carriage_samples import FIRST_TAP, ORIGIN, passing, record_id, ruling
from tests.importers.test_carriage import crowd
from tests.serving import BEFORE, SLUG, filled, filled_file, station_key
from timing.core.definition import Race
from timing.core.records import Passing
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.importers.carriage_codes import write_codes
from timing.importers.carriage_files import write_file
from timing.importers.carriage_messages import write_messages
from timing.importers.carriage_stream import Carried, device_name, race_tag
from timing.operations import carriage
from timing.operations.carriage import (
    Fit,
    Look,
    count_kept,
    keep_carried,
    look_over,
    put_all_away,
    put_away_taken,
)
from timing.operations.definitions import parse_definition
from timing.operations.record import append
from timing.operations.tokens import revoke_token, tokens_of_race

__all__ = ["filled", "filled_file", "migrated_file"]

NOW = FIRST_TAP + 10**7


def of_race(*records: dict[str, Any], station: str = "", slug: str = SLUG) -> list[Carried]:
    return [Carried(record=one, race=race_tag(slug), station=station) for one in records]


def race_of(database: Database) -> Race:
    with database.reading() as session:
        return parse_definition(read_race(session, SLUG, journal=False).definition)


def bring(database: Database, *texts: str | bytes) -> Look:
    with database.writing() as session:
        for text in texts:
            content = text if isinstance(text, bytes) else text.encode()
            keep_carried(session, SLUG, content, at=NOW, by="tests")
    return look(database)


def look(database: Database) -> Look:
    race = race_of(database)
    with database.reading() as session:
        return look_over(session, SLUG, race, at=NOW)


def take(database: Database) -> Look:
    seen, race = look(database), race_of(database)
    with database.writing() as session:
        append(session, SLUG, seen.passings, seen.rulings, received=NOW)
        put_away_taken(session, SLUG, race, at=NOW)
    return seen


def kept(database: Database) -> int:
    with database.reading() as session:
        return count_kept(session, SLUG)


def fits(seen: Look) -> list[Fit]:
    return [line.fit for line in seen.lines]


@pytest.fixture
def station(filled: Database) -> str:
    """The four digits that name a station at the pass."""
    return station_key(filled, "PASS", label="Oberalp").replace("-", "")[:4]


def test_a_file_is_new_once_and_known_afterwards(filled: Database, station: str) -> None:
    content = write_file(SLUG, "A7F2KQ", NOW, of_race(*crowd(5), station=station))

    assert fits(bring(filled, content)) == [Fit.NEW] * 5
    take(filled)
    assert kept(filled) == 0
    assert fits(bring(filled, content)) == [Fit.KNOWN] * 5


def test_messages_wait_for_the_one_that_is_missing(filled: Database, station: str) -> None:
    messages = write_messages(of_race(*crowd(60), station=station))

    bring(filled, messages[3])
    seen = bring(filled, "\n".join(messages[:2]), messages[4])
    assert [str(gap) for gap in seen.gaps] == [f"message 3 of {len(messages)} has not come"]
    taken = take(filled).count(Fit.NEW)
    assert 0 < taken < 60
    assert kept(filled) == 4

    seen = bring(filled, messages[2])
    assert (seen.gaps, seen.count(Fit.NEW), seen.count(Fit.KNOWN)) == ((), 60 - taken, taken)
    take(filled)
    assert kept(filled) == 0


def test_codes_wait_until_all_are_there(filled: Database, station: str) -> None:
    codes = write_codes(of_race(*crowd(60), station=station))

    assert bring(filled, *codes[1:]).lines == ()
    assert fits(bring(filled, codes[0])) == [Fit.NEW] * 60


def test_another_content_under_an_id_is_a_conflict_and_stays(
    filled: Database, station: str
) -> None:
    bring(filled, *write_messages(of_race(passing(1, "12", 0), station=station)))
    take(filled)

    seen = bring(filled, *write_messages(of_race(passing(1, "7", 0), station=station)))

    assert fits(seen) == [Fit.CONFLICT]
    take(filled)
    assert kept(filled) == 1
    with filled.writing() as session:
        put_all_away(session, SLUG)
    assert kept(filled) == 0


def test_a_station_is_held_to_what_it_may_write(filled: Database, station: str) -> None:
    records = [
        passing(1, "12", 0),
        passing(2, "12", 0, control="FINISH"),
        ruling(3, "void", 9_000, record=record_id(1), reason="Undone at the station"),
        ruling(4, "void", 9_000, record="r-12", reason="Undone at the station"),
        {"kind": "passing", "id": record_id(5)},
    ]

    seen = bring(filled, *write_messages(of_race(*records, station=station)))

    assert fits(seen) == [Fit.NEW, Fit.REFUSED, Fit.NEW, Fit.REFUSED, Fit.MALFORMED]
    assert [bool(line.told) for line in seen.lines] == [False, True, False, True, True]


def test_of_no_known_station_what_phones_write_is_taken_and_no_more(filled: Database) -> None:
    records = [
        passing(1, "12", 0),
        ruling(2, "status", 0, status="withdrawn", bib="12", stage=1, reason="Knee"),
        ruling(3, "penalty", 0, stage=1, bib="12", time="1:00:00", reason="Shortcut"),
        ruling(4, "status", 0, status="dsq", bib="12", stage=1, reason="Shortcut"),
    ]

    seen = bring(filled, *write_messages(of_race(*records)))

    assert fits(seen) == [Fit.NEW, Fit.NEW, Fit.REFUSED, Fit.REFUSED]


def test_what_is_of_another_race_is_refused(filled: Database) -> None:
    seen = bring(filled, *write_messages(of_race(passing(1, "12", 0), slug="other")))

    assert [(line.fit, line.told) for line in seen.lines] == [
        (Fit.REFUSED, "It is of another race.")
    ]


def test_the_same_record_by_two_ways_is_new_once(filled: Database, station: str) -> None:
    records = of_race(passing(1, "12", 0), station=station)
    content = write_file(SLUG, "A7F2KQ", NOW, records)

    seen = bring(filled, content, *write_messages(records))

    assert sorted(fits(seen)) == [Fit.KNOWN, Fit.NEW]
    assert len(seen.passings) == 1


def test_what_a_revoked_key_recorded_before_is_taken_and_marked(
    filled: Database, station: str
) -> None:
    with filled.writing() as session:
        (token,) = [t for t in tokens_of_race(session, SLUG) if t.public == station]
        revoke_token(session, token.id, at=FIRST_TAP + 60_000)
    records = [passing(1, "12", 0), passing(2, "7", 3_600_000)]

    seen = bring(filled, *write_messages(of_race(*records, station=station)))

    assert fits(seen) == [Fit.NEW, Fit.REFUSED]
    assert [mark.items for mark in seen.marks] == [(record_id(1),)]


def test_what_is_carried_keeps_its_device_and_clock(filled: Database, station: str) -> None:
    (record,) = bring(
        filled, *write_messages(of_race(passing(1, "12", 0), station=station))
    ).passings

    assert isinstance(record, Passing)
    assert (record.device, record.offset_ms, record.offset_age_ms, record.uncertainty_ms) == (
        device_name(ORIGIN),
        -90_012,
        5_000,
        41,
    )
    assert record.time == FIRST_TAP - 90_012


def test_there_is_an_end_to_what_waits(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriage, "MOST_KEPT", 2)

    with pytest.raises(carriage.TooMuchKept):
        bring(filled, "\n".join(write_messages(of_race(*crowd(60)))))


def test_nothing_is_kept_of_what_cannot_be_read(filled: Database) -> None:
    bring(filled, "Hello", b"{}", b"\xff\x00", "BV1:AAAA.")

    assert kept(filled) == 0
    assert BEFORE < NOW
