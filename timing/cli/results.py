"""``timing check`` and ``timing compute``: what a race's records come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from timing.cli.printing import (
    patiently,
    print_sheets,
    problem_lines,
    sheet,
    warn_of,
    write_bytes,
)
from timing.cli.questions import (
    MOMENT,
    Result,
    asked_board,
    asked_control,
    asked_projection,
    asked_stage,
)
from timing.cli.sources import at_revision, read_document, takes_race
from timing.core.book import RaceBook
from timing.core.compute import compute as compute_book
from timing.core.document import Document
from timing.core.publications import Publication
from timing.core.times import Instant
from timing.exports.csv import to_csv
from timing.exports.json import everything, to_json

FOUND_SOMETHING = 1


@click.command()
@takes_race
@at_revision
@click.pass_context
def check(ctx: click.Context, *, file: Path | None, slug: str | None, revision: int | None) -> None:
    """Validate a race and list its problems.

    Exit status 0: there are none; 1: there are; 2: it can't be loaded.
    """
    book = computed(read_document(file, slug, revision))
    problems = book.problems()
    for line in problem_lines(problems):
        click.echo(line)
    if problems:
        ctx.exit(FOUND_SOMETHING)


@click.command()
@takes_race
@at_revision
@click.option("--board", metavar="CODE", help="A classification; with --stage, who is shown.")
@click.option("--after", type=int, metavar="N", help="The board as after stage N.")
@click.option("--stage", type=int, metavar="N", help="A stage's result.")
@click.option("--control", metavar="CODE", help="With --stage: the order at a control.")
@click.option("--projected", is_flag=True, help="With --board: as expected, while a stage runs.")
@click.option("--all", "is_all", is_flag=True, help="Everything, with the problems, as JSON.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="As of 2026-08-28T18:00:00Z.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]))
def compute(
    *,
    file: Path | None,
    slug: str | None,
    revision: int | None,
    board: str | None,
    after: int | None,
    stage: int | None,
    control: str | None,
    projected: bool,
    is_all: bool,
    at: Instant | None,
    form: str | None,
) -> None:
    """Compute a classification, a stage's result, the order at a control, or everything."""
    if is_all:
        if form not in (None, "json") or any(x is not None for x in (board, after, stage, control)):
            raise click.UsageError("--all goes with --format json, and shows everything.")
    elif stage is None and (board is None or control is not None):
        raise click.UsageError("Say what: --board CODE, --stage N (with --control CODE), or --all.")
    elif stage is not None and after is not None:
        raise click.UsageError("--after is for classifications: --stage N has one result.")
    if projected and (board is None or is_all or any(x is not None for x in (after, stage))):
        raise click.UsageError("--projected goes with --board, and is of the stage that runs.")
    book = computed(read_document(file, slug, revision), at)
    if is_all:
        warn_of(book.problems())
        write_bytes(everything(book))
        return
    if projected:
        result = asked_projection(book, board or "")
    elif stage is None:
        result = asked_board(book, board or "", after)
    elif control is None:
        result = asked_stage(book, stage, board)
    else:
        result = asked_control(book, stage, control, board)
    warn_of(book.problems())
    _print(result, form or "table")


def computed(
    document: Document, at: Instant | None = None, issued: Sequence[Publication] = ()
) -> RaceBook:
    """The race's results, all of them settled, with what was issued of them by then."""
    with patiently("Computing"):
        book = compute_book(document, at=at)
        book.publications = tuple(p for p in issued if at is None or p.at <= at)
        book.problems()
    return book


def _print(result: Result, form: str) -> None:
    match form:
        case "csv":
            write_bytes(to_csv(result.table))
        case "json":
            write_bytes(to_json(result.table))
        case _:
            print_sheets(sheet(title, table) for title, table in result.parts)
