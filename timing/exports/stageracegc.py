"""A race as a workbook of StageRaceGC: what that tool adds up is what stands in the race's GC.

Times and bibs are text: a time over a day is none to the tool otherwise, and ``007`` would be 7.
Nothing becomes a formula or a link, whatever a name begins with. What is above a sheet's header
(race, date) the tool leaves alone; `timing.importers.stageracegc` reads it back.

The tool takes a blank time for 0 s, and somebody without a line for faster than everybody. So
whoever has no result on a stage has a line that it takes for retired: ``INC``, with the place
behind it if there is one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from itertools import count
from typing import Any

import xlsxwriter

from timing.core.book import RaceBook
from timing.core.definition import (
    Classification,
    Measure,
    Of,
    RoundAt,
    Rules,
    Stage,
    StageKind,
    StartMode,
)
from timing.core.entries import Entry, bib_order
from timing.core.stage_rows import Row
from timing.core.statuses import StageStatus
from timing.core.times import SECOND, Duration, Rounding, format_exact_duration

SHEETS = ("-RR", "-ITT", "-TTT")
INCOMPLETE = "INC"
UCI_TAG, LICENSE_TAG = "uci:", "license:"

_REGISTRATION = ("Bib", "First Name", "Last Name", "Team", "UCI ID", "License")
_RESULT = ("Bib", "Time", "Place", "Bonus", "Penalty")
_CLIMBS = ("kom", "mountain", "climb", "hill")
"""What the code of a classification by points holds where climbs give them."""

_OUT = {
    StageStatus.DNS: "DNS",
    StageStatus.DNF: "DNF",
    StageStatus.OTL: "OTL",
    StageStatus.DSQ: "DSQ",
}
_MAX_NAME = 31
"""Letters in the name of a sheet."""

_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def to_stageracegc(book: RaceBook, classification: Classification) -> bytes:
    """The workbook of a solo classification by time: its entries, and its stages with a result.

    Rest days, untimed and cancelled stages are left out: the tool knows none.
    """
    board = book.board(classification.code)
    entries = [line.competitor for line in board.lines if isinstance(line.competitor, Entry)]
    # As they were entered; whoever came later behind them.
    entered = {entry.id: n for n, entry in enumerate(book.document.entries)}
    entries.sort(key=lambda entry: (entered.get(entry.id, len(entered)), bib_order(entry.bib)))
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    workbook = xlsxwriter.Workbook(out, options)
    # The day of the race, not of the writing: the same race is always the same file.
    workbook.set_properties({"created": datetime.combine(book.race.starts_on, time(), UTC)})
    _write(workbook, "Registration", _registration(book, entries))
    names = {"registration"}
    gone: set[str] = set()
    for stage in book.race.stages:
        if stage.number <= board.after and _is_told(book, stage, classification):
            rows = _stage(book, stage, entries, gone)
            _write(workbook, _sheet_name(stage, names), rows)
    workbook.close()
    return out.getvalue()


def left_out(rules: Rules) -> tuple[str, ...]:
    """In words, what of the rules makes the tool's totals differ from the race's."""
    told = []
    if rules.precision < SECOND:
        told.append("StageRaceGC counts whole seconds: finer times are cut off there")
    if rules.round_at is RoundAt.TOTAL:
        told.append("StageRaceGC adds whole seconds: here the sum is rounded once")
    return tuple(told)


def _write(workbook: Any, name: str, rows: Iterable[tuple[str | int, ...]]) -> None:  # noqa: ANN401 - the library brings no types
    sheet = workbook.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell)
            elif cell:
                sheet.write_string(number, column, cell)


def _registration(book: RaceBook, entries: Iterable[Entry]) -> Iterable[tuple[str, ...]]:
    yield "Race", book.race.slug
    yield "Name", book.race.name
    yield "Time zone", book.race.timezone
    yield _REGISTRATION
    for entry in entries:
        # The last word is the last name: nobody can tell, and put together it is the name again.
        first, _, last = entry.name.rpartition(" ")
        team = book.team(entry.team) if entry.team else None
        tags = [
            next((tag.removeprefix(kind) for tag in entry.tags if tag.startswith(kind)), "")
            for kind in (UCI_TAG, LICENSE_TAG)
        ]
        yield entry.bib, first, last, "" if team is None else team.name or team.code, *tags


def _is_told(book: RaceBook, stage: Stage, classification: Classification) -> bool:
    if stage.kind is not StageKind.TIMED:
        return False
    if classification.stages and stage.number not in classification.stages:
        return False
    rows = _rows(book, stage).values()
    return not any(row.status is StageStatus.NEUTRALISED for row in rows)


def _rows(book: RaceBook, stage: Stage) -> Mapping[str, Row]:
    state = book.stage_book(stage.number).state
    return {} if state is None else state.rows


def _sheet_name(stage: Stage, taken: set[str]) -> str:
    """The stage's own name where it is one of the tool's; unlike any other in the workbook."""
    kind = "-ITT" if stage.start is not None and stage.start.mode is StartMode.INTERVAL else "-RR"
    name = stage.name.translate(_NOT_IN_NAMES).strip()
    if not name.endswith(SHEETS) or len(name) > _MAX_NAME or name.lower() in taken:
        name = f"Stage {stage.number}{kind}"
    taken.add(name.lower())
    return name


def _stage(
    book: RaceBook, stage: Stage, entries: Iterable[Entry], gone: set[str]
) -> Iterable[tuple[str | int, ...]]:
    """The lines of a stage; whoever is out is put into ``gone``, and told once."""
    yield "Date", stage.date.isoformat()
    columns = _points(book, stage)
    yield (*_RESULT, *columns)
    rows = _rows(book, stage)
    results = [
        (entry, rows.get(entry.id))
        for entry in entries
        if (row := rows.get(entry.id)) is None or row.status is not StageStatus.NOT_IN_DIVISION
    ]
    results.sort(key=lambda result: _order(result[1]))
    for entry, row in results:
        if entry.id in gone and (row is None or row.time is None):
            continue
        place = _place(row)
        if place in _OUT.values():
            gone.add(entry.id)
        yield (
            entry.bib,
            "" if row is None or row.time is None else _clock(row, book.race.rules),
            place,
            _time(0 if row is None else row.adjustment.bonus),
            _time(0 if row is None else row.adjusted + _on_gc(row)),
            *(won.get(entry.id) or "" for won in columns.values()),
        )


def _order(row: Row | None) -> tuple[bool, int]:
    rank = None if row is None else row.rank
    return rank is None, rank or 0


def _place(row: Row | None) -> str | int:
    if row is None:
        return INCOMPLETE
    if row.status in _OUT:
        return _OUT[row.status]
    if row.time is not None and row.rank is not None:
        return row.rank
    return INCOMPLETE if row.place is None else f"{INCOMPLETE} {row.place}"


def _on_gc(row: Row) -> Duration:
    return row.adjustment.gc_penalty - row.adjustment.gc_credit


def _clock(row: Row, rules: Rules) -> str:
    """The time before penalties and credits, which have a column of their own.

    The tool cuts off fractions: where the race does so too they may stay, to part equal times.
    """
    printed = (row.time or 0) - row.adjusted
    keeps = rules.rounding is Rounding.DOWN and rules.precision == SECOND and not row.is_virtual
    exact = row.raw if keeps and row.raw is not None else printed
    return format_exact_duration(exact)


def _time(duration: Duration) -> str:
    return format_exact_duration(duration) if duration else ""


def _points(book: RaceBook, stage: Stage) -> dict[str, dict[str, int]]:
    """The points of a stage by column and entry: a column a reason, and one of each table."""
    columns: dict[str, dict[str, int]] = {}
    before = max((n for n in book.stages if n < stage.number), default=0)
    for classification in book.race.classifications:
        if classification.measure is not Measure.POINTS or classification.of is not Of.SOLO:
            continue
        word = "KOM" if any(w in classification.code.lower() for w in _CLIMBS) else "Sprint"
        reasons: dict[str, dict[str, int]] = {}
        for entry_id, awards in book.stage_book(stage.number).awards.items():
            for award in awards:
                if award.board == classification.code:
                    won = reasons.setdefault(award.reason, {})
                    won[entry_id] = won.get(entry_id, 0) + award.points
        if classification.points:
            reasons[""] = _by_table(book, classification, before, stage.number, reasons)
        for reason, won in reasons.items():
            if any(won.values()):
                columns[_title(reason, word, columns)] = won
    return columns


def _title(reason: str, word: str, taken: Mapping[str, object]) -> str:
    """The reason where it is a column of the tool's, such as ``KOM 2``; else the next number."""
    if reason.upper().startswith(("KOM", "SPRINT", "STAGE SPRINT")) and reason not in taken:
        return reason
    return next(title for n in count(1) if (title := f"{word} {n}") not in taken)


def _by_table(
    book: RaceBook,
    classification: Classification,
    before: int,
    after: int,
    ruled: Mapping[str, Mapping[str, int]],
) -> dict[str, int]:
    """What the stage added to everybody's points, less what rulings gave."""
    earlier = _sums(book, classification, before)
    return {
        entry_id: points
        - earlier.get(entry_id, 0)
        - sum(won.get(entry_id, 0) for won in ruled.values())
        for entry_id, points in _sums(book, classification, after).items()
    }


def _sums(book: RaceBook, classification: Classification, after: int) -> dict[str, int]:
    """Everybody's points after a stage; none before the first."""
    if not after:
        return {}
    return {
        line.competitor.id: line.points
        for line in book.board(classification.code, after).lines
        if isinstance(line.competitor, Entry) and line.points is not None
    }
