"""``timing compare``: our results beside another timekeeper's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from timing.cli.questions import asked_stage
from timing.cli.refusals import Refused, unknown
from timing.cli.results import computed
from timing.cli.sources import read_document, takes_race, write_file
from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.results import Line, StageLine
from timing.exports.finishers import NotFit
from timing.importers.columns import read_table
from timing.importers.reads import MAX_FILE, BadFile
from timing.importers.vendor import (
    Column,
    Verdict,
    compare_results,
    guess_result_columns,
    read_results,
    tendency,
)
from timing.operations.comparing import compared_csv, compared_row, our_lines

DIFFERS = 1


@click.command()
@takes_race
@click.argument("vendorfile", required=False, type=click.Path(path_type=Path))
@click.option("--board", metavar="CODE", help="A classification by time; by default the first.")
@click.option("--after", type=int, metavar="N", help="The board as after stage N.")
@click.option("--stage", type=int, metavar="N", help="A stage's result instead.")
@click.option("--column", "named", multiple=True, metavar="MEANING=NAME", help="As time=Gun.")
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH", help="Every line as CSV.")
@click.pass_context
def compare(
    ctx: click.Context,
    *,
    file: Path | None,
    slug: str | None,
    vendorfile: Path | None,
    board: str | None,
    after: int | None,
    stage: int | None,
    named: Sequence[str],
    out: Path | None,
) -> None:
    """Lay our results beside a vendor's file, line by line.

    Exit status 0: they are the same; 1: something differs; 2: a file can't be read.
    """
    if slug is not None and vendorfile is None:
        file, vendorfile = None, file
    if vendorfile is None:
        raise click.UsageError("Give a racefile, or --race, and the vendor's file.")
    book = computed(read_document(file, slug))
    try:
        with vendorfile.open("rb") as opened:
            table = read_table(opened.read(MAX_FILE + 1))
        theirs = read_results(table, guess_result_columns(table) | _named(named, table.header))
    except (BadFile, OSError) as error:
        raise Refused(f"{vendorfile}: {error}.") from error
    lines = _ours(book, board, after, stage)
    found = compare_results(lines, theirs, book.race.rules.precision)
    if out is not None:
        write_file(out, compared_csv(found))
    for one in found:
        if one.verdict is not Verdict.SAME:
            click.echo("  ".join(cell for cell in compared_row(one) if cell))
    counts = Counter(one.verdict for one in found)
    click.echo(", ".join(f"{counts[v]} {v.value}" for v in Verdict if counts[v]) or "No lines.")
    if told := tendency(found):
        click.echo(told)
    if any(one.verdict is not Verdict.SAME for one in found):
        ctx.exit(DIFFERS)


def _named(named: Sequence[str], header: Sequence[str]) -> dict[Column, int]:
    found = {}
    for one in named:
        meaning, _, name = one.partition("=")
        if meaning not in tuple(Column) or name not in header:
            raise BadFile(f"there is no column “{name}”; there are: {', '.join(header)}")
        found[Column(meaning)] = header.index(name)
    return found


def _ours(
    book: RaceBook, board: str | None, after: int | None, stage: int | None
) -> Sequence[Line | StageLine]:
    if stage is not None:
        asked_stage(book, stage)
    try:
        return our_lines(book, board=board or "", after=after, stage=stage)
    except NotFit as error:
        raise Refused(str(error)) from error
    except UnknownBoard as error:
        raise unknown("board", board or "", book.board_codes()) from error
    except UnknownStage as error:
        raise Refused(f"There is no stage {after}.") from error
