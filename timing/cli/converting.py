"""``timing convert``: a racefile, or a workbook of another tool, as a racefile."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from timing import racefile
from timing.cli.printing import patiently
from timing.cli.refusals import Refused, refusing
from timing.cli.sources import read_racefile, write_file
from timing.core.document import Document
from timing.racefile import RacefileErrors

_WORKBOOK = ".xlsx"
_MAX_SLUG = 60


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--starts-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The first day, where a workbook has none: 2026-08-28. Without it, today.",
)
def convert(*, source: Path, target: Path, starts_on: datetime | None) -> None:
    """Write a racefile of a racefile, or of a workbook of StageRaceGC (.xlsx).

    What of a workbook can't be taken is told with its sheet and row.
    """
    if source.suffix.lower() == _WORKBOOK:
        content = _of_workbook(source, starts_on)
    elif starts_on is not None:
        raise click.UsageError("--starts-on is for workbooks: a racefile has its dates.")
    else:
        content = _dumped(read_racefile(source))
    write_file(target, content.encode())
    click.echo(f"Wrote {target}", err=True)


def _of_workbook(source: Path, starts_on: datetime | None) -> str:
    # Whoever converts no workbook need not wait for what reads them.
    from timing.importers.spreadsheets import MAX_FILE, BadWorkbook  # noqa: PLC0415
    from timing.importers.stageracegc import read_stageracegc  # noqa: PLC0415

    try:
        with source.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise Refused(f"{source} can't be read: {error.strerror}.") from error
    day = (starts_on or datetime.now(UTC)).date()
    with refusing(BadWorkbook), patiently(f"Reading {source.name}"):
        conversion = read_stageracegc(content, slug=_slug(source.stem), starts_on=day)
    for problem in conversion.problems:
        click.echo(str(problem), err=True)
    text = _dumped(conversion.document)
    # The workbook may hold what no racefile may: then nothing is written.
    with refusing(RacefileErrors):
        racefile.loads(text, name=source.name)
    return text


def _dumped(document: Document) -> str:
    with patiently("Writing"):
        return racefile.dump(document)


def _slug(stem: str) -> str:
    """``tour-2026`` of ``Tour 2026``."""
    return "-".join(re.findall(r"[a-z0-9]+", stem.lower()))[:_MAX_SLUG].strip("-") or "race"
