"""``timing jerseys``, ``ceremony`` and ``history``: who is honoured, and how it came about."""

from __future__ import annotations

from pathlib import Path

import click

from timing.cli.printing import print_sheets, sheet, write_bytes
from timing.cli.questions import MOMENT, asked_board
from timing.cli.refusals import Refused, unknown
from timing.cli.results import computed
from timing.cli.sources import read_document, read_published, takes_race
from timing.core.book import RaceBook
from timing.core.ceremony import PODIUM, ceremony_of
from timing.core.history import history_of
from timing.core.jerseys import given_after, jerseys_after, jerseys_on
from timing.core.times import Instant
from timing.exports.csv import to_csv
from timing.exports.json import to_json
from timing.exports.prizes import ceremony_table, history_table, jersey_table
from timing.exports.table import Table

_FORMATS = click.Choice(["table", "csv", "json"])


@click.command()
@takes_race
@click.option("--stage", type=int, metavar="N", help="Worn on stage N; by default on the next.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="As of 2026-08-28T18:00:00Z.")
@click.option("--format", "form", type=_FORMATS)
def jerseys(
    *, file: Path | None, slug: str | None, stage: int | None, at: Instant | None, form: str | None
) -> None:
    """Tell who wears which leader's jersey."""
    document, issued = read_published(file, slug)
    book = computed(document, at, issued)
    if stage is None:
        after = given_after(book)
        worn = jerseys_after(book, after, _next_worn_on(book)) if after else ()
    else:
        _known_stage(book, stage)
        worn = jerseys_on(book, stage)
    _print("Jerseys", jersey_table(book.race, worn), form)


@click.command()
@takes_race
@click.option("--after", type=int, metavar="N", help="After stage N; by default the last closed.")
@click.option("--top", type=click.IntRange(1), default=PODIUM, show_default=True, help="How many.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="As of 2026-08-28T18:00:00Z.")
@click.option("--format", "form", type=_FORMATS)
def ceremony(
    *,
    file: Path | None,
    slug: str | None,
    after: int | None,
    top: int,
    at: Instant | None,
    form: str | None,
) -> None:
    """Tell who is called to the prize ceremony."""
    book = computed(read_document(file, slug), at)
    if after:
        _known_stage(book, after)
    found = ceremony_of(book, after, top)
    _print(f"Ceremony after stage {found.after}", ceremony_table(book.race, found), form)


@click.command()
@takes_race
@click.option("--board", required=True, metavar="CODE", help="A classification.")
@click.option("--after", type=int, metavar="N", help="Up to stage N.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="As of 2026-08-28T18:00:00Z.")
@click.option("--format", "form", type=_FORMATS)
def history(
    *,
    file: Path | None,
    slug: str | None,
    board: str,
    after: int | None,
    at: Instant | None,
    form: str | None,
) -> None:
    """Tell ranks stage by stage, stages in the lead, and stage wins."""
    book = computed(read_document(file, slug), at)
    asked_board(book, board, after)
    _print(board, history_table(book.race, history_of(book, board, after)), form)


def _next_worn_on(book: RaceBook) -> int:
    """The stage that runs, or the number after the last one that is closed."""
    return book.running_stage or book.closed_stage + 1


def _known_stage(book: RaceBook, stage: int) -> None:
    if book.race.stage(stage) is None:
        raise unknown("stage", str(stage), (str(s.number) for s in book.race.stages))


def _print(title: str, table: Table, form: str | None) -> None:
    match form:
        case "csv":
            write_bytes(to_csv(table))
        case "json":
            write_bytes(to_json(table))
        case _:
            if not table.rows:
                raise Refused("There is nothing yet: no stage is closed, or nobody has a rank.")
            print_sheets((sheet(title, table),))
