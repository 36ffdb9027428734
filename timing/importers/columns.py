"""CSV files and spreadsheets of times, whatever their header: columns guessed, then confirmed.

A table is read once; which column means what is a guess that a person confirms or changes; with
that the rows become reads. Where a row has no number of its own, what it says is its identity.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias

from timing.core.definition import Source
from timing.core.times import (
    DAY,
    SECOND,
    BadTime,
    Instant,
    TimeOfDay,
    is_minutes_only,
    parse_instant,
    parse_time_of_day,
)
from timing.importers.reads import (
    MAX_FILE,
    MAX_LINES,
    BadFile,
    BadRow,
    LineKind,
    LineProblem,
    Read,
    Reading,
    ReadTime,
    WallTime,
    day_of,
    number,
    wall_time,
    word,
)
from timing.importers.spreadsheets import BadWorkbook, Cell, read_sheets

MOST_COLUMNS = 200
TO_THE_MINUTE = 60_000
"""How far off a time may be that was written without seconds (Rules 4.10)."""


class Meaning(StrEnum):
    """What a column says. WAY is in or out; DATE goes with a TIME of day."""

    BIB = "bib"
    CHIP = "chip"
    TIME = "time"
    DATE = "date"
    STAGE = "stage"
    CONTROL = "control"
    WAY = "way"
    SOURCE = "source"
    SEQUENCE = "sequence"
    DEVICE = "device"
    NOTE = "note"


_NAMES: Mapping[Meaning, tuple[str, ...]] = {
    Meaning.BIB: ("bib", "bibnumber", "bibno", "number", "num", "no", "nr", "dossard", "startnr",
                  "startnumber", "dorsal", "racenumber", "startnummer"),
    Meaning.CHIP: ("chip", "chipcode", "chipid", "tag", "tagid", "transponder", "transpcode", "epc",
                   "rfid", "puce"),
    Meaning.TIME: ("time", "datetime", "timestamp", "unix", "epoch", "timeofday", "clock",
                   "passing", "absolutetime", "zeit", "uhrzeit", "heure", "hora", "enteredtime",
                   "clocktime", "daytime", "realtime", "chiptime"),
    Meaning.DATE: ("date", "day", "datum", "jour", "fecha"),
    Meaning.STAGE: ("stage", "etape", "etappe", "stagenumber", "etapa"),
    Meaning.CONTROL: ("control", "checkpoint", "station", "location", "point", "split", "cp",
                      "splitname", "place", "timingpoint", "aidstation", "kontrolle"),
    Meaning.WAY: ("way", "inout", "direction", "inorout", "subsplit", "subsplitkind"),
    Meaning.SOURCE: ("source", "origin", "quelle"),
    Meaning.SEQUENCE: ("sequence", "seq", "passingno", "logid", "rowid", "id", "line", "recordid"),
    Meaning.DEVICE: ("device", "reader", "decoder", "box", "boxname", "deviceid", "antenna"),
    Meaning.NOTE: ("note", "notes", "comment", "remark", "remarks"),
}  # fmt: skip
_MEANING_OF = {name: meaning for meaning, names in _NAMES.items() for name in names}

_DATES = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-.](\d{1,2})[-.](\d{4})", re.ASCII), (3, 2, 1)),
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_UNIX = re.compile(r"(\d{9,10})(?:\.(\d{1,9}))?", re.ASCII)
_UNIX_MS = re.compile(r"\d{12,13}", re.ASCII)
_WAYS = {"in": "in", "arrival": "in", "1": "in", "out": "out", "departure": "out", "64": "out"}

_Rows: TypeAlias = Iterable[tuple[int, tuple[Cell, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A file's rows as they came: ``lines`` are their numbers in it, the header's first.

    Of a workbook ``sheets`` has the names of those that have rows, ``sheet`` that of the one read.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[int, ...]
    sheets: tuple[str, ...] = ()
    sheet: str = ""


def read_table(content: bytes, sheet: str = "") -> TextTable:
    """The table in a CSV file or a sheet of an .xlsx workbook; BadFile.

    Where the workbook has no sheet of that name with rows, it is the first that has any.
    """
    if len(content) > MAX_FILE:
        raise BadFile(f"the file has over {MAX_FILE // 1024 // 1024} MB")
    if content[:2] != b"PK":
        return _table(_of_text(_decoded(content)))
    try:
        sheets = [one for one in read_sheets(content) if _filled(enumerate(one.rows, 1))]
    except BadWorkbook as error:
        raise BadFile(str(error)) from error
    if not sheets:
        raise BadFile("the file has no rows")
    chosen = next((one for one in sheets if one.name == sheet), sheets[0])
    return replace(
        _table(enumerate(chosen.rows, 1)),
        sheets=tuple(one.name for one in sheets),
        sheet=chosen.name,
    )


def _filled(rows: _Rows) -> list[tuple[int, tuple[Cell, ...]]]:
    return [(n, row) for n, row in rows if any(_text(cell) for cell in row)]


def _table(rows: _Rows) -> TextTable:
    filled = _filled(rows)
    if not filled:
        raise BadFile("the file has no rows")
    header = tuple(_text(cell) for cell in filled[0][1])
    return TextTable(
        header=header,
        rows=tuple(row for _, row in filled[1:]),
        lines=tuple(n for n, _ in filled[1:]),
    )


def guess_columns(table: TextTable) -> dict[Meaning, int]:
    """Which column means what, by its name; the first of a name counts."""
    found: dict[Meaning, int] = {}
    for index, name in enumerate(table.header):
        plain = re.sub(r"[^a-z0-9]", "", name.casefold())
        meaning = _MEANING_OF.get(plain)
        if meaning is not None:
            found.setdefault(meaning, index)
    return found


def read_columns(table: TextTable, columns: Mapping[Meaning, int]) -> Reading:
    """The reads of a table, with the columns as confirmed; BadFile where no column has the time."""
    if Meaning.TIME not in columns:
        raise BadFile("say which column has the time")
    if Meaning.BIB not in columns and Meaning.CHIP not in columns:
        raise BadFile("say which column has the bib or the chip")
    reads: list[Read] = []
    problems: list[LineProblem] = []
    for line, row in zip(table.lines, table.rows, strict=True):
        cells = {meaning: row[index] for meaning, index in columns.items() if 0 <= index < len(row)}
        try:
            reads.append(_read(cells, line))
        except BadRow as error:
            problems.append(LineProblem(line=line, kind=LineKind.REJECTED, told=str(error)))
    return Reading(reads=tuple(reads), problems=tuple(problems))


def _read(cells: Mapping[Meaning, Cell], line: int) -> Read:
    def text(meaning: Meaning) -> str:
        return _text(cells.get(meaning, ""))

    bib = word(text(Meaning.BIB), "bib") if text(Meaning.BIB) else ""
    chip = word(text(Meaning.CHIP), "chip") if text(Meaning.CHIP) else ""
    if not bib and not chip:
        raise BadRow("no bib and no chip")
    when, uncertainty = _time(cells.get(Meaning.TIME, ""), cells.get(Meaning.DATE, ""))
    control = word(text(Meaning.CONTROL), "control") if text(Meaning.CONTROL) else ""
    if way := text(Meaning.WAY).casefold():
        if way not in _WAYS:
            raise BadRow("the way is neither in nor out")
        control = f"{control}.{_WAYS[way]}"
    stage = number(text(Meaning.STAGE), "the stage", most=999) if text(Meaning.STAGE) else None
    device = word(text(Meaning.DEVICE), "device") if text(Meaning.DEVICE) else ""
    sequence = text(Meaning.SEQUENCE)
    if sequence:
        sequence = word(sequence, "sequence")
    # A number alone may stand in any file: it is an identity with its device only.
    numbered = f"{device}/{sequence}" if device and sequence else ""
    return Read(
        key=numbered or f"{stage or ''}/{control}/{bib}/{chip}/{when}",
        time=when,
        line=line,
        chip=chip,
        bib=bib,
        device=device,
        stage=stage,
        control=control,
        source=_source(text(Meaning.SOURCE)),
        uncertainty_ms=uncertainty,
        note=text(Meaning.NOTE)[:200],
    )


def _source(text: str) -> Source | None:
    name = text.casefold().replace(" ", "_").replace("-", "_")
    if not name:
        return None
    try:
        return Source(name)
    except ValueError:
        raise BadRow(f"there is no source “{text[:20]}”") from None


def _time(cell: Cell, day: Cell) -> tuple[ReadTime, int]:
    """The time of a row, and how far off it may be."""
    match cell:
        case datetime():
            return wall_time(cell), 0
        case time():
            return _with_day(wall_time(datetime.combine(date.min, cell)).ms, day), 0
        case timedelta():
            ms = cell // timedelta(milliseconds=1)
            if not 0 <= ms < DAY:
                raise BadRow("the time is of no day")
            return _with_day(ms, day), 0
        case bool() | date():
            raise BadRow("the time is none")
        case float() if 0 <= cell < 1:
            return _with_day(round(cell * DAY) % DAY, day), 0
        case _:
            return _of_words(_text(cell), day)


def _of_words(text: str, day: Cell) -> tuple[ReadTime, int]:
    if not text:
        raise BadRow("no time")
    if match := _UNIX.fullmatch(text):
        return int(match[1]) * SECOND + int((match[2] or "0")[:3].ljust(3, "0")), 0
    if _UNIX_MS.fullmatch(text):
        return int(text), 0
    if (instant := _instant(text)) is not None:
        return instant, 0
    written, separator, clock = text.replace("T", " ").partition(" ")
    if separator and not written.startswith(("+", "-")):
        found = _of_words(clock.strip(), "")
        if not isinstance(found[0], TimeOfDay):
            raise BadRow("the time can't be read")
        return WallTime(_day(written), found[0].ms), found[1]
    try:
        reading = parse_time_of_day(text.replace(",", "."))
    except (BadTime, ValueError):
        raise BadRow("the time can't be read") from None
    uncertainty = TO_THE_MINUTE if is_minutes_only(text) else 0
    if reading.day is not None:
        return reading, uncertainty
    return _with_day(reading.ms, day), uncertainty


def _instant(text: str) -> Instant | None:
    """An instant that says its own offset, with a blank or a ``T`` between; None for others."""
    if len(text) < 20 or text[4:5] != "-":
        return None
    try:
        return parse_instant(text)
    except BadTime:
        return None


def _with_day(ms: int, day: Cell) -> ReadTime:
    match day:
        case datetime():
            return WallTime(day.date(), ms)
        case date():
            return WallTime(day, ms)
        case _:
            text = _text(day)
            return WallTime(_day(text), ms) if text else TimeOfDay(ms)


def _day(text: str) -> date:
    for pattern, (year, month, day) in _DATES:
        if match := pattern.fullmatch(text):
            return day_of(int(match[year]), int(match[month]), int(match[day]))
    if match := _SLASHED.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        if first > 12 or first == second:
            return day_of(int(match[3]), second, first)
        if second > 12:
            return day_of(int(match[3]), first, second)
        raise BadRow("the date may be read in two ways: write 2026-08-28")
    raise BadRow("the date can't be read")


def _text(cell: Cell) -> str:
    """A cell as it would be written; whole numbers without decimals."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return ""
        case float() if cell.is_integer() and abs(cell) < 10**15:
            return str(int(cell))
        case _:
            return str(cell)


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _of_text(text: str) -> list[tuple[int, tuple[Cell, ...]]]:
    if "\0" in text:
        raise BadFile("this is no text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise BadFile(f"the file has over {MAX_LINES:,} lines")
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    found: list[tuple[int, tuple[Cell, ...]]] = []
    begun = 1
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise BadFile(f"line {begun} has over {MOST_COLUMNS} columns")
            found.append((begun, tuple(row)))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(f"line {begun} can't be read: {error}") from error
    return found


def columns_named(table: TextTable, names: Sequence[tuple[Meaning, str]]) -> dict[Meaning, int]:
    """The columns of these headers or numbers (from 1); BadFile where there is none such."""
    found: dict[Meaning, int] = {}
    for meaning, name in names:
        if name in table.header:
            found[meaning] = table.header.index(name)
        elif name.isascii() and name.isdigit() and 1 <= int(name) <= len(table.header):
            found[meaning] = int(name) - 1
        else:
            raise BadFile(f"there is no column “{name}”; there are: {', '.join(table.header)}")
    return found
