"""The workbook of a whole race: every classification, stage, split, penalty and status.

Pages in the order in which people ask for them: classifications as after the last stage with a
result, the main ones as after each stage before it too, the stages, their splits, and what was
ruled. Times are text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from timing.core.book import RaceBook
from timing.core.definition import Of
from timing.core.entries import Entry, Team, written_name
from timing.core.records import Bonus, Credit, Penalty, Ruling, Status
from timing.core.results import StageLine
from timing.core.times import format_duration, format_instant, zone_named
from timing.exports.finishers import main_boards
from timing.exports.mark import Mark
from timing.exports.progress import Progress, nothing_told
from timing.exports.table import Kind, Table, board_table, stage_table, text
from timing.exports.xlsx import Page, Width, to_xlsx
from timing.exports.xlsx_rows import Cell
from timing.pages import figures
from timing.pages.desk_words import amount_of, article_of, bibs_of
from timing.pages.marks import called
from timing.pages.words import STAGE_STATUS

_WIDTHS = {
    "rank": 6,
    "bib": 7,
    "name": 26,
    "team": 9,
    "gender": 7,
    "category": 14,
    "nationality": 11,
    "status": 12,
    "stages": 7,
    "start": 27,
    "finish": 27,
}
_TIME = 11
_ADJUSTMENTS = frozenset({"penalty", "credit", "bonus"})


def to_workbook(
    book: RaceBook, *, mark: Mark, source: str = "", progress: Progress = nothing_told
) -> bytes:
    """The workbook; over each page stand the race, what the page holds, and the mark."""
    zone = zone_named(book.race.timezone)
    marked = mark.words(zone)
    foot = " · ".join(part for part in (book.race.name, marked, source) if part)
    pages = [_about(book, marked, source), *_pages(book, marked)]
    return to_xlsx(pages, created=book.race.starts_on, foot=foot, progress=progress)


def _about(book: RaceBook, marked: str, source: str) -> Page:
    race = book.race
    last = book.last_stage
    facts = [
        ("Race", race.name),
        ("Days", f"{race.starts_on.isoformat()}, {len(book.stages)} stages"),
        ("Time zone", race.timezone),
        ("Result", marked),
        ("After stage", str(last) if last else "none has a result yet"),
        ("Made from", source),
        ("Times", "hours:minutes:seconds, as text: a spreadsheet takes long ones for dates"),
    ]
    columns = (Width(title="About", width=16), Width(title="", width=70))
    rows = [fact for fact in facts if fact[1]]
    return Page(name="About", head=(race.name, marked), columns=columns, rows=rows)


def _pages(book: RaceBook, marked: str) -> Iterator[Page]:
    last = book.last_stage
    mains = {c.code for c in main_boards(book)}
    mains |= {c.code for c in book.race.classifications if c.of is Of.TEAM}
    for code in book.board_codes():
        board = book.board(code)
        title = called(board.classification)
        if code != board.classification.code:
            title = f"{title}, incomplete"
        when = f"after stage {board.after}" if board.after else "before the first stage"
        yield table_page(code, board_table(book.race, board), (f"{title}, {when}", marked))
    for code in (c.code for c in book.race.classifications if c.code in mains):
        for number in book.stages:
            if number < last:
                board = book.board(code, number)
                title = f"{called(board.classification)}, after stage {number}"
                table = board_table(book.race, board)
                yield table_page(f"{code} after {number}", table, (title, marked))
    for number in book.stages:
        if number <= last:
            head = (_stage_title(book, number), marked)
            yield table_page(
                f"Stage {number}", stage_table(book.race, book.stage_boards(number)), head
            )
    for number in book.stages:
        if number <= last:
            yield _splits(book, number, marked)
    yield _penalties(book, marked)
    yield _statuses(book, marked)


def _stage_title(book: RaceBook, number: int) -> str:
    stage = book.race.stage(number)
    name = "" if stage is None else stage.name
    return f"Stage {number} {name}".strip()


def table_page(name: str, table: Table, head: tuple[str, ...]) -> Page:
    """A page of a table as it stands in other files, without what is only exact."""
    kept = [(i, column) for i, column in enumerate(table.columns) if not column.exact]
    columns = tuple(
        Width(
            title=column.name,
            width=_WIDTHS.get(column.name, _TIME),
            is_end=column.kind in (Kind.NUMBER, Kind.DURATION),
        )
        for _, column in kept
    )
    return Page(name=name, columns=columns, rows=_cells(table), head=head)


def _cells(table: Table) -> Iterator[list[Cell]]:
    """The rows; an adjustment of nothing is a blank, so that the others are seen."""
    kept = [
        (i, column, column.kind is Kind.NUMBER, column.name in _ADJUSTMENTS)
        for i, column in enumerate(table.columns)
        if not column.exact
    ]
    for row in table.rows:
        yield [
            row[i]
            if is_number
            else None
            if is_adjustment and not row[i]
            else text(row[i], column, table)
            for i, column, is_number, is_adjustment in kept
        ]


def _splits(book: RaceBook, number: int, marked: str) -> Page:
    points = book.points(number)
    columns = (
        Width(title="bib", width=7),
        Width(title="name", width=26),
        Width(title="division", width=11),
        *(
            Width(title=f"{point} {what}", width=_TIME, is_end=True)
            for point in points
            for what in ("at", "elapsed")
        ),
    )
    head = (f"Splits, {_stage_title(book, number)}", marked)
    return Page(
        name=f"Splits {number}", columns=columns, rows=_split_rows(book, number, points), head=head
    )


def _split_rows(book: RaceBook, number: int, points: Sequence[str]) -> Iterator[list[Cell]]:
    precision, zone = book.race.rules.precision, zone_named(book.race.timezone)
    day = book.stage_book(number).stage.date
    for entry in book.entries(number):
        splits = {split.point: split for split in book.splits(number, entry.id)}
        if not splits:
            continue
        row: list[Cell] = [entry.bib, written_name(entry), entry.division]
        for point in points:
            split = splits.get(point)
            row.append("" if split is None else figures.clock(split.time, zone, day))
            elapsed = None if split is None else split.elapsed
            row.append(None if elapsed is None else format_duration(elapsed, precision))
        yield row


_RULED = (
    Width(title="stage", width=6, is_end=True),
    Width(title="bib", width=8),
    Width(title="name", width=26),
)
_WHY = (
    Width(title="reason", width=40),
    Width(title="by", width=16),
    Width(title="at", width=27),
)


def _penalties(book: RaceBook, marked: str) -> Page:
    columns = (
        *_RULED,
        Width(title="kind", width=9),
        Width(title="time", width=_TIME, is_end=True),
        Width(title="scope", width=7),
        Width(title="article", width=12),
        *_WHY,
    )
    rows: list[list[Cell]] = []
    for ruling in book.rulings:
        if isinstance(ruling, Penalty | Credit | Bonus):
            for bib, name in who_of(book, ruling, ruling.stage):
                rows.append([ruling.stage, bib, name, *_given(book, ruling), *_why(book, ruling)])
    rows.sort(key=lambda row: row[0] if isinstance(row[0], int) else 0)
    head = ("Penalties, credits and bonuses", marked)
    return Page(name="Penalties", columns=columns, rows=rows, head=head)


def _given(book: RaceBook, ruling: Penalty | Credit | Bonus) -> tuple[Cell, ...]:
    match ruling:
        case Penalty():
            amount = amount_of(book, ruling)
            time = format_duration(amount.time * ruling.count, book.race.rules.precision)
            scope, article = amount.scope.value, article_of(book.race, ruling.code)
            return "penalty", "disqualified" if amount.disqualifies else time, scope, article
        case Credit():
            time = format_duration(ruling.time * ruling.count, book.race.rules.precision)
            return "credit", time, ruling.scope.value, ruling.code
        case Bonus():
            return "bonus", format_duration(ruling.time, book.race.rules.precision), "gc", ""


def _why(book: RaceBook, ruling: Ruling) -> tuple[Cell, ...]:
    at = format_instant(ruling.at, zone_named(book.race.timezone))
    return ruling.reason, ruling.by, at


def who_of(book: RaceBook, ruling: Ruling, stage: int | None) -> Iterator[tuple[str, str]]:
    """The bibs and names a ruling is about; a wave or a division by what it is called."""
    worn_on = stage if stage in book.stages else None
    teams = {team.code: team for team in book.teams()}
    bibs = bibs_of(book, ruling)
    for bib in bibs:
        entry = book.entry_wearing(bib, worn_on)
        team: Team | None = teams.get(bib)
        name = written_name(entry) if entry is not None else "" if team is None else team.name
        yield bib, name
    if not bibs:
        wave, division = getattr(ruling, "wave", ""), getattr(ruling, "division", "")
        yield "", f"wave {wave}" if wave else f"division {division}" if division else "all"


def _statuses(book: RaceBook, marked: str) -> Page:
    columns = (
        *_RULED,
        Width(title="division", width=11),
        Width(title="status", width=22),
        Width(title="control", width=12),
        *_WHY,
    )
    head = ("Who is out, did not start, or is not ranked", marked)
    return Page(name="Statuses", columns=columns, rows=list(_status_rows(book)), head=head)


def _status_rows(book: RaceBook) -> Iterable[list[Cell]]:
    ruled: dict[tuple[int, str], Status] = {}
    of_race: dict[str, Status] = {}
    for ruling in book.rulings:
        if isinstance(ruling, Status):
            for entry_id in book.roster_of(ruling.stage).ids_of(ruling.bibs):
                if ruling.stage is None:
                    of_race[entry_id] = ruling
                else:
                    ruled[ruling.stage, entry_id] = ruling
    for number in book.stages:
        if number > book.last_stage:
            break
        for board in book.stage_boards(number):
            for line in board.lines:
                if board.team_kind or not isinstance(line.competitor, Entry) or not _is_told(line):
                    continue
                entry = line.competitor
                by = ruled.get((number, entry.id)) or of_race.get(entry.id)
                why: tuple[Cell, ...] = ("", "", "") if by is None else _why(book, by)
                yield [
                    number,
                    entry.bib,
                    written_name(entry),
                    line.division,
                    STAGE_STATUS[line.status],
                    line.control or line.last_point,
                    *why,
                ]


def _is_told(line: StageLine) -> bool:
    return line.rank is None and STAGE_STATUS[line.status] != "" and not line.done
