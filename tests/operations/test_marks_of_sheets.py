"""The mark over a sheet is that of the publication it shows (Rules 12.1)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tests.operations.test_publications import (
    NOON,
    OFFICIAL,
    PROVISIONAL,
    penalise,
    put_number,
    race,
)
from timing.core.book import RaceBook
from timing.core.times import HOUR
from timing.db.engines import Database
from timing.db.publications import publications_of
from timing.exports.mark import Mark, mark_of
from timing.operations.races import export_document

__all__ = ["race"]


def marked(database: Database) -> Mark:
    with database.reading() as session:
        book = RaceBook(export_document(session, "r").document)
        book.publications = publications_of(session, "r")
    return mark_of(book, NOON + 3 * HOUR, 1)


def test_a_sheet_has_the_number_and_the_clock_of_its_publication(race: Database) -> None:
    assert marked(race).words(ZoneInfo("UTC")).startswith("Not published")
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
    assert marked(race) == Mark(word="Provisional", number=1, at=NOON)
    with race.writing() as session:
        put_number(session, OFFICIAL, 2, NOON + HOUR)
    assert marked(race) == Mark(word="Official", number=2, at=NOON + HOUR, is_official=True)


def test_a_result_that_changed_since_has_not_the_mark_of_what_was_published(
    race: Database,
) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        penalise(session)
    assert marked(race) == Mark(at=NOON + 3 * HOUR)
