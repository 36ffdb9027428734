"""Reading .xlsx workbooks that anybody may have sent.

A workbook is a zip of XML. One of a few kilobytes can claim gigabytes, in its zip or with a single
cell far down a sheet, and the parser would take them. So a workbook is unpacked and looked over
here, within bounds, and only what was counted is handed on.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from xml.parsers import expat

import python_calamine

MAX_FILE = 16 * 1024 * 1024
"""Bytes of a workbook as it was sent."""

MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes of all that it holds."""

MAX_PARTS = 500
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
"""Of all sheets, empty ones between others counted."""

_CHUNK = 1024 * 1024
_MANIFEST = "[Content_Types].xml"
_WORKBOOK = "xl/workbook.xml"

Cell: TypeAlias = str | float | bool | time | date | datetime | timedelta


class BadWorkbook(ValueError):
    """The bytes are no workbook that can be read, or hold more than any race does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet's name and its rows from the first one on; a blank cell is an empty text."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def read_sheets(content: bytes) -> tuple[Sheet, ...]:
    """The sheets of an .xlsx workbook, in their order; BadWorkbook if it can't be read safely."""
    if len(content) > MAX_FILE:
        raise BadWorkbook(f"the workbook has over {MAX_FILE // 1024 // 1024} MB")
    parts = _unpacked(content)
    for name, part in parts.items():
        # A sheet may be kept anywhere: the workbook says where.
        if name.endswith(".xml"):
            _check_size(part)
    try:
        return _sheets(python_calamine.CalamineWorkbook.from_filelike(_packed(parts)))
    except python_calamine.CalamineError as error:
        raise BadWorkbook(f"the workbook can't be read: {error}") from error


def _sheets(workbook: python_calamine.CalamineWorkbook) -> tuple[Sheet, ...]:
    found = []
    cells = 0
    # Any number of names may lead to the same sheet.
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        cells += sum(map(len, rows))
        if cells > MAX_CELLS:
            raise BadWorkbook(f"the workbook has over {MAX_CELLS:,} cells")
        found.append(Sheet(name=name, rows=tuple(map(tuple, rows))))
    return tuple(found)


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of the workbook that hold its sheets, never more than MAX_UNPACKED bytes."""
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MAX_PARTS:
                raise BadWorkbook(f"the workbook has over {MAX_PARTS} parts")
            for info in archive.infolist():
                if not info.filename.endswith((".xml", ".rels")):
                    continue
                with archive.open(info) as packed:
                    part = bytearray()
                    while chunk := packed.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            size = MAX_UNPACKED // 1024 // 1024
                            raise BadWorkbook(f"the workbook unpacks to over {size} MB")
                        part += chunk
                parts[info.filename] = bytes(part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BadWorkbook("this is no .xlsx workbook") from error
    if _MANIFEST not in parts or _WORKBOOK not in parts:
        raise BadWorkbook("this is no .xlsx workbook")
    return parts


def _packed(parts: dict[str, bytes]) -> io.BytesIO:
    """What was counted, as a workbook again."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            if name == _MANIFEST or name.startswith(("xl/", "_rels/")):
                archive.writestr(name, part)
    whole.seek(0)
    return whole


class _Extent:
    """How far a sheet's cells go: the parser makes room for everything up to the last one."""

    def __init__(self) -> None:
        self._row = self._column = self._last_row = self._last_column = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "c":
                letters = attributes.get("r", "").rstrip("0123456789")
                digits = attributes.get("r", "")[len(letters) :]
                self._row = int(digits or self._row)
                self._column = _column(letters) if letters else self._column + 1
            case _:
                return
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if (
            self._last_row > MAX_ROWS
            or self._last_column > MAX_COLUMNS
            or self._last_row * self._last_column > MAX_CELLS
        ):
            raise BadWorkbook(
                f"a sheet goes on to row {self._last_row}, column {self._last_column}: "
                f"delete what stands there"
            )


def _column(letters: str) -> int:
    """1 of ``A``, 27 of ``AA``; never far above MAX_COLUMNS."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
        if number > MAX_COLUMNS:
            break
    return number


def _check_size(sheet: bytes) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = _Extent().begin
    # Without a document type there are no entities, and nothing that grows out of them.
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(sheet, True)  # noqa: FBT003 - the library's own
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, BadWorkbook):
            raise
        raise BadWorkbook("the workbook can't be read: a sheet is no XML") from error


def _refuse(*_declaration: object) -> None:
    raise BadWorkbook("the workbook can't be read: a sheet declares a document type")
