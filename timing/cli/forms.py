"""The forms of ``timing export`` that take more than a table: workbook, bulletin, federations'."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
from rich.console import Console
from rich.progress import Progress

from timing.cli.questions import asked_board, asked_stage, stage_with_result
from timing.cli.refusals import Refused, unknown
from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.times import zone_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a race is asked for, and what it was read from."""

    board: str | None
    after: int | None
    stage: int | None
    source: str


def made(book: RaceBook, form: str, asked: Asked) -> bytes:
    """The file in that form; Refused where there is no such board or stage, or it does not fit."""
    match form:
        case "xlsx":
            return _workbook(book, asked)
        case "pdf":
            return _bulletin(book, asked)
        case _:
            return _submission(book, form, asked)


def _workbook(book: RaceBook, asked: Asked) -> bytes:
    # Each of these takes a library that other commands need not wait for.
    from timing.exports.mark import mark_of  # noqa: PLC0415
    from timing.exports.workbook import table_page, to_workbook  # noqa: PLC0415
    from timing.exports.xlsx import to_xlsx  # noqa: PLC0415

    mark = mark_of(book, _now(), asked.stage or asked.after)
    if asked.board is None and asked.stage is None:
        with _bar() as progress:
            return to_workbook(book, mark=mark, source=asked.source, progress=progress)
    result = (
        asked_board(book, asked.board or "", asked.after)
        if asked.stage is None
        else asked_stage(book, asked.stage, asked.board)
    )
    marked = mark.words(zone_named(book.race.timezone))
    pages = [table_page(title, table, (title, marked)) for title, table in result.parts]
    return to_xlsx(pages, created=book.race.starts_on, foot=book.race.name)


def _bulletin(book: RaceBook, asked: Asked) -> bytes:
    from timing.exports.mark import mark_of  # noqa: PLC0415
    from timing.exports.pdf import Imprint, to_pdf  # noqa: PLC0415
    from timing.exports.pdf_bulletin import bulletin  # noqa: PLC0415

    number = book.last_stage if asked.stage is None else asked.stage
    if not number:
        raise Refused("No stage has a result yet.")
    stage_with_result(book.race, number)
    now = _now()
    imprint = Imprint(source=asked.source, issued=now)
    sheets = bulletin(book, number, imprint=imprint, mark=mark_of(book, now, number))
    return to_pdf(sheets)


def _submission(book: RaceBook, form: str, asked: Asked) -> bytes:
    from timing.exports.finishers import NotFit, board_to_tell  # noqa: PLC0415
    from timing.exports.iof import to_iof  # noqa: PLC0415
    from timing.exports.mark import mark_of  # noqa: PLC0415
    from timing.exports.submissions import SUBMISSIONS, obstacles  # noqa: PLC0415

    try:
        board = board_to_tell(book, asked.board or "", asked.after)
        if form == "iof":
            codes = () if asked.board is None else (asked.board,)
            return to_iof(book, codes, mark=mark_of(book, _now(), asked.after))
        content = SUBMISSIONS[form].make(book, board)
    except NotFit as error:
        raise Refused(str(error)) from error
    except UnknownBoard as error:
        raise unknown("board", asked.board or "", book.board_codes()) from error
    except UnknownStage as error:
        raise Refused(f"There is no stage {asked.after}.") from error
    for one in obstacles(book, board, form):
        whom = f"bib {', '.join(one.bibs[:20])}: " if one.bibs else ""
        more = f" (and {len(one.bibs) - 20} more)" if len(one.bibs) > 20 else ""
        click.echo(f"{whom}{one.message}{more}", err=True)
    return content


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Writing", total=None)

        def told(done: int, of: int, what: str) -> None:
            bar.update(task, completed=done, total=of, description=f"Writing {what}".strip())

        yield told


def _now() -> int:
    return time.time_ns() // 1_000_000
