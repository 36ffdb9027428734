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
from timing.core.times import SECOND, format_exact_duration
from timing.exports.finishers import NotFit, board_to_tell
from timing.exports.rows import harmless, rows_to_csv
from timing.importers.columns import read_table
from timing.importers.reads import MAX_FILE, BadFile
from timing.importers.vendor import (
    Column,
    Compared,
    Verdict,
    compare_results,
    guess_result_columns,
    read_results,
)

DIFFERS = 1
_HEADER = ("bib", "verdict", "our_rank", "their_rank", "our_time", "their_time", "off", "because")


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
        write_file(out, rows_to_csv(_HEADER, map(_row, found)))
    for one in found:
        if one.verdict is not Verdict.SAME:
            click.echo("  ".join(cell for cell in _row(one) if cell))
    counts = Counter(one.verdict for one in found)
    click.echo(", ".join(f"{counts[v]} {v.value}" for v in Verdict if counts[v]) or "No lines.")
    offs = [one.off for one in found if one.verdict is Verdict.TIME]
    if len(offs) > 1 and all(-SECOND <= off < 0 for off in offs):
        click.echo("Where times differ theirs are up to a second less: they round down.")
    if len(offs) > 1 and all(0 < off <= SECOND for off in offs):
        click.echo("Where times differ theirs are up to a second more: they round up.")
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
        return [li for b in book.stage_boards(stage) if not b.team_kind for li in b.lines]
    try:
        return board_to_tell(book, board or "", after).lines
    except NotFit as error:
        raise Refused(str(error)) from error
    except UnknownBoard as error:
        raise unknown("board", board or "", book.board_codes()) from error
    except UnknownStage as error:
        raise Refused(f"There is no stage {after}.") from error


def _row(one: Compared) -> tuple[str, ...]:
    ours, theirs = one.ours, one.theirs
    our_time = None if ours is None or ours.rank is None else ours.time
    their_time = None if theirs is None else theirs.time
    sign = "+" if one.off > 0 else ""
    return (
        harmless(one.bib),
        one.verdict.value,
        "" if ours is None or ours.rank is None else str(ours.rank),
        "" if theirs is None or theirs.rank is None else str(theirs.rank),
        "" if our_time is None else format_exact_duration(our_time),
        "" if their_time is None else format_exact_duration(their_time),
        f"{sign}{format_exact_duration(one.off)}" if one.off else "",
        one.because,
    )
