from pathlib import Path

import pytest
from sqlalchemy import text

from timing import racefile
from timing.core.document import Document
from timing.db.engines import Database
from timing.operations import schema
from timing.operations.directors import Director, add_account, add_director
from timing.operations.people import (
    FOUNDING,
    LastOwner,
    NoSuchMember,
    ask_for_second_factor,
    found_membership,
    give_part,
    members,
    needs_second_factor,
    owners,
    races_of,
    standing_in,
    take_part_away,
)
from timing.operations.races import add_race
from timing.operations.roles import RIGHTS, Part, Right

NOW = 1_790_000_000_000
PASSWORD = "correct horse battery"
RACE = Path(__file__).parents[1] / "web" / "valleys.yaml"
SLUG = "valleys"


@pytest.fixture(scope="module")
def race() -> Document:
    return racefile.load(RACE)


@pytest.fixture
def ana(database: Database, race: Document) -> Director:
    """Who founded the race, and no other."""
    with database.writing() as session:
        made = add_account(session, "Ana", PASSWORD, at=NOW)
        add_race(session, race, at=NOW, by="tests", founder=made.id)
    return made


@pytest.fixture
def bo(database: Database) -> Director:
    with database.writing() as session:
        return add_account(session, "Bo", PASSWORD, at=NOW)


def test_a_founder_owns_the_race_and_nobody_else_has_a_part(
    database: Database, ana: Director, bo: Director
) -> None:
    with database.reading() as session:
        (owner,) = members(session, SLUG)
        assert (owner.name, owner.part, owner.given_by) == ("ana", Part.OWNER, FOUNDING)
        assert races_of(session, ana.id) == {SLUG: Part.OWNER}
        assert races_of(session, bo.id) == {}
        assert standing_in(session, SLUG, bo.id) is None
        assert standing_in(session, "elsewhere", ana.id) is None


def test_a_race_that_nobody_founds_is_owned_by_all_who_may_found(
    database: Database, race: Document
) -> None:
    with database.writing() as session:
        add_account(session, "Ana", PASSWORD, at=NOW, may_found=True)
        add_account(session, "Bo", PASSWORD, at=NOW)
        add_race(session, race, at=NOW, by="command line")
        add_director(session, "Cleo", PASSWORD, at=NOW)
    with database.reading() as session:
        assert owners(session, SLUG) == ("ana", "cleo")


def test_founding_twice_makes_one_owner(database: Database, ana: Director) -> None:
    with database.writing() as session:
        number = session.scalar(text("SELECT id FROM races"))
        assert number is not None
        found_membership(session, number, ana.id)
    with database.reading() as session:
        assert owners(session, SLUG) == ("ana",)


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("part", Part)
def test_a_part_gives_its_rights(database: Database, bo: Director, part: Part) -> None:
    with database.writing() as session:
        give_part(session, SLUG, bo.id, part, by="ana", at=NOW + 1)
    with database.reading() as session:
        standing = standing_in(session, SLUG, bo.id)
        assert standing is not None
        assert standing.part is part
        assert standing.rights == RIGHTS[part]
        assert (Right.PEOPLE in standing.rights) is (part is Part.OWNER)


def test_the_last_owner_keeps_the_part(database: Database, ana: Director, bo: Director) -> None:
    with database.writing() as session:
        give_part(session, SLUG, bo.id, Part.DIRECTOR, by="ana", at=NOW)
        with pytest.raises(LastOwner):
            give_part(session, SLUG, ana.id, Part.DIRECTOR, by="ana", at=NOW)
        with pytest.raises(LastOwner):
            take_part_away(session, SLUG, ana.id)
        give_part(session, SLUG, ana.id, Part.OWNER, by="ana", at=NOW)
        assert owners(session, SLUG) == ("ana",)


def test_one_of_two_owners_may_go(database: Database, ana: Director, bo: Director) -> None:
    with database.writing() as session:
        give_part(session, SLUG, bo.id, Part.OWNER, by="ana", at=NOW)
        take_part_away(session, SLUG, ana.id)
        assert owners(session, SLUG) == ("bo",)
        assert races_of(session, ana.id) == {}
        with pytest.raises(NoSuchMember):
            take_part_away(session, SLUG, ana.id)


def test_a_race_may_ask_everybody_for_a_second_factor(database: Database, ana: Director) -> None:
    with database.writing() as session:
        assert not needs_second_factor(session, SLUG)
        ask_for_second_factor(session, SLUG, is_needed=True)
        assert needs_second_factor(session, SLUG)
        standing = standing_in(session, SLUG, ana.id)
        assert standing is not None
        assert standing.lacks_second_factor
        ask_for_second_factor(session, SLUG, is_needed=False)
        assert not needs_second_factor(session, SLUG)


def test_whoever_had_an_account_before_owns_every_race_that_was_there(
    database: Database,
) -> None:
    schema.downgrade(database, "2026_11_28_outgoing")
    with database.writers.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO races (id, slug, revision, created)"
                " VALUES (1, 'one', 0, 1000), (2, 'two', 0, 2000)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO directors (id, name, password_hash, created)"
                " VALUES (5, 'ana', 'x', 1000), (6, 'bo', 'x', 1000)"
            )
        )
    schema.upgrade(database)
    with database.reading() as session:
        for slug, since in (("one", 1000), ("two", 2000)):
            assert owners(session, slug) == ("ana", "bo")
            assert {member.since for member in members(session, slug)} == {since}
        assert session.scalar(text("SELECT count(*) FROM directors WHERE may_found")) == 2
