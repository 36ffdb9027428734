"""The library of definitions: each is run by a field of its real size, through everything."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.courses import stages_of
from timing.core.definition import Measure, Of, Race
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.explain import explain
from timing.core.problems import ProblemCode
from timing.core.results import Line
from timing.core.statuses import RaceStatus
from timing.exports.csv import to_csv
from timing.exports.json import everything
from timing.exports.table import board_table, stage_table
from timing.racefile import dump, load, loads
from timing.simulator.faults import Faults
from timing.simulator.simulate import Edition, hold, simulate
from timing.simulator.standings import Progress

LIBRARY = Path(__file__).parents[2] / "config" / "races"
RACES = {path.stem: load(path).race for path in sorted(LIBRARY.glob("*.yaml"))}

FIELDS = {
    "atacama-crossing": (125, 6),
    "chattanooga": (250, 0),
    "coastal-challenge": (50, 4),
    "cocodona-250": (200, 0),
    "dragons-back": (400, 0),
    "everest-trail-race": (50, 6),
    "fire-and-ice": (30, 0),
    "grand-to-grand": (100, 4),
    "kalahari-augrabies": (75, 0),
    "marathon-des-sables": (1200, 60),
    "moab-240": (100, 0),
    "three-day-relay": (120, 40),
    "trans-america-1992": (28, 0),
    "transalpine-run": (900, 350),
    "transrockies-run": (350, 100),
}
"""Entries, and how many teams they make up, as the real races have them."""

every_race = pytest.mark.parametrize("slug", RACES)


@cache
def edition(slug: str) -> Edition:
    entries, teams = FIELDS[slug]
    return hold(RACES[slug], entries=entries, teams=teams, seed=2026, faults=Faults.none())


@cache
def book_of(slug: str) -> RaceBook:
    return compute(edition(slug).document)


def test_every_race_of_the_library_is_run() -> None:
    assert FIELDS.keys() == RACES.keys()


@every_race
def test_a_definition_has_no_problems(slug: str) -> None:
    assert RACES[slug].slug == slug
    assert compute(Document(race=RACES[slug])).problems() == ()


@every_race
def test_an_edition_without_faults_has_hardly_any_problems(slug: str) -> None:
    """Partners apart; reads beyond the shorter course of who moved; of a thousand, one in doubt."""
    document, book = edition(slug).document, book_of(slug)
    found = Counter(problem.code for problem in book.problems())
    in_doubt = found.pop(ProblemCode.TOO_FAST, 0) + found.pop(ProblemCode.TOO_SLOW, 0)
    beyond = {p.bib for p in book.problems() if p.code is ProblemCode.NOT_ON_COURSE}
    stayed = {entry.bib for entry in document.entries} - {
        ran.entry.bib
        for ran in edition(slug).truth.progress.values()
        if ran.division != ran.entry.division
    }
    assert found.keys() <= {ProblemCode.SEPARATED, ProblemCode.NOT_ON_COURSE}
    assert beyond.isdisjoint(stayed)
    assert in_doubt * 1000 <= len(document.passings)


@every_race
def test_totals_are_what_the_field_truly_ran(slug: str) -> None:
    """Whoever truly ran every stage of their division has that time, on every board."""
    truth, book = edition(slug).truth, book_of(slug)
    compared = 0
    for classification in RACES[slug].classifications:
        whole = not classification.stages and classification.measure in (
            Measure.TIME,
            Measure.STAGES,
        )
        if classification.of is Of.TEAM or not whole:
            continue
        for line in book.board(classification.code).lines:
            ran = truth.progress[entry_of(line).id]
            if line.rank is not None and ran.division == ran.entry.division:
                assert (line.stages, line.time) == (ran.stages, ran.total)
                compared += 1
    assert compared or not truth.alone


@every_race
def test_whoever_truly_ran_every_stage_is_ranked_and_nobody_else(slug: str) -> None:
    truth, book = edition(slug).truth, book_of(slug)
    for line in complete_lines(RACES[slug], book):
        ran = truth.progress[entry_of(line).id]
        if ran.division != ran.entry.division or ran.entry.id not in truth.alone:
            continue
        assert (line.rank is not None) == is_complete(RACES[slug], ran), line


def complete_lines(race: Race, book: RaceBook) -> Iterator[Line]:
    """The lines of everyone in a classification by time of a whole division."""
    for board in race.classifications:
        if board.of is Of.SOLO and board.measure is Measure.TIME and not board.category:
            yield from book.board(board.code).lines


def is_complete(race: Race, ran: Progress) -> bool:
    return ran.stages == len(stages_of(race, ran.division)) and not ran.is_unranked


def entry_of(line: Line) -> Entry:
    assert isinstance(line.competitor, Entry)
    return line.competitor


@every_race
def test_explanations_of_an_edition_add_up(slug: str) -> None:
    book = book_of(slug)
    entries = book.entries()
    for entry in entries[:: max(1, len(entries) // 12)]:
        explanation = explain(book, entry.id)
        for stage in (*explanation.stages, *explanation.team_stages):
            if stage.line is not None and stage.line.time is not None:
                assert sum(r.adds or 0 for r in stage.reasons) == stage.line.time
        for total in explanation.totals:
            if total.line.time is not None:
                assert sum(r.adds or 0 for r in total.reasons) == total.line.time


@every_race
def test_everything_of_an_edition_is_exported(slug: str) -> None:
    book = book_of(slug)
    told = json.loads(everything(book))
    assert list(told["boards"]) == list(book.board_codes())
    assert list(told["stages"]) == [str(n) for n in book.stages]
    for code in book.board_codes():
        board = book.board(code)
        assert len(to_csv(board_table(book.race, board)).splitlines()) == 1 + len(board.lines)
    for number in book.stages:
        boards = book.stage_boards(number)
        lines = sum(len(board.lines) for board in boards)
        assert len(to_csv(stage_table(book.race, boards)).splitlines()) == 1 + lines


@every_race
def test_an_edition_with_faults_survives_writing_and_reading(slug: str) -> None:
    document = simulate(
        RACES[slug], entries=60, teams=8 if FIELDS[slug][1] else 0, seed=7, faults=Faults()
    )
    assert loads(dump(document), name="edition") == document


@every_race
def test_most_who_start_an_edition_run_it_to_its_end(slug: str) -> None:
    """But of the long way across America, which fewer than half finished."""
    lines = [
        line
        for board in RACES[slug].classifications
        if not board.category
        for line in book_of(slug).board(board.code).lines
        if line.status is not RaceStatus.REGISTERED
    ]
    ended = (RaceStatus.FINISHED, RaceStatus.UNRANKED)
    finished = sum(1 for line in lines if line.status in ended)
    assert finished > (0.2 if slug == "trans-america-1992" else 0.5) * len(lines)
