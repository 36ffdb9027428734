"""Another timekeeper's results: read from a table, and laid beside ours by bib."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
                  "platz", "classement", "ranktotal", "overallplace", "overallrank", "puesto"),
    Column.TIME: ("time", "total", "totaltime", "finishtime", "officialtime", "zeit", "temps",
                  "tiempo", "stagetime", "result", "guntime", "chiptime", "performance",
                  "timeformatted", "seconds", "timeseconds", "totalseconds", "racetimesec"),
    Column.STATUS: ("status", "state", "statut"),
}  # fmt: skip
_OUT = frozenset({"dnf", "dns", "dsq", "dq", "otl", "ab", "abandon", "np"})
_CLOCK = re.compile(
    r"(?:(?P<days>\d{1,2})\s*d\s*)?(?:(?P<hours>\d{1,4})\s*[:h]\s*)?(?P<minutes>\d{1,3})\s*[:m'′]\s*"
    r"(?P<seconds>\d{2})(?:[.,](?P<fraction>\d{1,3}))?\s*(?:[h\"″]|''|s|sec)?",
    re.ASCII,
)
"""As others write it: ``4:05:23``, ``4h05'23"``, ``1d 02:03:04 h``."""

_PLACE = re.compile(r"\W?\s?(\d{1,6})(?:\.|º|ª|°|st|nd|rd|th|er|e|ème)?\s*(?:$|[/(-])")
_SECONDS = re.compile(r"(\d{1,7})(?:[.,](\d{1,3}))?", re.ASCII)
_IN_SECONDS = re.compile(r"sec(?:onds?)?$")


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
        plain = _plain(name)
        for column, names in _NAMES.items():
            if plain in names:
                found.setdefault(column, index)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def read_results(table: TextTable, columns: Mapping[Column, int]) -> tuple[Theirs, ...]:
    """Their lines; BadFile where no column has the bib or the time."""
    if Column.BIB not in columns or Column.TIME not in columns:
        raise BadFile("say which columns have the bib and the time")
    found = []
    is_in_seconds = _IN_SECONDS.search(_plain(table.header[columns[Column.TIME]])) is not None
    for row in table.rows:
        cells = {c: row[i] if i < len(row) else "" for c, i in columns.items()}
        bib = _text(cells[Column.BIB])
        if bib:
            rank = _text(cells.get(Column.RANK, ""))
            status = _text(cells.get(Column.STATUS, "")).casefold()
            if not status and rank.casefold() in _OUT:
                status = rank.casefold()
            found.append(
                Theirs(
                    bib=bib,
                    rank=_rank(rank),
                    time=None
                    if status in _OUT
                    else _seconds(cells[Column.TIME])
                    if is_in_seconds
                    else _time(cells[Column.TIME]),
                    status=status,
                )
            )
    return tuple(found)


def compare_results(
    ours: Iterable[Line | StageLine], theirs: Iterable[Theirs], precision: Duration
) -> tuple[Compared, ...]:
    """Each bib once, ours in their order and then what only they have."""
    by_bib = {line.bib: line for line in theirs}
    lines = list(ours)
    sharing = Counter(line.rank for line in lines)
    found = [
        _compared(who.bib, line, by_bib.pop(who.bib, None), precision, sharing)
        for line in lines
        if isinstance(who := line.competitor, Entry)
    ]
    found += [
        Compared(bib=bib, verdict=Verdict.ONLY_THEIRS, theirs=line) for bib, line in by_bib.items()
    ]
    return tuple(found)


def tendency(found: Sequence[Compared]) -> str:
    """What the times that differ have in common, in a sentence; empty where it is nothing."""
    offs = [one.off for one in found if one.verdict is Verdict.TIME]
    if len(offs) > 1 and all(-SECOND <= off < 0 for off in offs):
        return "Where times differ theirs are up to a second less: they round down."
    if len(offs) > 1 and all(0 < off <= SECOND for off in offs):
        return "Where times differ theirs are up to a second more: they round up."
    if len(offs) > 2 and len(set(offs)) == 1:
        return "Where times differ it is by the same: the start, or a clock, is another."
    return ""


def _compared(
    bib: str,
    ours: Line | StageLine,
    theirs: Theirs | None,
    precision: Duration,
    sharing: Mapping[int | None, int],
) -> Compared:
    # Who has no rank has no result that others would give a time for.
    time = None if ours.rank is None else ours.time
    if theirs is None:
        verdict = Verdict.SAME if time is None else Verdict.ONLY_OURS
        return Compared(bib=bib, verdict=verdict, ours=ours)
    off, because = 0, ""
    if (time is None) != (theirs.time is None):
        verdict = Verdict.STATUS
        because = (
            f"ours: {ours.status.value}"
            if time is None
            else f"theirs: {theirs.status or 'no time'}"
        )
    elif time is not None and theirs.time is not None and time != theirs.time:
        verdict, off = Verdict.TIME, theirs.time - time
        because = _why(ours, theirs.time, off, precision)
    elif theirs.rank is not None and theirs.rank != ours.rank:
        verdict = Verdict.RANK
        because = _why_rank(ours.rank, theirs.rank, sharing)
    else:
        verdict = Verdict.SAME
    return Compared(bib=bib, verdict=verdict, ours=ours, theirs=theirs, off=off, because=because)


def _why_rank(ours: int | None, theirs: int, sharing: Mapping[int | None, int]) -> str:
    """Of those who share our rank, others may number on, or all share the last."""
    if ours is not None and sharing[ours] > 1 and 0 < theirs - ours < sharing[ours]:
        return "a tie, which they number on"
    return "others before them differ, or ties are decided otherwise"


def _why(ours: Line | StageLine, theirs: Duration, off: Duration, precision: Duration) -> str:
    for name, given in (("penalty", -ours.penalty), ("credit", ours.credit), ("bonus", ours.bonus)):
        if given and off == given:
            return f"our {name}"
    if given := ours.penalty - ours.credit - ours.bonus:
        if off == -given:
            return "our penalties, credits and bonuses together"
    elif ours.raw_time is not None and abs(theirs - ours.raw_time) < precision:
        return "rounding"
    elif isinstance(ours, Line) and abs(off) <= precision * ours.stages:
        return "perhaps the rounding of each stage"
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
            whole = int(match["days"] or 0) * DAY + int(match["hours"] or 0) * HOUR
            whole += int(match["minutes"]) * MINUTE + int(match["seconds"]) * SECOND
            return whole + int((match["fraction"] or "0").ljust(3, "0"))


def _rank(text: str) -> int | None:
    """A place as others write it: ``1``, ``1.``, ``1st``, ``#1``, ``1 / 120``."""
    match = _PLACE.match(text)
    return None if match is None else int(match[1])


def _seconds(cell: Cell) -> Duration | None:
    """A time in seconds alone, as ``96944`` or ``96944.5``; else as any other."""
    match = _SECONDS.fullmatch(_text(cell))
    if match is None:
        return _time(cell)
    return int(match[1]) * SECOND + int((match[2] or "0").ljust(3, "0"))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
