"""The bulletin of a stage: its result and the standings after it, to be signed and put up.

What a jury and the runners want to see on one paper: times and gaps, what was added and by which
article, who is out and where, who leads, who is still in the race and how they start next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timing.core.book import RaceBook
from timing.core.definition import Measure, Of
from timing.core.entries import Entry
from timing.core.records import Bonus, Credit, Penalty
from timing.core.results import Board, Line, StageBoard, StageLine
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import format_duration, zone_named
from timing.exports.finishers import main_boards
from timing.exports.mark import Mark
from timing.exports.pdf import Imprint, Sheets
from timing.exports.pdf_letters import Legible
from timing.exports.workbook import who_of
from timing.pages import words
from timing.pages.desk_words import article_of, ruling_words
from timing.pages.figures import clock_minutes
from timing.pages.marks import called, name_of
from timing.pages.stages import stage_title
from timing.pages.words import RACE_STATUS, STAGE_STATUS

_OUT = frozenset({StageStatus.DNF, StageStatus.OTL, StageStatus.DSQ, StageStatus.DNS})


def bulletin(book: RaceBook, number: int, *, imprint: Imprint, mark: Mark) -> Sheets:
    """The bulletin of a stage; UnknownStage where there is no such stage."""
    return _Bulletin(book, number, imprint, mark).sheets()


class _Bulletin:
    def __init__(self, book: RaceBook, number: int, imprint: Imprint, mark: Mark) -> None:
        self._book = book
        self._number = number
        self._settled = book.stage_book(number)
        self._imprint = imprint
        self._mark = mark
        self._zone = zone_named(book.race.timezone)
        self._legible = Legible()

    def sheets(self) -> Sheets:
        stage = self._settled.stage
        boards = self._book.stage_boards(self._number)
        standings = list(self._standings())
        data: dict[str, Any] = {
            "race": self._legible(self._book.race.name),
            "stage": self._legible(stage_title(stage)),
            "day": words.long_day(stage.date),
            "mark": self._mark.words(self._zone),
            "imprint": self._legible(self._imprint.words(self._zone)),
            "counts": list(self._counts(boards)),
            "results": [self._result(board) for board in boards],
            "standings": standings,
            "leaders": list(self._leaders()),
            "out": list(self._out(boards)),
            "adjustments": list(self._adjustments()),
            "next": self._next(),
            "absent": [],
        }
        data["lost"] = []
        return Sheets(
            template="bulletin.typ",
            data=data,
            unprintable=tuple(self._legible.lost.values()),
        )

    def _time(self, time: int | None) -> str:
        return "" if time is None else format_duration(time, self._book.race.rules.precision)

    def _row(self, line: StageLine | Line, status: str) -> dict[str, str]:
        who = line.competitor
        is_entry = isinstance(who, Entry)
        adjusted = line.penalty - line.credit - line.bonus
        sign = "+" if adjusted > 0 else "−"
        return {
            "rank": "" if line.rank is None else str(line.rank),
            "bib": self._legible(who.bib if isinstance(who, Entry) else who.code),
            "name": self._legible(name_of(who)),
            "nation": self._legible(f" {who.nationality}") if isinstance(who, Entry) else "",
            "category": self._legible(" ".join(line.categories)) if is_entry else "",
            "time": self._time(line.time) or status,
            "gap": "" if not line.gap else f"+{self._time(line.gap)}",
            "given": f"{sign}{self._time(abs(adjusted))}" if adjusted else "",
        }

    def _result(self, board: StageBoard) -> dict[str, Any]:
        names = {d.code: d.name or d.code for d in self._book.race.divisions}
        kinds = {k.code: k.name or k.code for k in self._book.race.team_kinds}
        title = kinds.get(board.team_kind) or names.get(board.division, "")
        ranked = [line for line in board.lines if line.time is not None]
        return {
            "title": self._legible(title),
            "rows": [self._row(line, STAGE_STATUS[line.status]) for line in ranked],
        }

    def _standings(self) -> Iterator[dict[str, Any]]:
        mains = {c.code for c in main_boards(self._book)}
        for classification in self._book.race.classifications:
            is_team = classification.of is Of.TEAM and classification.measure is Measure.TIME
            if classification.code in mains or is_team:
                board: Board = self._book.board(classification.code, self._number)
                ranked = [line for line in board.lines if line.rank is not None]
                yield {
                    "title": self._legible(called(classification)),
                    "rows": [self._row(line, RACE_STATUS[line.status]) for line in ranked],
                }

    def _counts(self, boards: tuple[StageBoard, ...]) -> Iterator[list[str]]:
        lines = [line for board in boards if not board.team_kind for line in board.lines]
        not_there = (StageStatus.DNS, StageStatus.NOT_IN_DIVISION, StageStatus.NOT_STARTED)
        started = [line for line in lines if line.status not in not_there]
        yield ["Started", str(len(started))]
        yield ["Finished", str(sum(line.status is StageStatus.FINISHED for line in lines))]
        for status, word in (
            (StageStatus.DNS, "Did not start"),
            (StageStatus.DNF, "Did not finish"),
            (StageStatus.OTL, "Over the limit"),
            (StageStatus.DSQ, "Disqualified"),
            (StageStatus.ON_COURSE, "Still out"),
        ):
            count = sum(line.status is status for line in lines)
            if count:
                yield [word, str(count)]
        yield ["Still in the race", str(self._remaining())]

    def _remaining(self) -> int:
        stays = (RaceStatus.RACING, RaceStatus.FINISHED, RaceStatus.UNRANKED)
        ids = {
            line.competitor.id
            for c in main_boards(self._book)
            for line in self._book.board(c.code, self._number).lines
            if isinstance(line.competitor, Entry) and line.status in stays
        }
        return len(ids)

    def _leaders(self) -> Iterator[list[str]]:
        for classification in self._book.race.classifications:
            lines = self._book.board(classification.code, self._number).lines
            first = [line for line in lines if line.rank == 1]
            if first:
                who = ", ".join(name_of(line.competitor) for line in first)
                line = first[0]
                figure = self._time(line.time) if line.points is None else f"{line.points} points"
                yield [self._legible(called(classification)), self._legible(who), figure]

    def _out(self, boards: tuple[StageBoard, ...]) -> Iterator[dict[str, str]]:
        reasons = {
            entry_id: ruling.reason
            for ruling in self._book.rulings
            if hasattr(ruling, "status") and getattr(ruling, "stage", None) == self._number
            for entry_id in self._settled.roster.ids_of(getattr(ruling, "bibs", ()))
        }
        for board in boards:
            for line in board.lines:
                if board.team_kind or line.status not in _OUT:
                    continue
                where = line.control or line.last_point
                yield {
                    "bib": self._legible(getattr(line.competitor, "bib", "")),
                    "name": self._legible(name_of(line.competitor)),
                    "status": STAGE_STATUS[line.status],
                    "where": self._legible(where),
                    "reason": self._legible(reasons.get(line.competitor.id, ""))
                    if isinstance(line.competitor, Entry)
                    else "",
                }

    def _adjustments(self) -> Iterator[dict[str, str]]:
        for ruling in self._book.rulings:
            if not isinstance(ruling, Penalty | Credit | Bonus) or ruling.stage != self._number:
                continue
            code = getattr(ruling, "code", "")
            for bib, name in who_of(self._book, ruling, ruling.stage):
                yield {
                    "bib": self._legible(bib),
                    "name": self._legible(name),
                    "what": self._legible(ruling_words(self._book, ruling).split(",")[0]),
                    "article": self._legible(article_of(self._book.race, code) if code else ""),
                    "reason": self._legible(ruling.reason),
                }

    def _next(self) -> dict[str, Any] | None:
        """How the next stage starts: a line for each wave, or the first and last own start."""
        later = [n for n in self._book.stages if n > self._number]
        if not later:
            return None
        settled = self._book.stage_book(later[0])
        lines = []
        guns = self._book.guns(later[0])
        for wave, at in sorted(guns.items(), key=lambda pair: pair[1]):
            label = f"Wave {wave}" if wave else "Gun"
            lines.append(f"{label} {clock_minutes(at, self._zone, settled.stage.date)}")
        day = settled.stage.date
        frame = settled.frame
        starts = []
        if frame is not None and not guns:
            starts = sorted(
                (start, entry.bib)
                for entry in self._book.entries(later[0])
                if (start := frame.clock_of(entry.id).start) is not None
            )
        lines += [f"{clock_minutes(start, self._zone, day)} {bib}" for start, bib in starts]
        title = f"{stage_title(settled.stage)}, {words.long_day(settled.stage.date)}"
        return {"title": self._legible(title), "lines": [self._legible(line) for line in lines]}
