"""Adding then exporting is the identity, whatever a racefile can hold.

A definition is kept as its racefile: that this reads back equal is for tests/racefile to show.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.race_samples import EVENING, RACE
from tests.racefile.documents import RULINGS, passings, people
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.records import Passing, Ruling
from timing.db.engines import Database
from timing.operations.races import add_race, export_document

# Each example undoes what it wrote, so all may use the one database.
examples = settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def added_and_exported(database: Database, document: Document) -> Document:
    with database.writing() as session:
        add_race(session, document, at=EVENING, by="director")
        exported = export_document(session, document.race.slug).document
        session.rollback()
    return exported


@given(people())
@examples
def test_any_entries_and_teams(
    database: Database, found: tuple[tuple[Entry, ...], tuple[Team, ...]]
) -> None:
    document = Document(race=RACE, entries=found[0], teams=found[1])

    assert added_and_exported(database, document) == document


@given(
    st.lists(passings(), max_size=6, unique_by=lambda record: record.id),
    st.lists(st.one_of(*RULINGS.values()), max_size=12, unique_by=lambda record: record.id),
)
@examples
def test_any_records(database: Database, some: list[Passing], decided: list[Ruling]) -> None:
    document = Document(race=RACE, passings=tuple(some), rulings=tuple(decided))

    assert added_and_exported(database, document) == document
