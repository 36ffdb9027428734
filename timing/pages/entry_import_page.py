"""Taking a file of entries in: what its columns and its rows are taken for, before any is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from timing.pages.frame import Frame
from timing.pages.selection import Option

LINES_SHOWN = 150
SAMPLE_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FileColumn:
    """A column of the file: its header, its first cells, and what it may be about."""

    number: int
    header: str
    cells: tuple[str, ...]
    meanings: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A row, and what becomes of it."""

    line: int
    verdict: str
    who: str
    told: str
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryImportPage:
    """The page; ``upload`` is empty until a file was sent.

    ``sheet`` is the sheet that was read, ``sheets`` those of a workbook that has several with rows.
    ``date_sample`` is a date that can be read two ways, ``date_read`` how it is read. ``ready`` is
    how many rows may be taken, ``with_contacts`` whether the file has contacts too.
    """

    template: ClassVar[str] = "desk_entry_import.html"

    frame: Frame
    slug: str
    race: str
    is_started: bool
    upload: str = ""
    file_name: str = ""
    sheet: str = ""
    sheets: tuple[Option, ...] = ()
    columns: tuple[FileColumn, ...] = ()
    orders: tuple[Option, ...] = ()
    date_sample: str = ""
    date_read: str = ""
    divisions: tuple[Option, ...] = ()
    ranges: tuple[tuple[str, str, str], ...] = ()
    kinds: tuple[Option, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    rows: tuple[FileRow, ...] = ()
    more: int = 0
    absent: int = 0
    new_teams: tuple[str, ...] = ()
    fault: str = ""
    ready: int = 0
    with_contacts: bool = False
    message: str = ""
    is_error: bool = False
    signed_in_as: str = ""
    form_token: str = ""
