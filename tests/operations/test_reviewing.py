"""Cases are taken by one at a time, and decided by what is there, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from tests.serving import BEFORE, SLUG, fill
from timing.core.records import Void
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.db.tables import JournalRow, RaceRow
from timing.operations.reviewing import (
    LEASED,
    CaseTaken,
    MovedOn,
    Worker,
    decide,
    leases,
    leave_case,
    take_case,
)

ANA = Worker(id="a", name="Ana")
BO = Worker(id="b", name="Bo")
CASE = "c1"
NOW = BEFORE + 1


@pytest.fixture
def race(database: Database) -> Database:
    fill(database)
    return database


def revision(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(RaceRow.revision).where(RaceRow.slug == SLUG)).one()


def voids(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(JournalRow.record_id).where(JournalRow.kind == "void")))


def void(name: str) -> Void:
    return Void(id=name, by=name, at=NOW, reason="Wrong", record="r-7")


def take(database: Database, who: Worker, *, at: int = NOW, over: bool = False) -> None:
    with database.writing() as session:
        take_case(session, SLUG, CASE, who, at=at, over=over)


def holder(database: Database, at: int = NOW) -> str:
    with database.reading() as session:
        found = leases(session, SLUG, at=at).get(CASE)
    return "" if found is None else found.holder.name


def test_a_case_that_somebody_has_is_not_taken_by_another(race: Database) -> None:
    take(race, ANA)
    with pytest.raises(CaseTaken) as refused:
        take(race, BO)
    assert refused.value.lease.holder == ANA
    assert holder(race) == "Ana"


def test_a_lease_ends_by_itself(race: Database) -> None:
    take(race, ANA)
    assert holder(race, NOW + LEASED - 1) == "Ana"
    assert holder(race, NOW + LEASED) == ""
    take(race, BO, at=NOW + LEASED)
    assert holder(race, NOW + LEASED) == "Bo"


def test_who_has_it_keeps_it_for_longer_by_taking_it_again(race: Database) -> None:
    take(race, ANA)
    take(race, ANA, at=NOW + LEASED - 1)
    with pytest.raises(CaseTaken):
        take(race, BO, at=NOW + LEASED)


def test_another_can_take_it_over_on_purpose(race: Database) -> None:
    take(race, ANA)
    take(race, BO, over=True)
    assert holder(race) == "Bo"


def test_only_who_has_it_can_leave_it(race: Database) -> None:
    take(race, ANA)
    for who, left in ((BO, "Ana"), (ANA, "")):
        with race.writing() as session:
            leave_case(session, SLUG, CASE, who)
        assert holder(race) == left


def test_a_decision_is_written_and_lets_the_case_go(race: Database) -> None:
    take(race, ANA)
    seen = revision(race)
    with race.writing() as session:
        decide(session, SLUG, CASE, ANA, at=NOW, revision=seen, rulings=(void("v"),))
    assert voids(race) == ["v"]
    assert holder(race) == ""


def test_nobody_decides_what_another_has(race: Database) -> None:
    take(race, ANA)
    seen = revision(race)
    with pytest.raises(CaseTaken), race.writing() as session:
        decide(session, SLUG, CASE, BO, at=NOW, revision=seen, rulings=(void("v"),))
    assert voids(race) == []


def test_what_was_judged_before_something_came_is_not_written(race: Database) -> None:
    seen = revision(race)
    with race.writing() as session:
        decide(session, SLUG, "other", BO, at=NOW, revision=seen, rulings=(void("first"),))
    with pytest.raises(MovedOn), race.writing() as session:
        decide(session, SLUG, CASE, ANA, at=NOW, revision=seen, rulings=(void("second"),))
    assert voids(race) == ["first"]


def test_of_two_who_decide_at_once_one_is_written(race: Database) -> None:
    seen, together = revision(race), Barrier(2)

    def decided(who: Worker) -> bool:
        together.wait()
        try:
            with race.writing() as session:
                decide(session, SLUG, CASE, who, at=NOW, revision=seen, rulings=(void(who.id),))
        except MovedOn:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(decided, (ANA, BO))) == [False, True]
    assert len(voids(race)) == 1


def test_there_is_nothing_to_take_of_a_race_that_is_not_here(race: Database) -> None:
    with pytest.raises(UnknownRace), race.writing() as session:
        take_case(session, "elsewhere", CASE, ANA, at=NOW)
    with pytest.raises(UnknownRace), race.reading() as session:
        leases(session, "elsewhere", at=NOW)
