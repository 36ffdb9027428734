"""``timing export``: results as files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from timing import racefile
from timing.cli.forms import Asked, made
from timing.cli.printing import patiently, warn_of, write_bytes
from timing.cli.questions import MOMENT, asked_board, asked_stage
from timing.cli.refusals import unknown
from timing.cli.results import computed
from timing.cli.sites import write_site
from timing.cli.sources import read_published, takes_race, write_file
from timing.core.book import RaceBook
from timing.core.definition import Measure, Of
from timing.core.document import Document
from timing.core.public import public_book
from timing.core.times import Instant
from timing.exports.csv import to_csv
from timing.exports.json import everything, to_json
from timing.exports.table import Table
from timing.pages.languages import BY_CODE, ENGLISH

_FORMATS: dict[str, Callable[[Table], bytes]] = {"csv": to_csv, "json": to_json}
_XLSX = "xlsx"
_PDF = "pdf"
_IOF = "iof"
_SUBMISSIONS = ("itra", "ultrasignup", "runsignup", "athlinks", "duv")
_RACEFILE = "racefile"
_STAGERACEGC = "stageracegc"
_SITE = "site"
_CHOICES = (*_FORMATS, _XLSX, _PDF, *_SUBMISSIONS, _IOF, _STAGERACEGC, _SITE, _RACEFILE)


@click.command()
@takes_race
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice(
        [*_FORMATS, _XLSX, _PDF, *_SUBMISSIONS, _IOF, _STAGERACEGC, _SITE, _RACEFILE]
    ),
    help="Of what.",
)
@click.option("--board", metavar="CODE", help="A classification; without it, everything.")
@click.option("--after", type=int, metavar="N", help="The board as after stage N.")
@click.option("--stage", type=int, metavar="N", help="A stage's result.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="As of 2026-08-28T18:00:00Z.")
@click.option("--public", "is_public", is_flag=True, help="Only what the public is told.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice([*BY_CODE]),
    help="Of a site, English unless told; several times for several.",
)
@click.option("--with-racefile", is_flag=True, help="Put the racefile into a site.")
@click.option(
    "--out",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A file or folder.",
)
def export(
    *,
    file: Path | None,
    slug: str | None,
    form: str,
    board: str | None,
    after: int | None,
    stage: int | None,
    at: Instant | None,
    languages: tuple[str, ...],
    with_racefile: bool,
    is_public: bool,
    out: Path | None,
) -> None:
    """Write results to a file, or every board and stage into a folder.

    xlsx, pdf and iof are of the whole race where nothing else is named; pdf is the bulletin of a
    stage, by default the last with a result. With --format json and a PATH that ends in .json
    everything is in one file. With --format site the whole race is a folder of pages that need no
    server, or a file where PATH ends in .zip.
    """
    _refuse_what_does_not_go_together(
        form=form, board=board, after=after, stage=stage, at=at, is_public=is_public, out=out
    )
    if form == _SITE and out is not None:
        write_site(file, slug, at, languages or (ENGLISH.code,), out, with_racefile=with_racefile)
        return
    if languages or with_racefile:
        raise click.UsageError("--language and --with-racefile go with --format site.")
    document, issued = read_published(file, slug)
    if form == _RACEFILE:
        _write(_racefile(document), out)
        return
    book = computed(document, at, issued)
    if is_public:
        book = public_book(book.document, whole=book)
    warn_of(book.problems())
    if form == _STAGERACEGC:
        _write(_workbook(book, board), out)
    elif form in (_XLSX, _PDF, _IOF, *_SUBMISSIONS):
        asked = Asked(board=board, after=after, stage=stage, source=_source(file, slug))
        with patiently("Writing") if form != _XLSX else nullcontext():
            content = made(book, form, asked)  # a workbook has a bar of its own
        _write(content, out)
    elif stage is not None:
        _write(_FORMATS[form](asked_stage(book, stage, board).table), out)
    elif board is not None:
        _write(_FORMATS[form](asked_board(book, board, after).table), out)
    elif form == "json" and out is not None and out.suffix == ".json":
        with patiently("Writing"):
            content = everything(book)
        _write(content, out)
    elif out is not None:
        _write_all(book, form, out)


def _refuse_what_does_not_go_together(
    *,
    form: str,
    board: str | None,
    after: int | None,
    stage: int | None,
    at: Instant | None,
    is_public: bool,
    out: Path | None,
) -> None:
    is_of_all = form in _FORMATS and board is None and stage is None
    if form == _RACEFILE and (is_public or any(x is not None for x in (board, after, stage, at))):
        raise click.UsageError("A racefile holds the whole race: leave the others out.")
    if form == _SITE and any(asked is not None for asked in (board, after, stage)):
        raise click.UsageError("A site holds every board and stage: leave the others out.")
    if form == _SITE and out is None:
        raise click.UsageError("A site is many files: give --out a folder, or a PATH.zip.")
    if form == _STAGERACEGC and (after is not None or stage is not None):
        raise click.UsageError("The workbook holds every stage: leave --after and --stage out.")
    if stage is not None and form in (_IOF, *_SUBMISSIONS):
        raise click.UsageError(f"{form} tells the whole race: leave --stage out.")
    if form == _PDF and (board is not None or after is not None):
        raise click.UsageError("A bulletin is of a stage and all standings after it: say --stage.")
    if form in (_XLSX, _PDF) and out is None:
        raise click.UsageError("This is nothing to read on a screen: give --out PATH.")
    if after is not None and (board is None or stage is not None):
        raise click.UsageError("--after goes with --board CODE.")
    if is_of_all and (out is None or (out.suffix == ".csv" and not out.is_dir())):
        raise click.UsageError("Every board is a file of its own: give --out a folder, or --board.")


def _source(file: Path | None, slug: str | None) -> str:
    return slug or "" if file is None else file.name


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        write_bytes(content)
        return
    write_file(out, content)
    click.echo(f"Wrote {out}", err=True)


def _write_all(book: RaceBook, form: str, folder: Path) -> None:
    """Every board after the last stage with a result, and below ``stages/`` every stage's."""
    makers = {Path(code): partial(asked_board, book, code, None) for code in book.board_codes()}
    for number in book.stages:
        makers[Path("stages", str(number))] = partial(asked_stage, book, number)
    console = Console(stderr=True)
    with_bar = track(
        makers.items(), "Writing", console=console, transient=True, disable=not console.is_terminal
    )
    for name, make in with_bar:
        write_file(folder / f"{name}.{form}", _FORMATS[form](make().table))
    click.echo(f"Wrote {len(makers)} files to {folder}", err=True)


def _racefile(document: Document) -> bytes:
    with patiently("Writing"):
        return racefile.dump(document).encode()


def _workbook(book: RaceBook, code: str | None) -> bytes:
    """The workbook of a classification; without one, of the first that it can hold."""
    # Whoever exports another format need not wait for what writes workbooks.
    from timing.exports.stageracegc import left_out, to_stageracegc  # noqa: PLC0415

    fitting = {
        c.code: c
        for c in book.race.classifications
        if c.of is Of.SOLO and c.measure is Measure.TIME
    }
    wanted = next(iter(fitting), "gc") if code is None else code
    if wanted not in fitting:
        raise unknown("solo classification by time", wanted, fitting)
    for told in left_out(book.race.rules):
        click.echo(told, err=True)
    return to_stageracegc(book, fitting[wanted])
