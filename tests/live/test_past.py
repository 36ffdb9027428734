"""Races as they were: definition, entries and records, on either database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.serving import SLUG, fill
from timing.core.book import RaceBook
from timing.db import reading
from timing.db.engines import Database
from timing.db.reading import Cursor, UnknownRevision
from timing.live import past
from timing.live.past import Moment, PastBooks, TooManyAskForThePast
from timing.operations.entries import correct_name
from timing.operations.races import change_definition, export_document


@pytest.fixture
def filled_either(either_database: Database) -> Database:
    fill(either_database)
    return either_database


def cursor_of(database: Database) -> Cursor:
    with database.reading() as session:
        return reading.race_cursor(session, SLUG)


def name_of(book: RaceBook) -> str:
    found = book.entry_wearing("7")
    assert found is not None
    return found.name


def test_a_revision_has_the_definition_the_entries_and_the_records_of_then(
    filled_either: Database,
) -> None:
    then = cursor_of(filled_either)
    with filled_either.writing() as session:
        race = export_document(session, SLUG).document.race
        entry = next(e for e in export_document(session, SLUG).document.entries if e.bib == "7")
        correct_name(session, SLUG, entry.id, "Anna Ruiz")
        renamed = replace(race, name="Four Valleys")
        change_definition(session, renamed, based_on=1, at=1, by="tests")
    books, now = PastBooks(filled_either), cursor_of(filled_either)

    def asked(revision: int | None) -> tuple[str, str, int]:
        moment = Moment(revision=revision)
        return books.ask(
            SLUG,
            now,
            moment,
            lambda b: (name_of(b), b.race.name, len(b.document.passings)),
        )

    latest, before = asked(None), asked(then.revision)

    assert latest[:2] == ("Anna Ruiz", "Four Valleys")
    assert before[:2] == ("Ana Ruiz", race.name)
    assert asked(then.revision - 1)[2] == before[2] - 1


def test_a_revision_to_come_is_refused(filled_either: Database) -> None:
    now = cursor_of(filled_either)
    with pytest.raises(UnknownRevision):
        PastBooks(filled_either).ask(SLUG, now, Moment(revision=now.revision + 1), name_of)


def test_only_the_books_asked_for_last_are_kept(database: Database) -> None:
    books, now = PastBooks(database), cursor_of(database)
    first = books.ask(SLUG, now, Moment(at=1), lambda book: book)
    assert books.ask(SLUG, now, Moment(at=1), lambda book: book) is first
    for at in range(2, 2 + past.MOST_BOOKS):
        books.ask(SLUG, now, Moment(at=at), name_of)
    assert books.ask(SLUG, now, Moment(at=1), lambda book: book) is not first


def test_who_would_wait_too_long_is_told_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "_PATIENCE_SECONDS", 0.01)
    books, now = PastBooks(database), cursor_of(database)

    def ask_within(_: RaceBook) -> None:
        with pytest.raises(TooManyAskForThePast):
            books.ask(SLUG, now, Moment(at=1), name_of)

    books.ask(SLUG, now, Moment(at=1), ask_within)


def test_the_present_is_no_past() -> None:
    assert not Moment().is_past
    assert Moment(at=0).is_past
    assert Moment(revision=1).is_past
