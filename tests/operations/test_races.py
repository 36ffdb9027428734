from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.race_samples import DOCUMENT, ENTRIES, EVENING, PASSINGS, RACE, TEAMS, passing
from timing import racefile
from timing.core.definition import Division, Race
from timing.core.document import Document
from timing.core.entries import Team
from timing.core.publications import PublicationKind
from timing.core.records import RULINGS as RULING_TYPES
from timing.core.times import HOUR, MINUTE
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.operations.definitions import definition_text, parse_definition
from timing.operations.entries import correct_name
from timing.operations.publications import Issue, issue
from timing.operations.races import (
    AltersOfficial,
    DefinitionMoved,
    RaceExists,
    add_race,
    change_definition,
    export_document,
    race_listings,
)
from timing.operations.record import append
from timing.racefile import RacefileErrors

SLUG = RACE.slug


def add(database: Database, document: Document) -> None:
    with database.writing() as session:
        add_race(session, document, at=EVENING, by="director")


def exported(database: Database, slug: str = SLUG, revision: int | None = None) -> Document:
    with database.reading() as session:
        return export_document(session, slug, revision).document


VARIANTS: dict[str, Callable[[Document], Document]] = {
    "whole": lambda d: d,
    "definition only": lambda d: Document(race=d.race),
    "entries only": lambda d: replace(d, passings=(), rulings=()),
    "records without entries": lambda d: replace(d, entries=(), teams=()),
    "entries in another order": lambda d: replace(d, entries=d.entries[::-1]),
    "records in another order": lambda d: replace(
        d, passings=d.passings[::-1], rulings=d.rulings[::-1]
    ),
    "two contents under one id": lambda d: replace(
        d, passings=(passing(1, bib="12"), passing(1, bib="21"))
    ),
    "a relay's legs": lambda d: replace(
        d, teams=(Team(code="T1", name="Ibex", kind="pair", legs=((1, "12"), (2, "15a"))),)
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_was_added_is_exported_as_it_was(database: Database, variant: str) -> None:
    document = VARIANTS[variant](DOCUMENT)
    add(database, document)

    assert exported(database) == document


def test_an_export_added_elsewhere_is_the_same_again(database: Database) -> None:
    add(database, DOCUMENT)
    moved = exported(database)
    add(database, replace(moved, race=replace(moved.race, slug="elsewhere")))

    there = exported(database, "elsewhere")
    assert replace(there, race=RACE) == DOCUMENT


def test_a_slug_is_taken_once(database: Database) -> None:
    add(database, DOCUMENT)
    with database.writing() as session:
        with pytest.raises(RaceExists, match="'three-valleys'"):
            add_race(session, Document(race=RACE), at=EVENING, by="director")
        # The transaction can go on: a view may answer with the race that is there.
        append(session, SLUG, [passing(77)], received=None)

    assert exported(database).passings == (*PASSINGS, passing(77))


def test_a_race_as_of_a_revision_is_what_was_known_then(database: Database) -> None:
    add(database, replace(DOCUMENT, passings=(), rulings=()))
    with database.writing() as session:
        entered = export_document(session, SLUG).cursor.revision
        correct_name(session, SLUG, "e12", "Ana Ruíz")
        named = append(session, SLUG, PASSINGS[:1], received=None).revision
        change_definition(
            session, replace(RACE, name="Renamed"), based_on=1, at=EVENING, by="director"
        )
        latest = append(session, SLUG, PASSINGS[1:], received=None).revision

    assert exported(database, revision=entered) == replace(DOCUMENT, passings=(), rulings=())
    then = exported(database, revision=named)
    assert then.race == RACE
    assert then.entries[0].name == "Ana Ruíz"
    assert then.passings == PASSINGS[:1]
    assert exported(database, revision=latest) == exported(database)
    assert exported(database).race.name == "Renamed"


def test_a_new_definition_is_a_new_version_with_a_revision(database: Database) -> None:
    add(database, DOCUMENT)
    changed = replace(RACE, name="Four Valleys")
    with database.writing() as session:
        before = export_document(session, SLUG)
        version = change_definition(
            session, changed, based_on=before.version, at=EVENING + MINUTE, by="director"
        )
        after = export_document(session, SLUG)

    assert (before.version, version, after.version) == (1, 2, 2)
    assert after.cursor.revision == before.cursor.revision + 1
    assert after.document == replace(DOCUMENT, race=changed)


def test_a_definition_that_is_the_same_makes_no_version(database: Database) -> None:
    add(database, DOCUMENT)
    with database.writing() as session:
        before = export_document(session, SLUG)
        version = change_definition(session, RACE, based_on=1, at=EVENING, by="director")

        assert version == 1
        assert export_document(session, SLUG) == before


def test_a_change_that_was_shown_for_an_older_version_is_refused(database: Database) -> None:
    add(database, DOCUMENT)
    one, other = replace(RACE, name="One"), replace(RACE, name="Other")
    with database.writing() as session:
        change_definition(session, one, based_on=1, at=EVENING, by="a")
    with database.writing() as session, pytest.raises(DefinitionMoved) as moved:
        change_definition(session, other, based_on=1, at=EVENING, by="b")

    assert moved.value.version == 2
    assert exported(database).race == one


def test_a_definition_that_the_entries_do_not_fit_is_refused(database: Database) -> None:
    add(database, DOCUMENT)
    other = Division(code="other")
    without = replace(
        RACE,
        divisions=(other,),
        classifications=tuple(replace(c, division="other") for c in RACE.classifications),
    )
    with database.writing() as session, pytest.raises(RacefileErrors, match="full"):
        change_definition(session, without, based_on=1, at=EVENING, by="director")

    assert exported(database).race == RACE


def test_a_definition_of_no_race_here_is_refused(database: Database) -> None:
    with database.writing() as session, pytest.raises(UnknownRace):
        change_definition(session, RACE, based_on=1, at=EVENING, by="director")


def test_the_list_shows_each_race_with_its_latest_definition(database: Database) -> None:
    add(database, replace(DOCUMENT, race=replace(RACE, slug="b-race")))
    add(database, Document(race=replace(RACE, slug="a-race", name="First")))
    with database.reading() as session:
        listed = race_listings(session)

    assert [(one.race.slug, one.race.name, one.version) for one in listed] == [
        ("a-race", "First", 1),
        ("b-race", "Three Valleys", 1),
    ]
    assert [one.revision for one in listed] == [1, 2 + len(PASSINGS) + len(DOCUMENT.rulings)]


def test_no_race_is_an_empty_list(database: Database) -> None:
    with database.reading() as session:
        assert race_listings(session) == ()


def test_the_text_kept_of_a_definition_reads_back_to_it() -> None:
    assert parse_definition(definition_text(RACE)) == RACE
    assert isinstance(parse_definition(definition_text(RACE)), Race)


def test_every_ruling_has_a_kind_that_no_passing_has() -> None:
    assert "passing" not in RULING_TYPES


def test_nothing_of_a_race_with_other_teams_is_shared(database: Database) -> None:
    add(database, DOCUMENT)
    add(database, Document(race=replace(RACE, slug="other")))

    assert exported(database, "other") == Document(race=replace(RACE, slug="other"))
    assert (exported(database).entries, exported(database).teams) == (ENTRIES, TEAMS)


OFFICIAL_RACE = """\
race: {slug: r, timezone: UTC}
stages:
  - {number: 1, date: 2026-08-28, start: "08:00"}
  - {number: 2, date: 2026-08-29, start: "08:00"}
entries: [{bib: 1, name: Ana}]
passings: |
  1 FINISH 1 12:00:00
"""


def test_a_definition_that_alters_what_is_official_is_refused_whoever_looked_before(
    database: Database,
) -> None:
    """It is looked at under the race's lock: a stage may have become official since (12.1)."""
    add(database, racefile.loads(OFFICIAL_RACE, name="r"))
    with database.writing() as session:
        for number, kind in enumerate((PublicationKind.PROVISIONAL, PublicationKind.OFFICIAL), 1):
            at = EVENING + number * HOUR
            issue(session, "r", Issue(kind=kind, after=1, number=number, at=at, by="x", reason="x"))
    first = racefile.loads(OFFICIAL_RACE.replace('28, start: "08', '28, start: "07'), name="r")
    second = racefile.loads(OFFICIAL_RACE.replace('29, start: "08', '29, start: "07'), name="r")
    with database.writing() as session, pytest.raises(AltersOfficial) as refused:
        change_definition(session, first.race, based_on=1, at=EVENING, by="b")
    assert refused.value.stages == (1,)
    assert exported(database, "r").race != first.race

    with database.writing() as session:
        assert change_definition(session, second.race, based_on=1, at=EVENING, by="b") == 2
