"""``timing print``: sheets to write on by hand, for when nothing else works."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import click

from timing.cli.printing import patiently
from timing.cli.questions import stage_with_result
from timing.cli.refusals import unknown
from timing.cli.results import computed
from timing.cli.sources import at_revision, read_document, takes_race, write_file
from timing.core.book import RaceBook, UnknownControl
from timing.core.ceremony import PODIUM
from timing.core.publication import digests_of
from timing.exports.mark import mark_of
from timing.exports.pdf import Imprint, Sheets, to_pdf
from timing.exports.pdf_ceremony import ceremony_sheet, prize_list
from timing.exports.pdf_checkpoint import checkpoint_sheets, station_codes
from timing.exports.pdf_start import StartOrder, start_list

_OUT = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="The PDF file.",
)
_TOP = click.option(
    "--top", type=click.IntRange(1), default=PODIUM, show_default=True, help="How many."
)
_STAGE = click.option("--stage", "number", required=True, type=int, metavar="N", help="Of stage N.")


@click.group()
def print() -> None:  # noqa: A001 - what the command is called
    """Print sheets to write on by hand, as PDF."""


@print.command(name="checkpoint-sheets")
@takes_race
@at_revision
@_STAGE
@click.option("--control", metavar="CODE", help="Of one control; by default of all with people.")
@_OUT
def checkpoint_sheets_(
    *,
    file: Path | None,
    slug: str | None,
    revision: int | None,
    number: int,
    control: str | None,
    out: Path,
) -> None:
    """Print a sheet for each control of a stage, with everybody who may come."""
    book, imprint = _read(file, slug, revision)
    stage_with_result(book.race, number)
    try:
        _write(lambda: checkpoint_sheets(book, number, control, imprint=imprint), out)
    except UnknownControl as error:
        known = station_codes(book, number)
        raise unknown(f"control on stage {number}", control or "", known) from error


@print.command(name="start-list")
@takes_race
@at_revision
@_STAGE
@click.option(
    "--order",
    type=click.Choice([order.value for order in StartOrder]),
    default=StartOrder.START.value,
    show_default=True,
    help="As they start, or by bib.",
)
@_OUT
def start_list_(
    *,
    file: Path | None,
    slug: str | None,
    revision: int | None,
    number: int,
    order: str,
    out: Path,
) -> None:
    """Print who starts when on a stage, with a box to tick for each."""
    book, imprint = _read(file, slug, revision)
    stage_with_result(book.race, number)
    _write(lambda: start_list(book, number, order=StartOrder(order), imprint=imprint), out)


@print.command()
@takes_race
@at_revision
@_STAGE
@_TOP
@_OUT
def ceremony(
    *, file: Path | None, slug: str | None, revision: int | None, number: int, top: int, out: Path
) -> None:
    """Print who is called to the prize ceremony after a stage, from the last place up."""
    book, imprint = _read(file, slug, revision)
    stage_with_result(book.race, number)
    mark = mark_of(book, imprint.issued, number)
    _write(lambda: ceremony_sheet(book, number, imprint=imprint, mark=mark, top=top), out)


@print.command()
@takes_race
@at_revision
@_STAGE
@_TOP
@_OUT
def prizes(
    *, file: Path | None, slug: str | None, revision: int | None, number: int, top: int, out: Path
) -> None:
    """Print who gets a prize after a stage, with a line each to sign."""
    book, imprint = _read(file, slug, revision)
    stage_with_result(book.race, number)
    mark = mark_of(book, imprint.issued, number)
    _write(lambda: prize_list(book, number, imprint=imprint, mark=mark, top=top), out)


def _read(file: Path | None, slug: str | None, revision: int | None) -> tuple[RaceBook, Imprint]:
    """The race, and what its sheets say of where they come from."""
    issued = time.time_ns() // 1_000_000
    if file is not None or slug is None:
        book = computed(read_document(file, slug, revision))
        name = "" if file is None else file.name
        source = f"{name}, input {digests_of(book).input[:12]}"
    else:
        # Whoever works on a file need not wait until the database's libraries are imported.
        from timing.cli import databases  # noqa: PLC0415

        held = databases.held(slug, revision)
        book = computed(held.document, issued=held.publications)
        source = f"definition {held.version}, revision {held.cursor.revision}"
    return book, Imprint(source=source, issued=issued)


def _write(make: Callable[[], Sheets], out: Path) -> None:
    with patiently("Printing"):
        sheets = make()
        content = to_pdf(sheets)
    for lost in sheets.unprintable:
        click.echo(
            f'no font has {" ".join(lost.letters)} of "{lost.text}": printed as "{lost.printed}"',
            err=True,
        )
    write_file(out, content)
    click.echo(f"Wrote {out}", err=True)
