"""Another timekeeper's results: read from a table, and laid beside ours by bib."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from timing.core.entries import Entry
from timing.core.results import Line, StageLine
from timing.core.times import DAY, HOUR, MINUTE, SECOND, Duration
from timing.importers.columns import TextTable
from timing.importers.reads import BadFile
from timing.importers.spreadsheets import Cell


class Column(StrEnum):
    """What a column of results says."""

    BIB = "bib"
    RANK = "rank"
    TIME = "time"
    STATUS = "status"


_NAMES: Mapping[Column, tuple[str, ...]] = {
    Column.BIB: ("bib", "bibnumber", "bibno", "no", "nr", "dossard", "startnr",
                 "startnummer", "dorsal"),
    Column.RANK: ("rank", "ranking", "place", "pos", "position", "overall", "rang",
                  "platz", "classement"),
    Column.TIME: ("time", "total", "totaltime", "finishtime", "officialtime", "zeit", "temps",
                  "tiempo", "stagetime", "result", "guntime", "chiptime"),
    Column.STATUS: ("status", "state", "statut"),
}  # fmt: skip
_OUT = frozenset({"dnf", "dns", "dsq", "dq", "otl", "ab", "abandon", "np"})
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A line of theirs; ``time`` is None for who has none."""

    bib: str
    rank: int | None = None
    time: Duration | None = None
    status: str = ""


class Verdict(StrEnum):
    """What comparing a line came to."""

    SAME = "same"
    TIME = "time"
    RANK = "rank"
    STATUS = "status"
    ONLY_OURS = "only ours"
    ONLY_THEIRS = "only theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A bib in both, or in one; ``off`` is their time less ours, ``because`` what explains it."""

    bib: str
    verdict: Verdict
    ours: Line | StageLine | None = None
    theirs: Theirs | None = None
    off: Duration = 0
    because: str = ""


def guess_result_columns(table: TextTable) -> dict[Column, int]:
    """Which column says what, by its name; the first of a name counts."""
    found: dict[Column, int] = {}
    for index, name in enumerate(table.header):
        plain = re.sub(r"[^a-z0-9]", "", name.casefold())
        for column, names in _NAMES.items():
            if plain in names:
                found.setdefault(column, index)
    return found


def read_results(table: TextTable, columns: Mapping[Column, int]) -> tuple[Theirs, ...]:
    """Their lines; BadFile where no column has the bib or the time."""
    if Column.BIB not in columns or Column.TIME not in columns:
        raise BadFile("say which columns have the bib and the time")
    found = []
    for row in table.rows:
        cells = {c: row[i] if i < len(row) else "" for c, i in columns.items()}
        bib = _text(cells[Column.BIB])
        if bib:
            rank = _text(cells.get(Column.RANK, ""))
            status = _text(cells.get(Column.STATUS, "")).casefold()
            if not status and rank.casefold() in _OUT:
                status = rank.casefold()
            # A place that a file repeats with a point, as ``1.``, is one all the same.
            digits = rank.rstrip(".")
            found.append(
                Theirs(
                    bib=bib,
                    rank=int(digits) if digits.isascii() and digits.isdigit() else None,
                    time=None if status in _OUT else _time(cells[Column.TIME]),
                    status=status,
                )
            )
    return tuple(found)


def compare_results(
    ours: Iterable[Line | StageLine], theirs: Iterable[Theirs], precision: Duration
) -> tuple[Compared, ...]:
    """Each bib once, ours in their order and then what only they have."""
    by_bib = {line.bib: line for line in theirs}
    found = [
        _compared(who.bib, line, by_bib.pop(who.bib, None), precision)
        for line in ours
        if isinstance(who := line.competitor, Entry)
    ]
    found += [
        Compared(bib=bib, verdict=Verdict.ONLY_THEIRS, theirs=line) for bib, line in by_bib.items()
    ]
    return tuple(found)


def _compared(
    bib: str, ours: Line | StageLine, theirs: Theirs | None, precision: Duration
) -> Compared:
    # Who has no rank has no result that others would give a time for.
    time = None if ours.rank is None else ours.time
    if theirs is None:
        verdict = Verdict.SAME if time is None else Verdict.ONLY_OURS
        return Compared(bib=bib, verdict=verdict, ours=ours)
    off, because = 0, ""
    if (time is None) != (theirs.time is None):
        verdict = Verdict.STATUS
    elif time is not None and theirs.time is not None and time != theirs.time:
        verdict, off = Verdict.TIME, theirs.time - time
        because = _why(ours, theirs.time, off, precision)
    elif theirs.rank is not None and theirs.rank != ours.rank:
        verdict = Verdict.RANK
    else:
        verdict = Verdict.SAME
    return Compared(bib=bib, verdict=verdict, ours=ours, theirs=theirs, off=off, because=because)


def _why(ours: Line | StageLine, theirs: Duration, off: Duration, precision: Duration) -> str:
    for name, given in (("penalty", -ours.penalty), ("credit", ours.credit), ("bonus", ours.bonus)):
        if given and off == given:
            return f"our {name}"
    if given := ours.penalty - ours.credit - ours.bonus:
        if off == -given:
            return "our penalties, credits and bonuses together"
    elif ours.raw_time is not None and abs(theirs - ours.raw_time) < precision:
        return "rounding"
    return ""


def _time(cell: Cell) -> Duration | None:
    match cell:
        case timedelta():
            return cell // timedelta(milliseconds=1)
        case datetime():
            return None
        case time():
            whole = cell.hour * HOUR + cell.minute * MINUTE + cell.second * SECOND
            return whole + cell.microsecond // 1_000
        case float() if not isinstance(cell, bool):
            return round(cell * DAY / SECOND) * SECOND
        case _:
            match = _CLOCK.fullmatch(_text(cell))
            if match is None:
                return None
            hours, minutes, seconds, fraction = match.groups()
            whole = int(hours or 0) * HOUR + int(minutes) * MINUTE + int(seconds) * SECOND
            return whole + int((fraction or "0").ljust(3, "0"))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
