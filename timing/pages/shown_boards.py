"""The first lines of a board, as values: what the big screen, embeds, the feed and cards show.

Only who is ranked: what became of the others is for the race's own pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.definition import Classification, Measure, Of, StageKind
from timing.core.entries import Competitor, Entry
from timing.core.results import Board, StageBoard
from timing.core.road import RoadLine
from timing.core.times import Duration
from timing.pages import addresses, figures
from timing.pages.board_page import board_name
from timing.pages.languages import translate
from timing.pages.marks import (
    Bib,
    Jersey,
    Place,
    bib_of,
    called,
    competitor_key,
    jerseys,
    name_of,
    worn_bibs,
)
from timing.pages.running import Running, has_road, road, running
from timing.pages.words import sentence

STAGE = "stage"
"""In place of a classification's code: the result of the stage shown."""

_POINTS = frozenset({Measure.POINTS, Measure.PLACES})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A ranked line. ``total`` and ``gap`` are milliseconds, or points where the board counts them.

    ``moved`` counts places gained, None where there is no before. ``place`` and ``clock`` say
    where and when somebody ``on_road`` was last seen.
    """

    key: str
    rank: int
    moved: int | None
    bib: Bib
    name: str
    nation: str
    categories: tuple[str, ...]
    url: str
    total: int | None
    gap: int | None
    total_text: str
    gap_text: str
    on_road: bool = False
    place: str = ""
    clock: str = ""

    @property
    def figure(self) -> str:
        """The total of who leads, the gap of the others."""
        return self.total_text if self.rank == 1 or not self.gap_text else self.gap_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBoard:
    """The first ``lines`` of a board that ranks ``of`` and lists ``listed``, those unranked too.

    ``after`` is its last closed stage. ``moment`` says which moment it is of; ``is_live`` where
    that is the road.
    """

    code: str
    name: str
    moment: str
    is_live: bool
    after: int
    measure: Measure
    of_teams: bool
    url: str
    of: int
    listed: int
    lines: tuple[ShownLine, ...]


class ShownBoards:
    """The boards of a race as they stand, sharing what all of them need.

    ``after`` fixes the stage after which; by default it is the road while a stage runs that a
    board can be shown on, and else the last that is closed or has a result (Rules 9.4).
    """

    def __init__(self, book: RaceBook, after: int | None = None) -> None:
        self.book = book
        self.now: Running | None = running(book) if after is None else None
        self._after = after
        self._worn = worn_bibs(book)
        self._leads = {c.code: jersey for jersey, c in jerseys(book.race).items()}
        self._roads: dict[str, tuple[RoadLine, ...]] = {}

    def board(self, code: str, most: int) -> ShownBoard:
        """The first ``most`` lines of a classification; UnknownBoard, UnknownStage."""
        now = self.now
        board = self.book.board(code, self._after if now is None else now.closed)
        is_whole = board.code == board.classification.code
        if now is not None and is_whole and has_road(board.classification):
            lines = self._road_lines(board, now, most)
            road = self.road(code)
            of, listed = sum(line.rank is not None for line in road), len(road)
        else:
            lines = self._settled_lines(board, most)
            of = sum(line.rank is not None for line in board.lines)
            listed = len(board.lines)
        is_live = now is not None and is_whole and has_road(board.classification)
        return ShownBoard(
            code=code,
            name=board_name(self.book, code),
            moment=translate("on the road") if is_live else _after_words(board.after),
            is_live=is_live,
            after=board.after,
            measure=board.measure,
            of_teams=board.classification.of is Of.TEAM,
            url=addresses.board(self.book.race.slug, code, after=self._after),
            of=of,
            listed=listed,
            lines=lines,
        )

    def road(self, code: str) -> tuple[RoadLine, ...]:
        """A classification on the road, worked out once; empty while nothing runs."""
        if self.now is None:
            return ()
        if code not in self._roads:
            self._roads[code] = road(self.book, code, self.now)
        return self._roads[code]

    def stage(self, number: int, most: int) -> tuple[ShownBoard, ...]:
        """The result of a stage, division by division; UnknownStage."""
        boards = [b for b in self.book.stage_boards(number) if not b.team_kind]
        names = {d.code: called(d) for d in self.book.race.divisions}
        return tuple(
            self._stage_board(board, names[board.division] if len(boards) > 1 else "", most)
            for board in boards
            if board.lines
        )

    def overall_ranks(self) -> Mapping[str, int]:
        """Everybody's place in the general classification of their division, by key."""
        found: dict[str, int] = {}
        for classification in self.book.race.classifications:
            if has_road(classification) and not classification.category:
                for key, rank in self._ranks(classification):
                    found.setdefault(key, rank)
        return found

    def _ranks(self, classification: Classification) -> Iterator[tuple[str, int]]:
        if self.now is not None:
            for line in self.road(classification.code):
                if line.rank is not None:
                    yield competitor_key(line.line.competitor), line.rank
            return
        for settled in self.book.board(classification.code, self._after).lines:
            if settled.rank is not None:
                yield competitor_key(settled.competitor), settled.rank

    def bib(self, competitor: Competitor) -> Bib:
        """A bib in the colour that is worn today."""
        return bib_of(competitor, self._worn)

    def _settled_lines(self, board: Board, most: int) -> tuple[ShownLine, ...]:
        precision = self.book.race.rules.precision
        before = self._ranks_before(board)
        shown: list[ShownLine] = []
        for line in board.lines:
            if line.rank is None or len(shown) == most:
                continue
            counts = board.measure in _POINTS
            total = line.points if counts else line.time
            shown.append(
                ShownLine(
                    key=competitor_key(line.competitor),
                    rank=line.rank,
                    moved=_moved(before.get(competitor_key(line.competitor)), line.rank),
                    bib=self.bib(line.competitor),
                    name=name_of(line.competitor),
                    nation=_nation(line.competitor),
                    categories=line.categories,
                    url=self._url(line.competitor),
                    total=total,
                    gap=line.gap,
                    total_text=_total_text(total, precision, counts=counts),
                    gap_text=_gap_text(line.gap, precision, counts=counts),
                )
            )
        return tuple(shown)

    def _road_lines(self, before: Board, now: Running, most: int) -> tuple[ShownLine, ...]:
        precision = self.book.race.rules.precision
        ranks = {competitor_key(line.competitor): line.rank for line in before.lines}
        leads = self._leads.get(before.code)
        shown: list[ShownLine] = []
        for line in self.road(before.code)[:most]:
            if line.rank is None:
                continue
            competitor = line.line.competitor
            bib = self.bib(competitor)
            if line.rank == 1 and bib.jersey is None and leads is not None:
                bib = _leading(bib, leads)
            place, clock = ("", "") if line.is_settled else _seen(line, now)
            key = competitor_key(competitor)
            shown.append(
                ShownLine(
                    key=key,
                    rank=line.rank,
                    moved=_moved(ranks.get(key), line.rank) if before.after else None,
                    bib=bib,
                    name=name_of(competitor),
                    nation=_nation(competitor),
                    categories=line.line.categories,
                    url=self._url(competitor),
                    total=line.total,
                    gap=line.gap,
                    total_text=_total_text(line.total, precision, counts=False),
                    gap_text=_gap_text(line.gap, precision, counts=False),
                    on_road=not line.is_settled,
                    place=place,
                    clock=clock,
                )
            )
        return tuple(shown)

    def _stage_board(self, board: StageBoard, division: str, most: int) -> ShownBoard:
        precision = self.book.race.rules.precision
        ranked = [line for line in board.lines if line.rank is not None and line.time is not None]
        is_live = self.now is not None and self.now.stage.number == board.stage
        name = sentence("stage-column", stage=board.stage)
        return ShownBoard(
            code=STAGE,
            name=f"{name}, {division}" if division else name,
            moment=translate("so far") if is_live else "",
            is_live=is_live,
            after=board.stage,
            measure=Measure.TIME,
            of_teams=False,
            url=addresses.stage(self.book.race.slug, board.stage),
            of=len(ranked),
            listed=len(board.lines),
            lines=tuple(
                ShownLine(
                    key=competitor_key(line.competitor),
                    rank=line.rank or 0,
                    moved=None,
                    bib=self.bib(line.competitor),
                    name=name_of(line.competitor),
                    nation=_nation(line.competitor),
                    categories=line.categories,
                    url=self._url(line.competitor),
                    total=line.time,
                    gap=line.gap,
                    total_text=_total_text(line.time, precision, counts=False),
                    gap_text=_gap_text(line.gap, precision, counts=False),
                )
                for line in ranked[:most]
            ),
        )

    def _ranks_before(self, board: Board) -> Mapping[str, int | None]:
        earlier = [
            s.number
            for s in self.book.race.stages
            if s.number < board.after and s.kind is not StageKind.REST
        ]
        if not earlier:
            return {}
        previous = self.book.board(board.code, earlier[-1])
        return {competitor_key(line.competitor): line.rank for line in previous.lines}

    def _url(self, competitor: Competitor) -> str:
        if isinstance(competitor, Entry) and competitor.bib:
            return addresses.runner(self.book.race.slug, competitor.bib)
        return ""


def usual_boards(book: RaceBook) -> tuple[str, ...]:
    """The boards to show where none are asked for: those with a colour, else the first few."""
    coloured = tuple(c.code for c in jerseys(book.race).values())
    return coloured or tuple(c.code for c in book.race.classifications[:4])


def _after_words(after: int) -> str:
    return sentence("as-after-stage", stage=after) if after else sentence("before-the-race")


def _leading(bib: Bib, jersey: Jersey) -> Bib:
    return Bib(text=bib.text, jersey=jersey, on_road=True, title=sentence("leads-on-road"))


def _seen(line: RoadLine, now: Running) -> tuple[str, str]:
    """Where and when somebody on the road was last seen."""
    if line.split is None or line.stage is None:
        return "", ""
    place: Place | None = now.place(line.stage.division, line.split.point)
    return (
        place.short if place is not None else line.split.point,
        figures.clock_minutes(line.split.time, now.zone, now.stage.date),
    )


def _nation(competitor: Competitor) -> str:
    return competitor.nationality if isinstance(competitor, Entry) else ""


def _moved(before: int | None, rank: int) -> int | None:
    return None if before is None else before - rank


def _total_text(value: int | None, precision: Duration, *, counts: bool) -> str:
    if value is None:
        return ""
    return figures.count(value) if counts else figures.time(value, precision)


def _gap_text(value: int | None, precision: Duration, *, counts: bool) -> str:
    # Points tell more than how many somebody is behind.
    return "" if value is None or counts else figures.behind(value, precision)
