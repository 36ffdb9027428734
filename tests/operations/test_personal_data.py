"""Erasure takes the person out of everything, and changes nobody's result (Rules 12.2)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from timing import racefile
from timing.core.book import RaceBook
from timing.core.categories import age_on
from timing.core.entries import Entry
from timing.core.personal import forgotten_birth_date
from timing.core.publication import digests_of
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.operations.contacts import write_contacts
from timing.operations.definitions import parse_definition
from timing.operations.entries import correct_name
from timing.operations.personal_data import NotOver, erase_person, personal_data
from timing.operations.races import add_race
from timing.operations.record import append
from timing.operations.registration import check_in, tick

AFTER = date(2026, 9, 1)
RACE = """
format: 1
race: {slug: ages, name: Ages, timezone: Europe/Zurich, starts_on: 2026-08-28, rules: {age_on: stage_day}}
divisions: [{code: full}]
categories:
  - {code: M40, gender: M, age: [40, 49]}
  - {code: M30, gender: M, age: [30, 39]}
  - {code: SUI, nationality: SUI}
team_kinds: [{code: pair, size: 2, time: last, combined_age: [70, 120]}]
stages:
  - {number: 1, date: 2026-08-28, start: {mode: mass, at: "08:00"}, controls: [{code: START, km: 0}, {code: FINISH, km: 9}]}
  - {number: 2, date: 2026-08-29, start: {mode: mass, at: "08:00"}, controls: [{code: START, km: 0}, {code: FINISH, km: 9}]}
classifications:
  - {code: gc, of: solo}
  - {code: m40, of: solo, category: M40}
  - {code: m30, of: solo, category: M30}
  - {code: sui, of: solo, category: SUI}
  - {code: pairs, of: team, kind: pair}
entries:
  - {bib: "1", name: Ulrich Zimmermann, gender: M, born: 1986-08-29, nationality: SUI, club: Ibex, residence: Chur, division: full, chips: [C1], team: T}
  - {bib: "2", name: Bo Lind, gender: M, born: 1980-01-02, nationality: SWE, division: full, team: T}
  - {bib: "3", name: Cem Ak, gender: M, nationality: TUR, division: full}
teams: [{code: T, name: Two, kind: pair}]
passings: |
  1 FINISH 1 09:00:00 id=p1
  1 FINISH 2 09:01:00 id=p2
  1 FINISH 3 09:02:00 id=p3
  2 FINISH 1 09:03:00 id=p4
  2 FINISH 2 09:01:00 id=p5
  2 FINISH 3 09:00:00 id=p6 note="Ulrich Zimmermann was behind"
rulings:
  - {ruling: penalty, stage: 1, bib: "1", time: "0:05:00", reason: Ulrich Zimmermann left the course, by: d, at: 2026-08-28T18:00:00Z, id: r1}
  - {ruling: entry, new: true, bib: "9", stage: 2, id: late, set: {name: Late Comer, gender: M, born: 1990-05-05, division: full, club: Alpina}, reason: late, by: d, at: 2026-08-28T19:00:00Z}
"""  # noqa: E501


@pytest.fixture
def filled(database: Database) -> Database:
    with database.writing() as session:
        add_race(session, racefile.loads(RACE, name="ages"), at=1, by="tests")
        correct_name(session, "ages", "1", "Ulrich Zimmermann-Graf")
        correct_name(session, "ages", "1", "Ulrich Zimmermann")
        write_contacts(
            session, "ages", {"1": {"phone": "+41 79", "medical": "bees"}}, who="d", at=2
        )
        tick(session, "ages", "1", "kit", is_done=True, by="d", at=3)
        check_in(session, "ages", 2, ("1",), is_here=True, by="d", at=4)
    return database


def book(database: Database) -> RaceBook:
    with database.reading() as session:
        held = read_race(session, "ages")
    return RaceBook(held.document(parse_definition(held.definition)))


def results(told: RaceBook) -> Any:
    boards = {
        (code, after): [
            (line.competitor.id if isinstance(line.competitor, Entry) else line.competitor.code,
             line.rank, line.time, line.status, line.gap)
            for line in told.board(code, after).lines
        ]
        for code in told.board_codes()
        for after in told.stages
    }  # fmt: skip
    stages = [
        [(line.rank, line.time, line.status) for line in board.lines]
        for number in told.stages
        for board in told.stage_boards(number)
    ]
    return boards, stages, [digests_of(told, n) for n in told.stages]


def everything(database: Database) -> str:
    """Every text of every table."""
    with database.readers.connect() as connection:
        tables = (
            "entries journal contacts contact_looks registration_ticks check_ins erasures teams"
        )
        return repr([connection.execute(text(f"SELECT * FROM {t}")).all() for t in tables.split()])  # noqa: S608


@pytest.mark.parametrize("entry_id", ["1", "late"])
def test_erasure_leaves_every_rank_and_time_and_every_digest_as_it_was(
    filled: Database, entry_id: str
) -> None:
    before = results(book(filled))
    with filled.writing() as session:
        erase_person(session, "ages", entry_id, by="d", at=9, today=AFTER)
    assert results(book(filled)) == before


def test_nothing_is_left_of_the_person_in_any_table(filled: Database) -> None:
    with filled.writing() as session:
        for entry_id in ("1", "late"):
            erase_person(session, "ages", entry_id, by="d", at=9, today=AFTER)
    left = everything(filled)
    for told in ("Ulrich", "Zimmermann", "Late Comer", "+41 79", "bees", "Ibex", "Chur", "Alpina"):
        assert told not in left, told
    assert "1990-05-05" not in left
    (erased,) = [e for e in book(filled).entries() if e.id == "1"]
    assert (erased.name, erased.name_hidden, erased.gender) == ("", True, "M")
    assert erased.nationality == "SUI"  # a category asks for it


def test_the_journal_refuses_changes_as_before(filled: Database) -> None:
    with filled.writing() as session:
        erase_person(session, "ages", "1", by="d", at=9, today=AFTER)
    with pytest.raises(DatabaseError), filled.writing() as session:
        session.execute(text("UPDATE journal SET note = 'x'"))


def test_it_is_refused_before_the_race_is_over(filled: Database) -> None:
    with pytest.raises(NotOver), filled.writing() as session:
        erase_person(session, "ages", "1", by="d", at=9, today=date(2026, 8, 29))
    assert "Ulrich" in everything(filled)


def test_records_sent_again_after_an_erasure_add_nothing(filled: Database) -> None:
    rulings = racefile.loads(RACE, name="ages").rulings
    with filled.writing() as session:
        erase_person(session, "ages", "late", by="d", at=9, today=AFTER)
        told = append(session, "ages", rulings=rulings, received=10)
    assert told.accepted == 0
    assert told.conflicts == ()


def test_all_that_is_held_is_given_out(filled: Database) -> None:
    with filled.reading() as session:
        data = personal_data(session, "ages", "1")
    assert json.loads(json.dumps(data)) == data
    assert len(data["versions"]) == 3
    assert [p["id"] for p in data["passings"]] == ["p1", "p4"]
    assert [r["id"] for r in data["rulings"]] == ["r1"]
    assert data["contacts"]["medical"] == "bees"
    assert data["registration"][0]["item"] == "kit"
    assert data["check_in"][0]["stage"] == 2
    assert "Bo Lind" not in json.dumps(data)


@given(
    born=st.dates(date(1930, 1, 1), date(2015, 12, 31)),
    days=st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), min_size=1, max_size=8),
)
def test_a_forgotten_birth_date_makes_the_same_ages(born: date, days: set[date]) -> None:
    """The ages are the same on each of the days, and the date depends on nothing else."""
    bare = forgotten_birth_date(born, days)
    assert [age_on(bare, day) for day in days] == [age_on(born, day) for day in days]
    same = [replace_day(born, n) for n in range(1, 29)]
    alike = [d for d in same if [age_on(d, x) for x in days] == [age_on(born, x) for x in days]]
    assert all(
        a == b
        for a, b in pairwise(forgotten_birth_date(d, days) for d in alike if d.year == born.year)
    )


def replace_day(born: date, day: int) -> date:
    return born.replace(day=day)


def test_a_person_without_a_birth_date_is_forgotten_too(filled: Database) -> None:
    with filled.writing() as session:
        erase_person(session, "ages", "3", by="d", at=9, today=AFTER)
    (erased,) = [e for e in book(filled).entries() if e.id == "3"]
    assert erased == replace(erased, name="", born=None, nationality="TUR")
