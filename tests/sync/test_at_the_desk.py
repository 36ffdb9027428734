"""What directors are told of where a race's definition and entries are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from tests.pages.markup import faults
from tests.race_samples import passing
from tests.serving import DIRECTOR, PASSWORD, settings_for
from tests.sync.camps import SLUG, Camp, Line, LineCut, camps
from tests.web.forms import submit
from timing.operations.directors import add_director
from timing.operations.home_words import home_notices
from timing.operations.homes import hand_over, home_of, own_node
from timing.operations.promotion import promote
from timing.operations.races import change_definition, export_document
from timing.operations.revisions import lock_race
from timing.operations.sync.telling import tell, told_to_plain
from timing.web.application import create_app


@pytest.fixture
def three(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Camp, ...]]:
    """Three installations with the race, whose home is the first."""
    with camps(migrated_file, tmp_path, "Office", "Camp", "Finish") as made:
        made[0].found()
        for other in made[1:]:
            other.exchange(made[0])
        yield made


def notices(camp: Camp, *, after_s: int = 0) -> tuple[str, ...]:
    with camp.database.reading() as session:
        found, me = home_of(session, SLUG), own_node(session).node_id
    return home_notices(found, me, at=camp.clock + after_s * 1_000)


def take_over(camp: Camp) -> None:
    with camp.database.writing() as session:
        promote(session, SLUG, at=camp.now(), by="Dora")


def desk(camp: Camp) -> str:
    """The desk's page, without its marks of text."""
    with camp.database.writing() as session:
        add_director(session, DIRECTOR, PASSWORD, at=camp.now())
    with create_app(settings_for(camp.database)).test_client() as visitor:
        submit(visitor, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
        answer = visitor.get(f"/desk/{SLUG}")
    assert answer.status_code == 200
    assert faults(answer.text) == []
    return unescape(answer.text)


def test_where_all_is_well_nothing_is_told(three: tuple[Camp, ...]) -> None:
    assert [notices(one) for one in three] == [(), (), ()]
    office, camp, _ = three
    assert "are kept at" not in desk(office)
    assert "kept at Office; here stands its version 1." in desk(camp)


def test_being_behind_the_home_is_told_with_how_long_ago(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    office.write(*(passing(n) for n in range(50, 53)))
    with pytest.raises(LineCut):  # the camp hears that there is more, and no more of it
        camp.exchange(office, cut=lambda use: use == 2)
    (told,) = notices(camp, after_s=600)
    assert told == "3 revisions of Office have not come here, as it told 10 min ago: sync."
    assert "3 revisions of Office have not come here" in desk(camp)
    camp.exchange(office)
    assert notices(camp) == ()


def test_a_home_whose_frame_has_not_come_is_told(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    office.exchange(camp)
    with office.database.writing() as session:
        race = replace(export_document(session, SLUG).document.race, name="The last")
        change_definition(session, race, based_on=1, at=office.now(), by="Dora")
        hand_over(session, lock_race(session, SLUG), to="Camp", at=office.now(), by="Dora")
    with office.database.reading() as session:
        told_by_office = told_to_plain(tell(session, SLUG, name="Office", at=office.now()))
    Line(camp).meet(told_by_office)  # and then the line fails
    (told,) = notices(camp)
    assert told == (
        "The definition and entries that this installation is to keep have not come here yet: sync."
    )
    camp.exchange(office)
    assert notices(camp) == ()


def test_a_conflict_of_homes_is_at_the_top_of_every_desk_until_it_is_decided(
    three: tuple[Camp, ...],
) -> None:
    office, camp, finish = three
    camp.clock = finish.clock = max(camp.clock, finish.clock)
    take_over(finish)  # the earlier by its clock
    camp.clock += 1_000
    take_over(camp)
    for one, other in ((office, camp), (office, finish), (camp, office), (finish, camp)):
        one.exchange(other)
    names = ("Finish, Camp", "Finish, this installation", "this installation, Camp")
    for one, named in zip(three, names, strict=True):
        told = f"Several took over the definition and entries at once (term 2): {named}."
        assert [notice for notice in notices(one) if notice.startswith(told)]
        assert told in desk(one)
    with finish.database.writing() as session:
        hand_over(session, lock_race(session, SLUG), to="Camp", at=finish.now(), by="Dora")
    for one in (camp, office):
        one.exchange(finish)
    assert not any("took over" in notice for one in three for notice in notices(one))


def test_changes_that_were_set_aside_are_at_the_top_of_the_desk(three: tuple[Camp, ...]) -> None:
    office, camp, _ = three
    with office.database.writing() as session:
        race = replace(export_document(session, SLUG).document.race, name="Unheard of")
        change_definition(session, race, based_on=1, at=office.now(), by="Dora")
    take_over(camp)
    office.exchange(camp)
    with office.database.reading() as session:
        revision = home_of(session, SLUG).set_aside
    assert f"timing race export {SLUG} --revision {revision} shows it" in desk(office)
