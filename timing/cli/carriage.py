"""``timing carriage``: what devices gave out by file, message or code, into the journal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from timing.cli.databases import now, opened
from timing.cli.printing import Sheet, print_sheets
from timing.cli.refusals import refusing
from timing.db.reading import read_race
from timing.importers.carriage import Trouble
from timing.operations.carriage import (
    Fit,
    Line,
    Look,
    TooMuchKept,
    keep_carried,
    look_over,
    put_away_taken,
)
from timing.operations.definitions import parse_definition
from timing.operations.record import append
from timing.pages.carriage_page import counts_words

_BROUGHT_BY = "command line"


@click.command()
@click.argument("slug")
@click.argument(
    "brought",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option("--look", "is_look", is_flag=True, help="Only say what would become of each record.")
def carriage(*, slug: str, brought: tuple[Path, ...], is_look: bool) -> None:
    """Take records of stations from files: a device's own, or text with messages or codes.

    Bringing the same again adds nothing. What is not whole waits for the rest.
    """
    contents = [
        sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes() for path in brought
    ]
    troubles: list[Trouble] = []
    passed_over: list[str] = []
    with refusing(TooMuchKept), opened() as database, database.writing() as session:
        race = parse_definition(read_race(session, slug, journal=False).definition)
        for content in contents:
            reading = keep_carried(session, slug, content, at=now(), by=_BROUGHT_BY)
            troubles += reading.troubles
            passed_over += reading.passed_over
        look = look_over(session, slug, race, at=now())
        if is_look:
            session.rollback()
        else:
            append(session, slug, look.passings, look.rulings, received=now())
            put_away_taken(session, slug, race, at=now())
    _tell(look, troubles, passed_over, is_look=is_look)


def _tell(look: Look, troubles: list[Trouble], passed_over: list[str], *, is_look: bool) -> None:
    for trouble in dict.fromkeys((*troubles, *look.troubles)):
        click.echo(str(trouble), err=True)
    for text in passed_over:
        click.echo(f"passed over: {text}", err=True)
    for gap in look.gaps:
        click.echo(str(gap), err=True)
    shown = [x for x in look.lines if is_look or x.fit not in (Fit.NEW, Fit.KNOWN)]
    if shown:
        rows = tuple(map(_row, shown))
        header = ("where", "station", "bib", "verdict", "why")
        print_sheets([Sheet(title="Records", header=header, rows=rows)])
    counts = counts_words([line.fit.value for line in look.lines]) or "0 read"
    click.echo(f"{counts}; nothing is recorded yet" if is_look else counts)


def _row(line: Line) -> tuple[str, ...]:
    bib = line.wire.get("bib", "")
    return (
        line.where,
        line.station,
        bib if isinstance(bib, str) else "",
        line.fit.value,
        line.told,
    )
