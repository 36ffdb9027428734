"""Races of the library from the first read to the last export, through everything that is served.

Entries go into the database, records follow in the order in which they became known, and after
each stage what is served is what the engine makes of the records so far.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.serving import BEFORE, bearer, json_of, settings_for
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.public import public_book
from timing.core.records import Passing, Penalty, Record
from timing.db.engines import Database, open_database
from timing.exports.csv import to_csv
from timing.exports.json import lines as json_lines
from timing.exports.table import board_table
from timing.operations.races import add_race, export_document
from timing.operations.record import append
from timing.operations.tokens import TokenScope, make_token
from timing.racefile import dump, loads
from timing.racefile.library import definition
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate
from timing.simulator.timeline import timeline
from timing.web.application import create_app

RACES = {"marathon-des-sables": (60, 4), "dragons-back": (50, 0)}


@pytest.fixture(scope="module", params=RACES)
def edition(request: pytest.FixtureRequest) -> Document:
    entries, teams = RACES[request.param]
    race = definition(request.param)
    return simulate(race, entries=entries, teams=teams, seed=11, faults=Faults())


@pytest.fixture
def held(edition: Document, migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with the race and its entries, before the first record."""
    path = tmp_path / "whole.sqlite"
    path.write_bytes(migrated_file.read_bytes())
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        add_race(session, replace(edition, passings=(), rulings=()), at=BEFORE, by="tests")
    yield database
    database.close()


def by_stage(edition: Document) -> Iterator[tuple[int, list[Record]]]:
    """Records in the order they became known, a batch until the next stage has its first."""
    latest = 0
    batches: list[tuple[int, Record]] = []
    for _, record in timeline(edition):
        latest = max(latest, getattr(record, "stage", None) or 0)
        batches.append((latest, record))
    for number, group in groupby(batches, key=lambda pair: pair[0]):
        yield number, [record for _, record in group]


def write(database: Database, slug: str, records: list[Record]) -> None:
    passings = [r for r in records if isinstance(r, Passing)]
    rulings = [r for r in records if not isinstance(r, Passing)]
    with database.writing() as session:
        append(session, slug, passings, rulings, received=BEFORE)


def got(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.data
    return answer.json


def test_a_race_is_served_stage_by_stage_ruled_upon_and_exported(
    edition: Document, held: Database
) -> None:
    slug, codes = edition.race.slug, [c.code for c in edition.race.classifications]
    told: list[Record] = []
    with create_app(settings_for(held)).test_client() as client:
        for number, records in by_stage(edition):
            told += records
            write(held, slug, records)
            book = public_book(so_far(edition, told))
            for code in codes:
                assert_served(client, book, slug, code, number)
            page = client.get(f"/races/{slug}/stages/{number}")
            assert page.status_code == 200
            first = book.stage_boards(number)[0].lines[0].competitor.name
            assert first.split()[0] in page.text
        assert {record.id for record in told} == ids(edition)
        assert_a_leader_can_be_penalised(client, held, RaceBook(so_far(edition, told)))
        assert_the_race_comes_out_as_it_went_in(held, edition)


def so_far(edition: Document, told: list[Record]) -> Document:
    known = {record.id for record in told}
    return replace(
        edition,
        passings=tuple(p for p in edition.passings if p.id in known),
        rulings=tuple(r for r in edition.rulings if r.id in known),
    )


def ids(document: Document) -> set[str]:
    return {p.id for p in document.passings} | {r.id for r in document.rulings}


def assert_served(client: FlaskClient, book: RaceBook, slug: str, code: str, after: int) -> None:
    """The page is there, and the API's lines are those of the engine."""
    board = book.board(code, after)
    served = got(client, f"/api/v1/races/{slug}/boards/{code}?after={after}")
    assert served["lines"] == json_lines(board_table(book.race, board))
    assert client.get(f"/races/{slug}/boards/{code}?after={after}").status_code == 200


def assert_a_leader_can_be_penalised(
    client: FlaskClient, database: Database, book: RaceBook
) -> None:
    """A ruling sent by a program of the director is on the board at once, and on the page."""
    slug, code = book.race.slug, book.race.classifications[0].code
    leader = book.board(code).lines[0]
    bib = json_lines(board_table(book.race, book.board(code)))[0]["bib"]
    with database.writing() as session:
        key = make_token(session, slug, scope=TokenScope.DIRECTOR, label="Jury", at=BEFORE).plain
    ruling = {
        "id": "late-one",
        "ruling": "penalty",
        "stage": 1,
        "bib": bib,
        "time": "10:00:00",
        "code": "WHISTLE",
        "reason": "No whistle",
        "by": "jury",
        "at": "2027-12-01T12:00:00Z",
    }

    answer = client.post(
        f"/api/v1/races/{slug}/rulings", json={"rulings": [ruling]}, headers=bearer(key)
    )

    assert answer.status_code == 200, json_of(answer)
    lines = got(client, f"/api/v1/races/{slug}/boards/{code}")["lines"]
    (line,) = [line for line in lines if line["bib"] == bib]
    assert line["time_ms"] == (leader.time or 0) + 36_000_000
    assert line["penalty_ms"] == leader.penalty + 36_000_000
    assert line["rank"] > 1
    assert "No whistle" in client.get(f"/races/{slug}/entries/{bib}").text


def assert_the_race_comes_out_as_it_went_in(database: Database, edition: Document) -> None:
    """What is exported holds every record, and computes to the same boards again."""
    with database.reading() as session:
        exported = export_document(session, edition.race.slug).document
    assert exported.race == edition.race
    assert ids(exported) == ids(edition) | {"late-one"}
    assert any(isinstance(r, Penalty) and r.id == "late-one" for r in exported.rulings)
    read = loads(dump(exported), name="exported.yaml")
    assert read == exported
    once, again = RaceBook(exported), RaceBook(read)
    for code in once.board_codes():
        table = board_table(once.race, once.board(code))
        text = to_csv(table)
        assert text == to_csv(board_table(again.race, again.board(code)))
        assert len(list(csv.reader(io.StringIO(text.decode())))) == 1 + len(table.rows)
