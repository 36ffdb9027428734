"""The files of a race at the desk: what each is for, and what stands in its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import StageKind
from timing.pages import addresses
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import called
from timing.pages.stages import stage_title

STYLES = ("desk", "files")
BIBS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """What stands in the way of a file; ``bibs`` with the address of each, ``more`` unnamed."""

    message: str
    bibs: tuple[tuple[str, str], ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileItem:
    """A file to take home, by its ``url``, or by a job where it ``is_long``.

    With neither it can't be made, and ``in_the_way`` says why. ``is_made`` while a job makes it.
    """

    code: str
    title: str
    purpose: str
    ending: str
    url: str = ""
    is_long: bool = False
    is_made: bool = False
    in_the_way: tuple[InTheWay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A file that a job makes or has made: ``done`` of ``of`` parts, 0 of 0 at the beginning.

    Without ``url`` there is no file; without ``stop_url`` it has ended.
    """

    title: str
    told: str
    is_running: bool
    is_failed: bool
    done: int
    of: int
    url: str
    stop_url: str
    delete_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintItem:
    """What is printed of a stage; bulletin, ceremony and prizes only where it has begun."""

    title: str
    bulletin_url: str
    ceremony_url: str
    prizes_url: str
    start_list_url: str
    checkpoint_sheets_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableItem:
    """A board's or a stage's tables."""

    title: str
    csv_url: str
    json_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesPage:
    """Every file."""

    template: ClassVar[str] = "desk_files.html"

    frame: Frame
    race: str
    slug: str
    signed_in_as: str
    form_token: str
    messages: tuple[str, ...]
    files: tuple[FileItem, ...]
    made: tuple[MadeFile, ...]
    prints: tuple[PrintItem, ...]
    tables: tuple[TableItem, ...]


def files_page(
    book: RaceBook,
    *,
    files: Sequence[FileItem],
    made: Sequence[MadeFile],
    form_token: str,
    signed_in_as: str,
    messages: Sequence[str] = (),
) -> FilesPage:
    """The page, of a whole book."""
    race, last = book.race, book.last_stage
    tables = [_table(race.slug, called(c), board=c.code) for c in race.classifications]
    stages = [stage for stage in race.stages if stage.kind is not StageKind.REST]
    tables += [
        _table(race.slug, stage_title(stage), stage=stage.number)
        for stage in stages
        if stage.number <= last
    ]
    return FilesPage(
        frame=Frame(title=f"Files · {race.name}", styles=STYLES, scripts=("files",)),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        messages=tuple(messages),
        files=tuple(files),
        made=tuple(made),
        prints=tuple(
            PrintItem(
                title=stage_title(stage),
                bulletin_url=_print(race.slug, "bulletin", stage.number, last),
                ceremony_url=_print(race.slug, "ceremony", stage.number, last),
                prizes_url=_print(race.slug, "prizes", stage.number, last),
                start_list_url=addresses.desk_print(race.slug, "start-list", stage.number),
                checkpoint_sheets_url=addresses.desk_print(
                    race.slug, "checkpoint-sheets", stage.number
                ),
            )
            for stage in stages
        ),
        tables=tuple(tables),
    )


def _print(slug: str, sheet: str, number: int, last: int) -> str:
    """Where a sheet of results is; empty before there are any."""
    return addresses.desk_print(slug, sheet, number) if number <= last else ""


def _table(slug: str, title: str, **what: str | int) -> TableItem:
    return TableItem(
        title=title,
        csv_url=addresses.desk_export(slug, **what, format="csv"),
        json_url=addresses.desk_export(slug, **what, format="json"),
    )
