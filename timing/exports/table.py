"""Boards as rows under named columns: the one place that says what a file of results holds.

The names and their order are a contract with whoever reads the files (docs/cli.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook
from timing.core.definition import Measure, Race
from timing.core.entries import Competitor, Entry, Team, written_name
from timing.core.results import Board, ControlBoard, ControlLine, Line, StageBoard, StageLine
from timing.core.times import Duration, format_duration, format_instant, round_to, zone_named

Cell: TypeAlias = str | int | None
"""A text, a number, a duration or an instant; None where there is none."""


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A named column; one that is ``exact`` stands only where durations are in milliseconds."""

    name: str
    kind: Kind = Kind.TEXT
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells, one for each column; ``precision`` and ``zone`` are for writing them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    precision: Duration
    zone: ZoneInfo


_COMPETITOR = (
    Column(name="rank", kind=Kind.NUMBER),
    Column(name="bib"),
    Column(name="name"),
    Column(name="team"),
    Column(name="division"),
    Column(name="gender"),
    Column(name="category"),
    Column(name="nationality"),
    Column(name="status"),
    Column(name="stages", kind=Kind.NUMBER),
)
_TIME = (Column(name="time", kind=Kind.DURATION), Column(name="gap", kind=Kind.DURATION))
_POINTS = (Column(name="points", kind=Kind.NUMBER), Column(name="gap", kind=Kind.NUMBER))
_ADJUSTMENTS = (
    Column(name="penalty", kind=Kind.DURATION),
    Column(name="credit", kind=Kind.DURATION),
    Column(name="bonus", kind=Kind.DURATION),
)
_RAW = (Column(name="raw_time", kind=Kind.DURATION, exact=True),)
_START = Column(name="start", kind=Kind.INSTANT)

TIME_COLUMNS = (*_COMPETITOR, *_TIME, *_ADJUSTMENTS, *_RAW)
POINTS_COLUMNS = (*_COMPETITOR, *_POINTS, *_ADJUSTMENTS)
STAGE_COLUMNS = (*TIME_COLUMNS, _START, Column(name="finish", kind=Kind.INSTANT))
CONTROL_COLUMNS = (*TIME_COLUMNS, _START, Column(name="passed", kind=Kind.INSTANT))

_IN_POINTS = frozenset({Measure.POINTS, Measure.PLACES})


def board_table(race: Race, board: Board) -> Table:
    """A classification; one in points has ``points`` in the place of ``time``."""
    in_points = board.measure in _IN_POINTS
    return _table(
        race,
        POINTS_COLUMNS if in_points else TIME_COLUMNS,
        (_points_row(line) if in_points else _time_row(line) for line in board.lines),
    )


def stage_table(race: Race, boards: Iterable[StageBoard]) -> Table:
    """A stage's result: the lines of its boards, one after the other."""
    return _table(race, STAGE_COLUMNS, (_stage_row(line) for b in boards for line in b.lines))


def control_table(book: RaceBook, boards: Iterable[ControlBoard]) -> Table:
    """The order at a control.

    ``time`` and ``gap`` are elapsed times there, as printed; status and adjustments are those
    of the stage.
    """
    return _table(
        book.race,
        CONTROL_COLUMNS,
        (row for board in boards for row in _control_rows(book, board)),
    )


def stage_boards_of(book: RaceBook, number: int, code: str) -> tuple[StageBoard, ...]:
    """A stage's result, of those alone who stand in the classification of that code.

    Places stay those within the division. Raises as `RaceBook.board` and `stage_boards` do.
    """
    standing = _standing(book, number, code)
    found = []
    for board in book.stage_boards(number):
        lines = tuple(line for line in board.lines if _identity(line.competitor) in standing)
        if lines:
            found.append(replace(board, lines=lines))
    return tuple(found)


def control_boards_of(
    book: RaceBook, number: int, point: str, code: str
) -> tuple[ControlBoard, ...]:
    """The order at a point, of those alone who stand in the classification of that code.

    Ranks stay those within the division. Raises as `RaceBook.board` and `control_boards` do.
    """
    standing = _standing(book, number, code)
    found = []
    for board in book.control_boards(number, point):
        lines = tuple(line for line in board.lines if _identity(line.entry) in standing)
        if lines:
            found.append(replace(board, lines=lines))
    return tuple(found)


def text(cell: Cell, column: Column, table: Table) -> str:
    """A cell as people read it, empty where there is none.

    Durations are ``H:MM:SS`` at the race's precision, instants ISO 8601 with the race's offset.
    """
    if cell is None:
        return ""
    if column.kind is Kind.DURATION:
        return format_duration(int(cell), table.precision)
    if column.kind is Kind.INSTANT:
        return format_instant(int(cell), table.zone)
    return str(cell)


def _table(race: Race, columns: Sequence[Column], rows: Iterable[tuple[Cell, ...]]) -> Table:
    return Table(
        columns=tuple(columns),
        rows=tuple(rows),
        precision=race.rules.precision,
        zone=zone_named(race.timezone),
    )


def _standing(book: RaceBook, number: int, code: str) -> frozenset[tuple[str, str]]:
    """Everyone in a classification after a stage, the incomplete too wherever they are shown."""
    classification = book.board(code, number).classification
    lines = book.lines_for_start(classification.code, classification.division, number)
    return frozenset(_identity(line.competitor) for line in lines)


def _identity(competitor: Competitor) -> tuple[str, str]:
    match competitor:
        case Entry(id=entry_id):
            return "entry", entry_id
        case Team(code=code):
            return "team", code


def _competitor(line: Line | StageLine, stages: int) -> tuple[Cell, ...]:
    match line.competitor:
        case Entry() as entry:
            bib, name, team = entry.bib, written_name(entry), entry.team
            gender, nationality = entry.gender, entry.nationality
        case Team() as its:
            bib, name, team = "", its.name, its.code
            gender = nationality = ""
    return (
        line.rank,
        bib,
        name,
        team,
        line.division,
        gender,
        " ".join(line.categories),
        nationality,
        line.status.value,
        stages,
    )


def _adjustments(line: Line | StageLine) -> tuple[Cell, ...]:
    return line.penalty, line.credit, line.bonus


def _time_row(line: Line) -> tuple[Cell, ...]:
    return (
        *_competitor(line, line.stages),
        line.time,
        line.gap,
        *_adjustments(line),
        line.raw_time,
    )


def _points_row(line: Line) -> tuple[Cell, ...]:
    return (*_competitor(line, line.stages), line.points, line.gap, *_adjustments(line))


def _stage_row(line: StageLine) -> tuple[Cell, ...]:
    return (
        *_competitor(line, int(line.done)),
        line.time,
        line.gap,
        *_adjustments(line),
        line.raw_time,
        line.start,
        line.finish,
    )


def _control_rows(book: RaceBook, board: ControlBoard) -> Iterable[tuple[Cell, ...]]:
    first: Duration | None = None
    for line in board.lines:
        stage_line = book.stage_line(board.stage, line.entry.id)
        if stage_line is None:
            continue
        time = _printed(book.race, line.elapsed)
        if first is None:
            first = time
        gap = None if time is None or first is None else time - first
        yield _control_row(line, stage_line, time, gap)


def _control_row(
    line: ControlLine, stage_line: StageLine, time: Duration | None, gap: Duration | None
) -> tuple[Cell, ...]:
    _, *competitor = _competitor(stage_line, int(stage_line.done))
    return (
        line.rank,
        *competitor,
        time,
        gap,
        *_adjustments(stage_line),
        line.elapsed,
        stage_line.start,
        line.time,
    )


def _printed(race: Race, elapsed: Duration | None) -> Duration | None:
    if elapsed is None:
        return None
    return round_to(elapsed, race.rules.precision, race.rules.rounding)
