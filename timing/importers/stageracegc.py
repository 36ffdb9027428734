"""Workbooks of StageRaceGC, a classification tool for cycle races, as documents.

Sheets: ``Registration`` (Bib, First Name, Last Name, Team, UCI ID, License), then one a stage in
order, its name ending in ``-RR``, ``-ITT`` or ``-TTT`` (Bib, Time, Place, Bonus, Penalty, KOM 1 …,
Sprint 1 …, Stage Sprint). Whatever stands above the line with ``Bib`` is the tool's to ignore; what
`timing.exports.stageracegc` writes there (race, date) is read.

What the tool takes for a result of nothing is none here: a blank time is unknown, not 0 s, and a
rider without a line on a stage has no result there (Rules 9.2, 13.17).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from timing.core.definition import (
    Classification,
    Control,
    Measure,
    Of,
    Race,
    Rules,
    Scope,
    Stage,
    TeamKind,
    TeamTime,
    TeamTimeKind,
    TieLink,
    TieLinkKind,
)
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.plain import derived_id
from timing.core.records import Bonus, Credit, Penalty, Points, Ruling, StageTime, Status
from timing.core.statuses import RulingStatus
from timing.core.times import (
    DAY,
    SECOND,
    BadTime,
    Duration,
    Instant,
    Rounding,
    parse_duration,
)
from timing.importers.spreadsheets import BadWorkbook, Cell, Sheet, read_sheets

REGISTRATION = "registration"
STAGE_SHEETS = ("-RR", "-ITT", "-TTT")
GC, TEAMS, CLIMBS, SPRINTS, TEAM_KIND = "gc", "teams", "kom", "sprint", "team"
INCOMPLETE = "INC"
"""In Place: the rider has no result there, and perhaps the place behind it; not retired."""

UCI_TAG, LICENSE_TAG = "uci:", "license:"

_COUNTED = 3
"""The tool adds up the times of so many of a team."""

_BEGINNING_OF_TIME = datetime(1899, 12, 31)  # noqa: DTZ001 - a spreadsheet's, without a zone
_MAX_TEXT = 200
_MAX_BIB = 20
_MAX_POINTS = 100_000

_SYNONYMS = {
    "RANK": "PLACE",
    "POS": "PLACE",
    "BIBNUM": "BIB",
    "NUM": "BIB",
    "NUMBER": "BIB",
    "FNAME": "FIRST",
    "LNAME": "LAST",
}
_RETIRED = {
    "DNS": RulingStatus.DNS,
    "NP": RulingStatus.DNS,
    "OTL": RulingStatus.OTL,
    "HD": RulingStatus.OTL,
    "DSQ": RulingStatus.DSQ,
    "DQ": RulingStatus.DSQ,
}
"""What a word for a place means; any other is DNF, such as AB (abandoned)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetProblem:
    """Something in a workbook that was not taken; ``row`` is the sheet's, from 1."""

    sheet: str
    row: int
    told: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.sheet}, row {self.row}: {self.told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A race made of a workbook, and whatever in it could not be taken."""

    document: Document
    problems: tuple[SheetProblem, ...]


@dataclass(slots=True)
class _Row:
    """A line of a sheet: its cells by the header's names, in capitals without blanks."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]

    def text(self, *names: str) -> str:
        """The first of these columns that says anything."""
        return next((t for name in names if (t := _text(self.cells.get(name, "")))), "")


@dataclass(slots=True)
class _Table:
    """A sheet: what stands above its header, the header as written, the lines below it."""

    above: dict[str, str]
    header: dict[str, str]
    rows: list[_Row]
    header_row: int


@dataclass(slots=True)
class _Reading:
    """A conversion under way."""

    problems: list[SheetProblem] = field(default_factory=list)
    bibs: dict[str, str] = field(default_factory=dict)

    def refuse(self, row: _Row, told: str) -> None:
        """Say what of a line is not taken."""
        self.problems.append(SheetProblem(sheet=row.sheet, row=row.number, told=told))


def read_stageracegc(content: bytes, *, slug: str, starts_on: date) -> Conversion:
    """The race in a workbook; BadWorkbook where the bytes are none, or it has no such sheets.

    ``slug`` names the race and ``starts_on`` is its first day, a stage a day, where the workbook
    does not say so itself. Times are declared, as the tool's are.
    """
    sheets = read_sheets(content)
    registration = next((s for s in sheets if s.name.strip().lower() == REGISTRATION), None)
    stages = [sheet for sheet in sheets if sheet.name.endswith(STAGE_SHEETS)]
    if registration is None or not stages:
        wanted = "a sheet Registration and one a stage, its name ending in -RR, -ITT or -TTT"
        raise BadWorkbook(f"this is no workbook of StageRaceGC: it needs {wanted}")
    reading = _Reading()
    riders = _table(registration)
    teams = _teams(riders)
    entries = _entries(reading, riders, {team.name: team.code for team in teams})
    tables = [_table(sheet) for sheet in stages]
    days = _days(tables, starts_on)
    race = _race(riders, slug, stages, days)
    rulings: list[Ruling] = []
    for number, (table, day) in enumerate(zip(tables, days, strict=True), start=1):
        rulings += _rulings(reading, table, number, day)
    largest = max((sum(e.team == t.code for e in entries) for t in teams), default=0)
    return Conversion(
        document=Document(
            race=_with_classifications(race, largest, rulings),
            entries=entries,
            teams=teams,
            rulings=tuple(replace(r, id=derived_id(r, 0)) for r in rulings),
        ),
        problems=tuple(reading.problems),
    )


# Sheets --------------------------------------------------------------------------------


def _table(sheet: Sheet) -> _Table:
    above: dict[str, str] = {}
    header: dict[int, str] = {}
    titles: dict[str, str] = {}
    rows = []
    header_row = 0
    for number, cells in enumerate(sheet.rows, start=1):
        if header:
            row = {header[i]: cell for i, cell in enumerate(cells) if i in header}
            if any(_text(cell) for cell in row.values()):
                rows.append(_Row(sheet.name, number, row))
        elif any(_column(cell) == "BIB" for cell in cells):
            header_row = number
            # Of two columns of one name the first counts.
            for index, cell in enumerate(cells):
                name = _column(cell)
                if name and name not in titles:
                    header[index] = name
                    titles[name] = _text(cell)
        elif len(cells) > 1 and _text(cells[0]):
            above[_text(cells[0]).lower()] = _text(cells[1])
    return _Table(above, titles, rows, header_row)


def _column(cell: Cell) -> str:
    """A header's name as the tool reads it: ``First Name`` and ``fname`` are ``FIRST``."""
    name = _text(cell).upper()
    name = re.sub(r"[ _]NAME$", "", name)
    name = re.sub(r"[^A-Z0-9]+", "", name)
    return _SYNONYMS.get(name, name)


def _text(cell: Cell) -> str:
    """A cell in one line, without what can't be printed; a whole number without its ``.0``."""
    match cell:
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer():
            return str(int(cell))
        case date():
            return cell.date().isoformat() if isinstance(cell, datetime) else cell.isoformat()
        case _:
            text = "".join(c if c.isprintable() else " " for c in str(cell))
            return " ".join(text.split())[:_MAX_TEXT]


# Riders --------------------------------------------------------------------------------


def _teams(riders: _Table) -> tuple[Team, ...]:
    """The teams in the order of their first riders: names may be long, codes are not."""
    names = dict.fromkeys(name for row in riders.rows if (name := row.text("TEAM")))
    return tuple(
        Team(code=f"T{number}", name=name, kind=TEAM_KIND)
        for number, name in enumerate(names, start=1)
    )


def _entries(reading: _Reading, riders: _Table, codes: Mapping[str, str]) -> tuple[Entry, ...]:
    entries = []
    for row in riders.rows:
        bib = row.text("BIB")
        if told := _bad_bib(bib):
            reading.refuse(row, told)
            continue
        if bib in reading.bibs:
            # Two riders under one number: their times would be added up (Rules 13.8).
            reading.refuse(row, f"bib {bib} is {reading.bibs[bib]}'s already")
            continue
        name = " ".join(filter(None, (row.text("FIRST"), row.text("LAST")))) or row.text("NAME")
        reading.bibs[bib] = name or "another"
        tags = [
            f"{tag}{''.join(said.split())}"[:100]
            for tag, said in ((UCI_TAG, row.text("UCIID")), (LICENSE_TAG, row.text("LICENSE")))
            if said
        ]
        team = codes.get(row.text("TEAM"), "")
        entries.append(Entry(id=bib, bib=bib, name=name[:_MAX_TEXT], tags=tuple(tags), team=team))
    return tuple(entries)


def _bad_bib(bib: str) -> str:
    """What is wrong with a bib; empty if nothing."""
    if not bib:
        return "no bib"
    if len(bib) > _MAX_BIB or " " in bib or "*" in bib or bib == "-":
        return f'"{bib}" is no bib'
    return ""


# The definition ------------------------------------------------------------------------


def _days(tables: list[_Table], starts_on: date) -> list[date]:
    """The stages' dates where they are given, else each the day after the one before."""
    days: list[date] = []
    for table in tables:
        usual = days[-1] + timedelta(days=1) if days else starts_on
        try:
            days.append(date.fromisoformat(table.above.get("date", "")))
        except ValueError:
            days.append(usual)
    return days


def _race(riders: _Table, slug: str, sheets: list[Sheet], days: list[date]) -> Race:
    controls = (Control(code="START", distance_m=0), Control(code="FINISH", distance_m=0))
    against_time = tuple(
        number for number, sheet in enumerate(sheets, start=1) if not sheet.name.endswith("-RR")
    )
    fractions = (TieLink(kind=TieLinkKind.FRACTIONS, stages=against_time),) if against_time else ()
    slug = riders.above.get("race") or slug
    return Race(
        slug=slug,
        name=riders.above.get("name") or slug,
        timezone=riders.above.get("time zone") or "UTC",
        starts_on=min(days),
        # The tool cuts off fractions, and looks at those of time trials only to part equal times.
        rules=Rules(
            rounding=Rounding.DOWN,
            ties=(
                *fractions,
                TieLink(kind=TieLinkKind.PLACE_SUM),
                TieLink(kind=TieLinkKind.LAST_STAGE_PLACE),
            ),
        ),
        stages=tuple(
            Stage(number=number, date=day, name=_text(sheet.name), controls=controls)
            for number, (sheet, day) in enumerate(zip(sheets, days, strict=True), start=1)
        ),
    )


def _with_classifications(race: Race, largest_team: int, rulings: list[Ruling]) -> Race:
    given = {ruling.board for ruling in rulings if isinstance(ruling, Points)}
    classifications = [Classification(code=GC, name="General classification", of=Of.SOLO)]
    if largest_team:
        classifications.append(Classification(code=TEAMS, name="Teams", of=Of.TEAM, kind=TEAM_KIND))
    classifications += [
        Classification(code=code, name=name, of=Of.SOLO, measure=Measure.POINTS)
        for code, name in ((CLIMBS, "Mountains"), (SPRINTS, "Sprints"))
        if code in given
    ]
    kind = TeamKind(
        code=TEAM_KIND,
        size=(_COUNTED, max(_COUNTED, largest_team)),
        name="Teams",
        time=TeamTime(kind=TeamTimeKind.BEST, n=_COUNTED),
    )
    return replace(
        race,
        team_kinds=(kind,) if largest_team else (),
        classifications=tuple(classifications),
    )


# Results -------------------------------------------------------------------------------


def _rulings(reading: _Reading, table: _Table, number: int, day: date) -> Iterator[Ruling]:
    """What one stage's sheet declares."""
    at = int(datetime.combine(day, time(), UTC).timestamp()) * SECOND
    seen: dict[str, int] = {}
    in_order = _is_in_order(table)
    points: dict[str, dict[str, int]] = {}
    for row in table.rows:
        bib = row.text("BIB")
        told = _bad_bib(bib) or ("" if bib in reading.bibs else f"nobody has bib {bib}")
        if not told and bib in seen:
            told = f"bib {bib} stands in row {seen[bib]} already"
        if told:
            reading.refuse(row, told)
            continue
        seen[bib] = row.number
        position = row.number - table.header_row if in_order else None
        yield from _result(reading, row, (number, position), bib, at)
        yield from _adjustments(reading, row, number, bib, at)
        for column, title in table.header.items():
            if column.startswith(("KOM", "SPRINT", "STAGESPRINT")):
                whose, given = _points(reading, row, column, bib)
                if given:
                    won = points.setdefault(title, {})
                    won[whose] = won.get(whose, 0) + given
    for title, won in points.items():
        yield from _awards(title, won, number, at)


def _is_in_order(table: _Table) -> bool:
    """Whether the lines are in order of time: then a blank place is the line's, as in the tool."""
    times = [_read_duration(row.cells.get("TIME", "")) for row in table.rows]
    return all(b >= a for a, b in pairwise(t for t in times if t is not None))


def _result(
    reading: _Reading, row: _Row, where: tuple[int, int | None], bib: str, at: Instant
) -> Iterator[StageTime | Status]:
    """Of a stage and a position in its sheet: what counts where no place is given."""
    number, position = where
    time_taken = _duration(reading, row, "TIME")
    if time_taken is not None and time_taken <= 0:
        reading.refuse(row, f"a time of {row.text('TIME')} is none: without a result")
        time_taken = None
    said = row.text("PLACE").upper()
    word, _, rest = said.partition(" ")
    is_incomplete = word == INCOMPLETE
    place = _whole(rest if is_incomplete else said)
    if said and place is None and not is_incomplete:
        if time_taken is not None:
            reading.refuse(row, f"{said} has a time, which is left out")
        status = _RETIRED.get(said, RulingStatus.DNF)
        reason = status.value.upper()
        yield Status(id="", by=BY, at=at, reason=reason, status=status, bibs=(bib,), stage=number)
    elif time_taken is not None or place is not None:
        if not said:
            place = position
        yield StageTime(
            id="", by=BY, at=at, stage=number, bibs=(bib,), time=time_taken, place=place
        )


BY = "StageRaceGC"
"""Who decided what the workbook says."""


def _adjustments(
    reading: _Reading, row: _Row, number: int, bib: str, at: Instant
) -> Iterator[Bonus | Penalty | Credit]:
    """Both touch the general classification alone, as in the tool."""
    bonus = _duration(reading, row, "BONUS") or 0
    penalty = _duration(reading, row, "PENALTY") or 0
    if bonus < 0:
        reading.refuse(row, f"a bonus of {row.text('BONUS')} is none: write a penalty")
    elif bonus:
        yield Bonus(id="", by=BY, at=at, reason="Bonus", stage=number, bibs=(bib,), time=bonus)
    if penalty:
        kind = Penalty if penalty > 0 else Credit
        yield kind(
            id="",
            by=BY,
            at=at,
            reason="Penalty" if penalty > 0 else "Credit",
            stage=number,
            bibs=(bib,),
            time=abs(penalty),
            scope=Scope.GC,
        )


def _points(reading: _Reading, row: _Row, column: str, bib: str) -> tuple[str, int]:
    """Whose points a cell holds, and how many: ``5``, or ``12, 5`` for bib 12."""
    said = row.text(column)
    if not said:
        return bib, 0
    whose, comma, rest = said.rpartition(",")
    whose = whose.strip() if comma else bib
    points = _whole(rest.strip())
    if whose not in reading.bibs or points is None or points > _MAX_POINTS:
        reading.refuse(row, f'"{said}" are no points')
        return bib, 0
    return whose, points


def _awards(title: str, won: Mapping[str, int], number: int, at: Instant) -> Iterator[Points]:
    """The points of one column; who has most of them was first there."""
    board = CLIMBS if title.upper().startswith("KOM") else SPRINTS
    for bib, points in won.items():
        place = 1 + sum(other > points for other in won.values())
        yield Points(
            id="",
            by=BY,
            at=at,
            reason=title,
            stage=number,
            board=board,
            points=points,
            bibs=(bib,),
            place=place,
        )


_DIGITS = re.compile(r"[0-9]{1,6}")


def _whole(text: str) -> int | None:
    """A whole number above 0."""
    return int(text) or None if _DIGITS.fullmatch(text) else None


def _duration(reading: _Reading, row: _Row, column: str) -> Duration | None:
    """A cell as a duration, to the millisecond; None if it is blank or none."""
    cell = row.cells.get(column, "")
    if isinstance(cell, str) and not cell.strip():
        return None
    duration = _read_duration(cell)
    if duration is None or abs(duration) > 10 * DAY:
        reading.refuse(row, f'"{row.text(column)}" is no time: write H:MM:SS')
        return None
    return duration


def _read_duration(cell: Cell) -> Duration | None:
    """Text, a spreadsheet's time, or a bare number of seconds, as the tool reads it."""
    match cell:
        case timedelta():
            return round(cell / timedelta(milliseconds=1))
        case time():
            elapsed = timedelta(
                hours=cell.hour,
                minutes=cell.minute,
                seconds=cell.second,
                microseconds=cell.microsecond,
            )
            return round(elapsed / timedelta(milliseconds=1))
        case datetime():
            # Over a day, where the cell's format knows none: 25 h is one in the morning of 1900.
            return round((cell - _BEGINNING_OF_TIME) / timedelta(milliseconds=1))
        case bool() | date():
            return None
        case float():
            # Below a second it is the part of a day that a spreadsheet keeps of a time.
            return round(cell * SECOND) if cell == 0 or abs(cell) >= 1 else None
        case _:
            return _of_text(cell)


_SECONDS = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,3})?")


def _of_text(text: str) -> Duration | None:
    text = text.strip().replace("'", ":").replace('"', ":").rstrip(":")
    if _SECONDS.fullmatch(text):
        return round(float(text) * SECOND)
    try:
        return parse_duration(text)
    except BadTime:
        return None
