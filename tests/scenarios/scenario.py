"""A scenario file: its racefile, and its expectations rendered from a book."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.course_clear import register
from timing.core.entries import Entry
from timing.core.history import history_of
from timing.core.jerseys import jerseys_on
from timing.core.results import ControlLine, Line, StageLine
from timing.core.times import (
    Duration,
    format_duration,
    format_exact_duration,
    format_instant,
    local_clock,
    parse_instant,
    zone_named,
)
from timing.exports.prizes import history_table, jersey_table
from timing.exports.safety import controls_table, runners_table
from timing.exports.table import Cell, Column, Kind, Table, text
from timing.pages.running import road, running
from timing.racefile import loads
from timing.racefile.library import text_of

AnyLine: TypeAlias = Line | StageLine | ControlLine

_RULES = re.compile(r"#\s*Rules\s+([\d., ]+)")
_DEFINITION = re.compile(r"^definition: (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A file taken apart. ``racefile`` keeps the line numbers of the file.

    Where it names a ``definition``, that of the library stands there instead.
    """

    path: Path
    title: str
    rules: tuple[str, ...]
    racefile: str
    expect: str


def read(path: Path) -> Scenario:
    """Take a scenario apart; it must have a title with its rules, and an expectation."""
    text = path.read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    head, marker, block = rest.partition("\nexpect: |\n")
    rules = _RULES.search(first)
    if not first.startswith("title: ") or rules is None or not marker:
        message = f"{path.name}: a scenario begins with `title: … # Rules N.N`, ends with `expect`"
        raise ValueError(message)
    expect = "\n".join(line.removeprefix("  ").rstrip() for line in block.rstrip().split("\n"))
    return Scenario(
        path=path,
        title=first.removeprefix("title: ").partition("#")[0].strip(),
        rules=tuple(part.strip() for part in rules[1].split(",")),
        racefile="\n" + _DEFINITION.sub(lambda found: text_of(found[1]), head) + "\n",
        expect=expect,
    )


def accept(scenario: Scenario, rendered: str) -> None:
    """Write what came out into the file, as its expectation."""
    text = scenario.path.read_text(encoding="utf-8")
    head = text.partition("\nexpect: |\n")[0]
    block = "\n".join(f"  {line}".rstrip() for line in rendered.split("\n"))
    scenario.path.write_text(f"{head}\nexpect: |\n{block}\n", encoding="utf-8")


def render(scenario: Scenario) -> str:
    """What the engine says to everything that the scenario asks, in the same form."""
    document = loads(scenario.racefile, name=scenario.path.name)
    book = compute(document)
    parts = []
    for question, lines in _parts(scenario.expect):
        about = compute(document, at=_instant(question)) if " at " in question else book
        answer = _answer(about, question, lines[0] if lines else "")
        parts.append("\n".join([f"= {question}", *answer] if question else answer))
    return "\n".join(parts)


def _instant(question: str) -> int:
    return parse_instant(question.rpartition(" at ")[2])


def _parts(expect: str) -> Iterator[tuple[str, list[str]]]:
    question, lines = "", list[str]()
    for line in expect.split("\n"):
        if line.startswith("="):
            if question or lines:
                yield question, lines
            question, lines = line.lstrip("= ").strip(), []
        else:
            lines.append(line)
    yield question, lines


def _answer(book: RaceBook, question: str, header: str) -> list[str]:
    words = question.split()
    match words:
        case ["problems"]:
            return _table([_problem(p) for p in _problems(book)])
        case ["splits", stage, bib]:
            return _table(_splits(book, int(stage), bib))
        case ["stage", stage, *which]:
            boards = book.stage_boards(int(stage))
            lines = [
                line
                for board in boards
                if (board.team_kind or board.division) == (which[0] if which else "")
                or (not which and not board.team_kind)
                for line in board.lines
            ]
            return _lines(book, lines, header)
        case ["safety" | "watch" | "jerseys" | "history" | "road" as kind, which, *moment]:
            return _columns(_table_of(book, kind, which, moment[-1] if moment else ""), header)
        case ["control", stage, point]:
            controls = book.control_boards(int(stage), point)
            return _lines(book, [line for c in controls for line in c.lines], header)
        case []:
            code = book.race.classifications[0].code
            return _lines(book, book.board(code).lines, header)
        case [code, "after", after]:
            return _lines(book, book.board(code, int(after)).lines, header)
        case [code] | [code, "at", _]:
            return _lines(book, book.board(code).lines, header)
        case _:
            raise ValueError(question)


def _table_of(book: RaceBook, kind: str, which: str, moment: str) -> Table:
    """What is no board: ``which`` is a stage, or the classification of a history and the road."""
    match kind:
        case "jerseys":
            return jersey_table(book.race, jerseys_on(book, int(which)))
        case "history":
            return history_table(book.race, history_of(book, which))
        case "road":
            return _road(book, which)
        case _:
            then = compute(book.document, at=parse_instant(moment))
            found = register(then, int(which), parse_instant(moment))
            make = runners_table if kind == "safety" else controls_table
            return make(then.race, found)


def _problems(book: RaceBook) -> list[tuple[str, str, str, str]]:
    return [
        (p.code.value, "" if p.stage is None else str(p.stage), p.control, p.bib)
        for p in book.problems()
    ]


def _problem(cells: tuple[str, str, str, str]) -> list[str]:
    return [cell or "-" for cell in cells]


def _splits(book: RaceBook, stage: int, bib: str) -> list[list[str]]:
    entry = book.entry_wearing(bib, stage)
    if entry is None:
        raise LookupError(bib)
    zone = zone_named(book.race.timezone)
    rows = []
    for split in book.splits(stage, entry.id):
        elapsed = "-" if split.elapsed is None else format_exact_duration(split.elapsed)
        moment = local_clock(split.time, zone)
        rows.append([split.point, f"{moment:%Y-%m-%d}", f"{moment:%H:%M:%S}", elapsed])
    return rows


def _road(book: RaceBook, code: str) -> Table:
    """On the road: ``last`` is where somebody was seen, ``time`` the total there."""
    now = running(book)
    lines = () if now is None else road(book, code, now)
    return Table(
        columns=(
            Column(name="rank", kind=Kind.NUMBER),
            Column(name="bib"),
            Column(name="last"),
            Column(name="time", kind=Kind.DURATION),
            Column(name="gap", kind=Kind.DURATION),
        ),
        rows=tuple(
            (
                line.rank,
                _competitor(line.line, "bib", ""),
                "" if line.split is None else line.split.point,
                line.total,
                line.gap,
            )
            for line in lines
        ),
        precision=book.race.rules.precision,
        zone=zone_named(book.race.timezone),
    )


def _columns(table: Table, header: str) -> list[str]:
    """The columns that the header names; instants as times of day."""
    names = header.split()
    indices = [[c.name for c in table.columns].index(name) for name in names]
    rows = [[_cell(row[i], table.columns[i], table) for i in indices] for row in table.rows]
    return _table([names, *rows])


def _cell(cell: Cell, column: Column, table: Table) -> str:
    if column.kind is Kind.INSTANT and cell is not None:
        return f"{local_clock(int(cell), table.zone):%H:%M:%S}"
    return text(cell, column, table)


def _lines(book: RaceBook, lines: Sequence[AnyLine], header: str) -> list[str]:
    names = header.split()
    rows = [[_COLUMNS[name](book, line) for name in names] for line in lines]
    return _table([names, *rows])


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


# -- columns -------------------------------------------------------------------------------------


def _duration(book: RaceBook, ms: Duration | None) -> str:
    return "" if ms is None else format_duration(ms, book.race.rules.precision)


def _competitor(line: AnyLine, entry_name: str, team_name: str) -> str:
    competitor = line.entry if isinstance(line, ControlLine) else line.competitor
    if isinstance(competitor, Entry):
        return str(getattr(competitor, entry_name)) if entry_name else ""
    return str(getattr(competitor, team_name)) if team_name else ""


def _time(book: RaceBook, line: AnyLine) -> str:
    return _duration(book, line.elapsed if isinstance(line, ControlLine) else line.time)


def _instant_of(name: str) -> Callable[[RaceBook, AnyLine], str]:
    def text(book: RaceBook, line: AnyLine) -> str:
        instant = getattr(line, name)
        return "" if instant is None else format_instant(instant, zone_named(book.race.timezone))

    return text


def _stages(_: RaceBook, line: AnyLine) -> str:
    if isinstance(line, Line):
        return str(line.stages)
    return str(int(line.done)) if isinstance(line, StageLine) else ""


_COLUMNS: dict[str, Callable[[RaceBook, AnyLine], str]] = {
    "rank": lambda _, line: "" if line.rank is None else str(line.rank),
    "bib": lambda _, line: _competitor(line, "bib", ""),
    "name": lambda _, line: _competitor(line, "name", "name"),
    "team": lambda _, line: _competitor(line, "team", "code"),
    "gender": lambda _, line: _competitor(line, "gender", ""),
    "division": lambda _, line: line.division,
    "category": lambda _, line: ",".join(line.categories),
    "status": lambda _, line: "" if isinstance(line, ControlLine) else line.status.value,
    "stages": _stages,
    "time": _time,
    "raw": lambda _, line: (
        format_exact_duration(line.raw_time)
        if not isinstance(line, ControlLine) and line.raw_time is not None
        else ""
    ),
    "points": lambda _, line: (
        "" if not isinstance(line, Line) or line.points is None else str(line.points)
    ),
    "gap": lambda book, line: _duration(book, line.gap),
    "interval": lambda book, line: (
        "" if isinstance(line, ControlLine) else _duration(book, line.interval)
    ),
    "penalty": lambda book, line: (
        "" if isinstance(line, ControlLine) else _duration(book, line.penalty)
    ),
    "credit": lambda book, line: (
        "" if isinstance(line, ControlLine) else _duration(book, line.credit)
    ),
    "bonus": lambda book, line: (
        "" if isinstance(line, ControlLine) else _duration(book, line.bonus)
    ),
    "start": _instant_of("start"),
    "finish": _instant_of("finish"),
    "tie": lambda _, line: (
        "" if isinstance(line, ControlLine) or line.tie is None else line.tie.value
    ),
    "control": lambda _, line: (
        line.out_control
        if isinstance(line, Line)
        else (line.control if isinstance(line, StageLine) else "")
    ),
}
