"""A result is official by the rules once its window is over, once, and nothing in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.operations.test_publications import (
    NOON,
    OFFICIAL,
    PROVISIONAL,
    REOPENED,
    penalise,
    put_number,
    race,
)
from timing.cli.officials import OfficialByRules
from timing.core.publications import Publication
from timing.core.times import HOUR, Instant
from timing.db.engines import Database
from timing.db.publications import publications_of
from timing.live.books import Books
from timing.operations.automatic import BY_THE_RULES, hold, upcoming
from timing.operations.publications import NEW_PROTEST, NotPublished, Outcome, answer, lodge

__all__ = ["race"]

Stepping = Callable[[Instant], int]


@pytest.fixture
def step(race: Database) -> Stepping:
    """What the task makes official at a moment; it remembers what it refused."""
    moment = [NOON]
    rules = OfficialByRules(race, Books(race), lambda: moment[0])

    def stepped(at: Instant) -> int:
        moment[0] = at
        return rules.step()

    return stepped


def issued(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(p.kind.value, p.by) for p in publications_of(session, "r")]


def publish(database: Database) -> None:
    with database.writing() as session:
        put_number(session, PROVISIONAL, 1)


def test_it_becomes_official_when_the_window_is_over_and_not_a_millisecond_before(
    race: Database, step: Stepping
) -> None:
    publish(race)
    assert step(NOON + HOUR - 1) == 0
    assert step(NOON + HOUR) == 1
    assert issued(race) == [("provisional", "Mila"), ("official", BY_THE_RULES)]


def test_it_does_so_once(race: Database, step: Stepping) -> None:
    publish(race)
    assert [step(NOON + HOUR), step(NOON + HOUR), step(NOON + 2 * HOUR)] == [1, 0, 0]


def test_an_open_protest_keeps_it_until_it_is_answered(race: Database, step: Stepping) -> None:
    publish(race)
    protest = replace(NEW_PROTEST, publication=1, who="Bo", text="He cut.", lodged_at=NOON + 1)
    with race.writing() as session:
        lodge(session, "r", protest, form="f")
    assert [step(NOON + HOUR), step(NOON + 2 * HOUR)] == [0, 0]
    with race.writing() as session:
        answer(session, "r", 1, outcome=Outcome.REJECTED, text="No.", at=NOON + 2, by="jury")
    assert step(NOON + 3 * HOUR) == 1


def test_a_result_that_changed_stays_provisional_until_it_is_published_again(
    race: Database, step: Stepping
) -> None:
    publish(race)
    with race.writing() as session:
        penalise(session)
    assert step(NOON + HOUR) == 0
    with race.writing() as session:
        put_number(session, PROVISIONAL, 2, NOON + HOUR)
    assert [step(NOON + HOUR), step(NOON + 2 * HOUR)] == [0, 1]


def test_a_number_that_is_held_waits_for_a_person(race: Database, step: Stepping) -> None:
    publish(race)
    with race.writing() as session:
        hold(session, "r", 1, held=True, at=NOON + 1, by="Mila")
    assert step(NOON + HOUR) == 0
    with race.writing() as session:
        hold(session, "r", 1, held=False, at=NOON + HOUR, by="Mila")
    assert step(NOON + HOUR) == 1
    with race.writing() as session, pytest.raises(NotPublished, match="not waiting"):
        hold(session, "r", 1, held=True, at=NOON + HOUR, by="Mila")


def test_what_was_reopened_is_not_made_official_by_itself(race: Database, step: Stepping) -> None:
    publish(race)
    with race.writing() as session:
        put_number(session, OFFICIAL, 2, NOON + HOUR)
        put_number(session, REOPENED, 3, NOON + HOUR, "A late read.")
    assert step(NOON + 9 * HOUR) == 0


def test_a_later_stage_waits_for_the_window_and_the_hold_of_an_earlier_one(
    race: Database,
) -> None:
    publish(race)
    with race.reading() as session:
        (first,) = publications_of(session, "r")
    later: Publication = replace(first, number=2, after=2, window_ends=NOON + HOUR // 2)
    assert [u.at for u in upcoming((first, later), ())] == [NOON + HOUR, NOON + HOUR]
    assert [u.at for u in upcoming((first, later), {1})] == [None, None]
    assert [u.at for u in upcoming((first, later), {2})] == [NOON + HOUR, None]
