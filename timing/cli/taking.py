"""``timing take`` and ``timing chips``: files of timing hardware, and who wears which chip."""

from __future__ import annotations

from pathlib import Path

import click

from timing.cli.databases import now, opened
from timing.cli.printing import patiently
from timing.cli.reader import checked_place
from timing.cli.refusals import Refused, refusing
from timing.core.compute import compute
from timing.db.reading import read_race
from timing.importers.chip_map import read_chip_map
from timing.importers.columns import (
    Meaning,
    columns_named,
    guess_columns,
    read_columns,
    read_table,
)
from timing.importers.formats import FORMATS, TABLE, guess_format
from timing.importers.reads import MAX_FILE, BadFile, Reading
from timing.operations.definitions import parse_definition
from timing.operations.importing import (
    Judgement,
    LineVerdict,
    Verdict,
    judge,
    plan_chips,
    take_chips,
    take_passings,
)
from timing.operations.races import export_document
from timing.pages.problem_words import problem_seen

_TOLD = 40
"""How many lines are told of a kind, unless all are asked for."""

_PORTION = 1_000


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--race", "slug", required=True, metavar="SLUG", help="The race.")
@click.option("--stage", type=int, metavar="N", help="The stage, where the file does not say.")
@click.option("--control", default="", metavar="CODE", help="The control, where it does not say.")
@click.option("--format", "format", type=click.Choice(list(FORMATS)), help="Else it is guessed.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="MEANING=COLUMN",
    help="What a column of a table means: time=Clock or bib=3; repeatable.",
)
@click.option("--source", default="chip", help="Where the passings come from: chip, paper, …")
@click.option("--zone", default="", help="The zone of the clock, if not the race's.")
@click.option("--offset-ms", type=int, metavar="MS", help="True time less the device's clock.")
@click.option("--bib", "is_bib", is_flag=True, help="What the device calls chips are bibs.")
@click.option("--device", default="", help="What the device is called, where it does not say.")
@click.option("--all", "is_all", is_flag=True, help="Tell every line that is not taken.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken.")
def take(
    *,
    file: Path,
    slug: str,
    stage: int | None,
    control: str,
    format: str | None,
    columns: tuple[str, ...],
    source: str,
    zone: str,
    offset_ms: int | None,
    is_bib: bool,
    device: str,
    is_all: bool,
    dry_run: bool,
) -> None:
    """Take a file of times into a race: of timing hardware, a CSV file or a spreadsheet.

    Taking it again adds nothing.
    """
    content = _content(file)
    chosen = format or guess_format(content)
    with refusing(BadFile), patiently(f"Reading {file.name}"):
        reading = _reading(content, chosen, columns)
    with opened() as database:
        with database.reading() as session:
            held = read_race(session, slug, journal=False)
            place = checked_place(
                parse_definition(held.definition), stage=stage, control=control, source=source,
                zone=zone, offset_ms=offset_ms, is_bib=is_bib, device=device,
            )  # fmt: skip
            with patiently(f"Comparing with {slug}"):
                book = compute(export_document(session, slug).document)
                judged = judge(
                    session, slug, reading.reads, reading.problems, place,
                    format=chosen, whose=book.placing(),
                )  # fmt: skip
        click.echo(f"{file.name} is {FORMATS[chosen].title}: {len(judged.lines)} lines")
        _tell(judged, is_all=is_all)
        if dry_run:
            click.echo("Nothing was written.")
            return
        new = judged.new
        with click.progressbar(length=len(new), label="Taking") as bar:
            for first in range(0, len(new), _PORTION):
                portion = new[first : first + _PORTION]
                with database.writing() as session:
                    take_passings(session, slug, portion, received=now())
                bar.update(len(portion))
        click.echo(f"Took {len(new)} passings.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--race", "slug", required=True, metavar="SLUG", help="The race.")
@click.option("--by", default="Chip map", help="Who hands them out, for the record.")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
def chips(*, file: Path, slug: str, by: str, dry_run: bool) -> None:
    """Take a table BIB,CHIP: who wears which chip.

    Before the start chips are the entries'; from then on each is a ruling.
    """
    with refusing(BadFile):
        found = read_chip_map(_content(file))
    with opened() as database:
        with database.reading() as session:
            plan = plan_chips(session, slug, found)
        for problem in plan.problems:
            click.echo(f"Not taken, {problem}", err=True)
        counts = f"new {len(plan.new)}, known already {plan.known}, not taken {len(plan.problems)}"
        if dry_run:
            click.echo(f"{counts}. Nothing was written.")
            return
        with database.writing() as session:
            take_chips(session, slug, plan, by=by, at=now())
    click.echo(f"{counts}.")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(MAX_FILE + 1)
    except OSError as error:
        raise Refused(f"{file} can't be read: {error.strerror}.") from error


def _reading(content: bytes, format: str, columns: tuple[str, ...]) -> Reading:
    if format != TABLE:
        if columns:
            raise click.UsageError("--column is for tables.")
        return FORMATS[format].read(content)
    table = read_table(content)
    named = []
    for text in columns:
        meaning, _, column = text.partition("=")
        if meaning not in list(Meaning):
            raise click.UsageError(f"{meaning} is no meaning: {', '.join(Meaning)}.")
        named.append((Meaning(meaning), column))
    found = guess_columns(table) | columns_named(table, named)
    told = ", ".join(f"{meaning} is “{table.header[index]}”" for meaning, index in found.items())
    click.echo(f"Columns: {told}" if told else "No column is known by its name.")
    return read_columns(table, found)


def _tell(judged: Judgement, *, is_all: bool) -> None:
    counts = judged.counts
    click.echo(
        f"new {counts[Verdict.NEW]}, known already {counts[Verdict.KNOWN]}, "
        f"conflicting {counts[Verdict.CONFLICT]}, passed over {counts[Verdict.PASSED_OVER]}, "
        f"rejected {counts[Verdict.REJECTED]}; of the new, nobody's as yet {judged.unknown}"
    )
    for verdict in (Verdict.CONFLICT, Verdict.REJECTED, Verdict.PASSED_OVER):
        _list([line for line in judged.lines if line.verdict is verdict], is_all=is_all)
    _list([line for line in judged.lines if line.problem is not None], is_all=is_all)


def _list(lines: list[LineVerdict], *, is_all: bool) -> None:
    shown = lines if is_all else lines[:_TOLD]
    for line in shown:
        problem = line.problem
        told = problem_seen(problem) if problem is not None else line.told
        word = "taken" if problem is not None else line.verdict.value.replace("_", " ")
        click.echo(f"  line {line.line}, {word}: {told}", err=True)
    if len(lines) > len(shown):
        click.echo(f"  and {len(lines) - len(shown)} more; --all tells them", err=True)
