"""Definition and entries have one home at a time; whoever is not it follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.race_samples import RACE, passing
from tests.sync.camps import SLUG, Camp, LineCut, camps
from timing.db.reading import read_race
from timing.operations.entries import correct_name, replace_entries
from timing.operations.homes import (
    FrameNotHere,
    Home,
    IsHome,
    NotHome,
    UnknownNode,
    hand_over,
    home_of,
    known_of,
    settle_set_aside,
)
from timing.operations.nodes import known_nodes
from timing.operations.promotion import lacks_of, promote
from timing.operations.races import change_definition, export_document
from timing.operations.revisions import lock_race
from timing.operations.sync.faults import SameNode
from timing.operations.tokens import Role, TokenScope, find_token, make_token, revoke_token


@pytest.fixture
def three(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Camp, ...]]:
    """Three installations with the race, whose home is the first."""
    with camps(migrated_file, tmp_path, "Office", "Camp", "Finish") as made:
        made[0].found()
        for other in made[1:]:
            other.exchange(made[0])
        yield made


def rename(camp: Camp, name: str) -> None:
    """Change the definition."""
    with camp.database.writing() as session:
        version = read_race(session, SLUG).version
        race = replace(export_document(session, SLUG).document.race, name=name)
        change_definition(session, race, based_on=version, at=camp.now(), by="Dora")


def give_to(camp: Camp, other: str) -> None:
    with camp.database.writing() as session:
        hand_over(session, lock_race(session, SLUG), to=other, at=camp.now(), by="Dora")


def take_over(camp: Camp) -> None:
    with camp.database.writing() as session:
        promote(session, SLUG, at=camp.now(), by="Dora")


def home(camp: Camp) -> Home:
    with camp.database.reading() as session:
        return home_of(session, SLUG)


def test_a_change_at_the_home_is_followed_with_the_homes_version(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    rename(office, "Four Valleys")
    with office.database.writing() as session:
        correct_name(session, SLUG, "15a", "Bo Lindh")
    camp.exchange(office)
    assert camp.race_name() == "Four Valleys"
    assert list(camp.entries()) == list(office.entries())
    assert (home(camp).version, home(camp).edition) == (2, 3)
    assert home(camp).is_followed


def test_elsewhere_a_change_is_refused_with_where_the_home_is(three: tuple[Camp, ...]) -> None:
    _, camp, _ = three
    with pytest.raises(NotHome, match=r"kept at Office.*timing home hand-over three-valleys"):
        rename(camp, "Ours")
    with pytest.raises(NotHome), camp.database.writing() as session:
        correct_name(session, SLUG, "15a", "Bo Lindh")
    assert camp.race_name() == RACE.name


def test_what_changes_nothing_is_not_refused(three: tuple[Camp, ...]) -> None:
    _, camp, _ = three
    rename(camp, RACE.name)
    with camp.database.writing() as session:
        correct_name(session, SLUG, "15a", "Bo Lind")


def test_records_may_be_written_anywhere(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    camp.write(passing(50))
    camp.exchange(office)
    assert office.records() == camp.records()


def test_a_change_comes_by_way_of_another_that_follows(three: tuple[Camp, ...]) -> None:
    office, camp, finish = three
    rename(office, "Four Valleys")
    camp.exchange(office)
    finish.exchange(camp)
    assert finish.race_name() == "Four Valleys"


def test_handed_over_nobody_changes_it_until_the_new_home_has_heard(
    three: tuple[Camp, ...],
) -> None:
    office, camp, finish = three
    office.exchange(camp)
    give_to(office, "camp")
    for one in three:
        with pytest.raises(NotHome):
            rename(one, "Nobody’s")
    finish.exchange(office)
    camp.exchange(finish)  # by way of a third
    rename(camp, "Camp’s")
    office.exchange(camp)
    assert office.race_name() == "Camp’s"
    with pytest.raises(NotHome):
        rename(office, "Office’s")


def test_who_was_named_the_home_waits_for_what_it_is_to_keep(three: tuple[Camp, ...]) -> None:
    """Cut off between the meeting and the frame: it is not to begin with an older one."""
    office, camp, _ = three
    office.exchange(camp)
    rename(office, "The last from the office")
    give_to(office, "Camp")
    with pytest.raises(LineCut):
        office.exchange(camp, cut=lambda use: use == 2)
    if camp.race_name() != "The last from the office":
        with pytest.raises(FrameNotHere):
            rename(camp, "Too early")
    camp.exchange(office)
    rename(camp, "Camp’s")


def test_only_the_home_hands_over_and_only_to_one_that_is_known(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    with pytest.raises(NotHome):
        give_to(camp, "Office")
    with pytest.raises(UnknownNode):
        give_to(office, "Nowhere")
    with pytest.raises(IsHome):
        give_to(office, office.node)


def test_a_copy_that_is_promoted_keeps_them_and_the_old_home_follows(
    three: tuple[Camp, ...],
) -> None:
    office, camp, finish = three
    office.write(passing(50))  # which nobody heard of when it died
    take_over(camp)
    rename(camp, "Camp’s")
    camp.write(passing(51))
    finish.exchange(camp)
    office.exchange(camp)  # it came back
    assert office.race_name() == finish.race_name() == "Camp’s"
    assert home(office).node == camp.node
    with pytest.raises(NotHome, match="Camp"):
        rename(office, "Office’s")
    finish.exchange(camp)
    assert office.records() == camp.records() == finish.records()
    assert office.digests() == camp.digests() == finish.digests()


def test_what_the_old_home_changed_and_nobody_heard_of_is_set_aside_and_said(
    three: tuple[Camp, ...],
) -> None:
    office, camp, _ = three
    rename(office, "Unheard of")
    take_over(camp)
    office.exchange(camp)
    assert office.race_name() == RACE.name
    revision = home(office).set_aside
    with office.database.reading() as session:
        assert export_document(session, SLUG, revision).document.race.name == "Unheard of"
    with office.database.writing() as session:
        settle_set_aside(session, lock_race(session, SLUG))
    assert home(office).set_aside is None
    assert home(camp).set_aside is None


def test_two_that_claim_one_term_come_to_one_home_and_it_is_listed(
    three: tuple[Camp, ...],
) -> None:
    office, camp, finish = three
    camp.clock, finish.clock = finish.clock + 1_000, camp.clock
    take_over(camp)
    take_over(finish)  # earlier by its clock
    rename(camp, "Camp’s")
    rename(finish, "Finish’s")
    office.exchange(camp)
    office.exchange(finish)
    camp.exchange(office)
    finish.exchange(camp)
    assert {one.race_name() for one in three} == {"Finish’s"}
    assert {home(one).node for one in three} == {finish.node}
    for one in three:
        assert [node for node, _ in home(one).rivals] == [finish.node, camp.node]
    finish.exchange(camp)
    give_to(finish, "Camp")
    camp.exchange(finish)
    assert home(camp).rivals == ()


def test_the_home_is_not_promoted(three: tuple[Camp, ...]) -> None:
    with pytest.raises(IsHome):
        take_over(three[0])


def test_a_restored_home_begins_a_new_term_before_it_changes_anything(
    three: tuple[Camp, ...],
) -> None:
    office, camp, _ = three
    office.begin_another_life()
    rename(office, "After the backup")
    assert home(office).term == 2
    camp.exchange(office)
    assert camp.race_name() == "After the backup"


def test_a_backup_of_the_home_on_another_machine_becomes_one_of_its_own(
    three: tuple[Camp, ...],
) -> None:
    office, camp, _ = three
    before = office.node
    office.begin_another_life()  # as a restored backup does
    take_over(office)
    assert office.node != before
    assert home(office).node == office.node
    camp.exchange(office)
    assert home(camp).node == office.node


def test_a_promoted_one_says_what_it_may_lack(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    office.write(passing(50))
    camp.exchange(office)
    office.write(passing(51), passing(52))
    # It is told that there is more, and the line fails before it comes.
    with pytest.raises(LineCut):
        camp.exchange(office, cut=lambda use: use == 2)
    with camp.database.reading() as session:
        lacks = lacks_of(session, SLUG, at=camp.now())
    assert (lacks.name, lacks.missing, lacks.records) == ("Office", 2, 7)
    assert lacks.agreed_records == 7


def test_the_installations_a_race_lives_on_are_told_on(three: tuple[Camp, ...]) -> None:
    office, camp, finish = three
    camp.exchange(office)
    with camp.database.reading() as session:
        assert [one.name for one in known_of(session, SLUG)] == ["Finish", "Office"]
        told = known_nodes(session, name="Camp", slug=SLUG)
    assert [one.name for one in told] == ["Camp", "Finish", "Office"]
    assert {one.id for one in told} == {camp.node, finish.node, office.node}


def test_a_station_key_made_in_the_office_opens_the_camp(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    with office.database.writing() as session:
        made = make_token(
            session,
            SLUG,
            scope=TokenScope.STATION,
            label="Hut",
            at=office.now(),
            stage=1,
            controls=("HUT",),
            role=Role.BACKUP,
        )
        director = make_token(
            session, SLUG, scope=TokenScope.DIRECTOR, label="Program", at=office.now()
        )
    camp.exchange(office)
    with camp.database.reading() as session:
        found = find_token(session, made.plain)
        assert find_token(session, director.plain) is None
    assert found is not None
    assert replace(found, id=made.token.id) == made.token


def test_a_key_revoked_anywhere_is_revoked_everywhere(three: tuple[Camp, ...]) -> None:
    office, camp, finish = three
    with office.database.writing() as session:
        made = make_token(session, SLUG, scope=TokenScope.STATION, label="Hut", at=office.now())
    camp.exchange(office)
    with camp.database.writing() as session:
        token = find_token(session, made.plain)
        assert token is not None
        revoke_token(session, token.id, at=camp.now())
    finish.exchange(office)  # which has not heard of it
    finish.exchange(camp)
    office.exchange(finish)
    for one in three:
        with one.database.reading() as session:
            assert find_token(session, made.plain) is None


def test_a_copied_database_is_told_to_take_an_identity_of_its_own(three: tuple[Camp, ...]) -> None:
    with pytest.raises(SameNode, match="timing node renew"):
        three[0].exchange(three[0])


def test_entries_are_replaced_at_the_home_only(migrated_file: Path, tmp_path: Path) -> None:
    with camps(migrated_file, tmp_path, "Office", "Camp") as (office, camp):
        office.found_empty()
        camp.exchange(office)
        fewer = [replace(one, team="") for one in office.entries()[:2]]
        with pytest.raises(NotHome), camp.database.writing() as session:
            replace_entries(session, SLUG, fewer)
        with office.database.writing() as session:
            replace_entries(session, SLUG, fewer)
        camp.exchange(office)
        assert list(camp.entries()) == list(office.entries())
        assert len(camp.entries()) == 2
