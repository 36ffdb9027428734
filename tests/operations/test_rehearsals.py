"""Rehearsals: an invented field, and nothing of it left when it is thrown away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.race_samples import DOCUMENT, EVENING, RACE
from timing.cli.rehearsals import throw_old_away
from timing.core.compute import compute
from timing.core.rehearsals import is_rehearsal
from timing.core.statuses import StageStatus
from timing.core.times import DAY
from timing.db.engines import Database
from timing.db.tables import Table
from timing.operations.races import RaceExists, add_race, export_document
from timing.operations.rehearsals import (
    NoRehearsal,
    Wish,
    begin_rehearsal,
    rehearsal_of,
    run_rehearsal,
    throw_rehearsal_away,
)
from timing.simulator.timeline import timeline

WISH = Wish(entries=20, teams=0)


def rehearsed(database: Database, wish: Wish = WISH) -> str:
    """A rehearsal of the sample that has run."""
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="x")
        slug = begin_rehearsal(session, RACE, wish, at=EVENING, by="Mila")
        race = export_document(session, slug).document.race
    run_rehearsal(database, race, wish, slug=slug, at=EVENING)
    return slug


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(table.select()).all()), key=repr)
            for table in Table.metadata.sorted_tables
        }


def test_a_rehearsal_runs_the_whole_definition_with_nobody_real_in_it(database: Database) -> None:
    slug = rehearsed(database)
    assert is_rehearsal(slug)
    with database.reading() as session:
        document = export_document(session, slug).document
        found = rehearsal_of(session, RACE.slug)
    assert found is not None
    assert (found.slug, found.state, found.by) == (slug, "ready", "Mila")
    assert document.race.name == f"Rehearsal: {RACE.name}"
    assert [s.controls for s in document.race.stages] == [s.controls for s in RACE.stages]
    assert len(document.entries) == 20
    assert not {e.name for e in document.entries} & {e.name for e in DOCUMENT.entries}
    book = compute(document)
    assert book.last_stage == book.stages[-1]


def test_a_stage_can_be_under_way_at_this_moment(database: Database) -> None:
    first = RACE.stages[0].number
    slug = rehearsed(database, replace(WISH, stage=first))
    with database.reading() as session:
        document = export_document(session, slug).document
    book = compute(document)
    assert book.running_stage == first
    state = book.stage_book(first).state
    assert state is not None
    assert any(row.status is StageStatus.ON_COURSE for row in state.rows.values())
    assert all(when <= EVENING for when, _ in timeline(document))


def test_nothing_is_left_of_one_that_is_thrown_away(database: Database) -> None:
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="x")
    before = everything(database)
    with database.writing() as session:
        slug = begin_rehearsal(session, RACE, WISH, at=EVENING, by="Mila")
        race = export_document(session, slug).document.race
    run_rehearsal(database, race, WISH, slug=slug, at=EVENING)
    assert everything(database) != before
    with database.writing() as session:
        assert throw_rehearsal_away(session, slug)
    assert everything(database) == before
    with database.writing() as session, pytest.raises(Exception, match="append-only"):
        session.execute(text("DELETE FROM journal"))


def test_no_real_race_can_be_thrown_away_so(database: Database) -> None:
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="x")
        assert not throw_rehearsal_away(session, RACE.slug)
    with database.reading() as session:
        assert export_document(session, RACE.slug).document == DOCUMENT


def test_a_new_rehearsal_takes_the_place_of_the_one_before(database: Database) -> None:
    first = rehearsed(database)
    with database.writing() as session:
        second = begin_rehearsal(session, RACE, WISH, at=EVENING, by="Bo")
        found = rehearsal_of(session, RACE.slug)
        assert found is not None
        assert found.slug == second != first


def test_one_that_nobody_threw_away_goes_after_a_day(database: Database) -> None:
    rehearsed(database)
    assert throw_old_away(database, EVENING + DAY) == 0
    assert throw_old_away(database, EVENING + DAY + 1) == 1
    with database.reading() as session:
        assert rehearsal_of(session, RACE.slug) is None


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(entries=4, teams=0), "5 to 300"),
        (Wish(entries=301, teams=0), "5 to 300"),
        (Wish(entries=20, teams=61), "60 teams"),
        (Wish(entries=20, teams=0, stage=99), "a stage"),
    ],
)
def test_what_cannot_be_rehearsed_says_why(database: Database, wish: Wish, said: str) -> None:
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="x")
        with pytest.raises(NoRehearsal, match=said):
            begin_rehearsal(session, RACE, wish, at=EVENING, by="Mila")


def test_no_race_can_take_the_name_of_a_rehearsal(database: Database) -> None:
    taken = replace(DOCUMENT, race=replace(RACE, slug="rehearsal-x"))
    with database.writing() as session, pytest.raises(RaceExists):
        add_race(session, taken, at=EVENING, by="x")
