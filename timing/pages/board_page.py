"""A classification: settled as after a stage, or on the road while one runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Measure, Of, Rules, Stage, StageKind
from timing.core.entries import Competitor, Entry, Team
from timing.core.projection import ProjectedLine
from timing.core.results import Board, Line, StageLine
from timing.core.road import RoadLine
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import Duration, zone_named
from timing.pages import addresses, estimates, figures, words
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import translate
from timing.pages.leaders import Leader, leaders
from timing.pages.marks import (
    Bib,
    Jersey,
    Place,
    StatusMark,
    bib_of,
    called,
    competitor_key,
    jerseys,
    name_of,
    places,
    race_mark,
    stage_mark,
    worn_bibs,
)
from timing.pages.result_mark import ResultMark, result_mark
from timing.pages.running import Roads, Running, has_road, last_passing, projection, road, running
from timing.pages.selection import (
    ALL,
    FilterForm,
    Keys,
    Selection,
    Show,
    choices,
    filter_of,
    keys_of,
    lines_held,
    number_of,
    selection_of,
)
from timing.pages.stages import StageTile, stage_tiles, stage_title
from timing.pages.standing import standing_after, standing_on_road
from timing.pages.words import sentence

INCOMPLETE = "-incomplete"
"""Behind a classification's code: the board of those whom it does not rank."""

MOST_STAGE_COLUMNS = 8
"""A race of more stages shows the latest so many; the runners' pages have them all."""

NEAR_STAGE_COLUMNS = 4
"""So many of them stand on any screen that is wide enough for stages, and on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCell:
    """A stage's time on a line, or what stands there instead; ``penalty`` is told in a title.

    ``is_old`` is a stage that only the widest screens have room for.
    """

    text: str
    is_best: bool = False
    penalty: str = ""
    is_old: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageColumn:
    """The head of a stage's column; ``is_old`` as of its cells."""

    label: str
    is_old: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCell:
    """Where somebody is on the running stage: the ``nth`` place of the course, and since when."""

    place: str
    nth: int
    elapsed: str
    clock: str
    on_road: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One line as shown. ``moved`` counts places gained, ``None`` where there is no before.

    ``gap`` is behind the leader, ``interval`` behind the one ahead. ``expected`` is the range of
    a projected total, in which it lies eight times of ten; then ``total`` and ``gap`` are
    forecasts too.
    """

    id: str
    keys: Keys
    rank: str
    moved: int | None
    bib: Bib
    name: str
    url: str
    detail: str
    stages: tuple[StageCell, ...]
    live: LiveCell | None
    total: str
    gap: str
    interval: str = ""
    note: str = ""
    expected: str = ""
    status: StatusMark | None = None
    has_live_column: bool = False

    @property
    def on_road(self) -> bool:
        """Whether the line is still moving."""
        return self.live is not None and self.live.on_road


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTab:
    """A way to another board, or to another moment of this one."""

    label: str
    url: str
    is_current: bool = False
    is_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """A classification's page; ``live_stage`` and ``last_passing`` are of one on the road."""

    template: ClassVar[str] = "board.html"
    rows_template: ClassVar[str] = "board_row"
    pieces: ClassVar[tuple[str, ...]] = ("head", "result_mark", "leaders")

    frame: Frame
    title: str
    lead: str
    mark: ResultMark | None
    tiles: tuple[StageTile, ...]
    leaders: tuple[Leader, ...]
    boards: tuple[BoardTab, ...]
    moments: tuple[BoardTab, ...]
    form: FilterForm
    stage_columns: tuple[StageColumn, ...]
    moment: str
    live_stage: str
    live_column: str
    last_passing: str
    nobody: str
    course: tuple[Place, ...]
    total_column: str
    rows: tuple[BoardRow, ...]
    unranked: tuple[BoardRow, ...]
    shown: int
    of: int
    of_teams: bool
    is_projected: bool
    by_interval: bool
    is_whole: bool
    events: str
    lines: str
    summary: str

    @property
    def tables(self) -> Mapping[str, tuple[BoardRow, ...]]:
        """The lines of each table body, by its id."""
        return {"ranked": self.rows, "unranked": self.unranked}

    @property
    def first_rows(self) -> tuple[BoardRow, ...]:
        """Those of ``rows`` that stand in the document."""
        return self.rows[: self._held]

    @property
    def first_unranked(self) -> tuple[BoardRow, ...]:
        """Those of ``unranked`` that stand in the document."""
        return self.unranked[: max(0, self._held - len(self.rows))]

    @property
    def _held(self) -> int:
        return lines_held(self.shown, is_whole=self.is_whole)

    @property
    def is_complete(self) -> bool:
        """Whether every line stands in the document."""
        return len(self.first_rows) + len(self.first_unranked) == self.shown


def board_page(
    book: RaceBook, code: str, args: Mapping[str, str], *, revision: int = 0
) -> BoardPage:
    """The board ``code`` as its parameters ask; UnknownBoard, UnknownStage, or BadQuery.

    Without ``after``: on the road while a stage runs that it can be shown on, else after the
    last closed stage, or the last with a result (Rules 9.4).
    """
    selection = selection_of(args)
    after = number_of(args, "after")
    now = running(book)
    if selection.show is Show.PROJECTED:
        after = None
    if after is None and now is not None:
        board = book.board(code, now.closed)
    else:
        board = book.board(code, after)
    is_live = now is not None and after in (None, now.stage.number)
    is_whole = board.code == board.classification.code
    is_projected = False
    if now is not None and is_live and is_whole and has_road(board.classification):
        before = book.board(code, now.closed)
        is_projected = selection.show is Show.PROJECTED
        if is_projected:
            lines = _projected_lines(book, before, now, selection)
        else:
            lines = _road_lines(book, before, now, selection)
        lead = standing_on_road(book, lines.road, now)
        last = last_passing(now)
        live_stage = stage_title(now.stage)
    else:
        lines = _settled_lines(book, board, selection)
        lead = standing_after(book, board)
        last, live_stage = "", ""
    race = book.race
    name = board_name(book, code)
    shown = len(lines.rows) + len(lines.unranked)
    # The same for every selection: whoever has a script filters by it.
    asked: dict[str, str | int | None] = {"board": code, "after": after}
    if is_projected:
        asked["show"] = Show.PROJECTED
    roads = Roads(book, now) if now is not None else None
    return BoardPage(
        frame=race_frame(
            book,
            name,
            here="Standings",
            revision=revision,
            styles=("board",),
            scripts=("live",),
        ),
        title=name,
        lead=lead,
        mark=result_mark(book, now.stage.number if now is not None and live_stage else board.after),
        tiles=stage_tiles(book),
        leaders=leaders(book, now, roads) if after is None and is_whole else (),
        boards=_boards(book, code, after),
        moments=_moments(book, code, board, now, selection, live=bool(live_stage)),
        form=_form(book, code, after, selection, board),
        stage_columns=lines.columns,
        moment=_moment(book, board),
        live_stage=live_stage,
        live_column=sentence("stage-live", stage=now.stage.number) if now is not None else "",
        last_passing=last,
        nobody=_nobody(book, board, selection),
        course=lines.course,
        total_column=words.MEASURE_COLUMN[board.measure],
        rows=lines.rows,
        unranked=lines.unranked,
        shown=shown,
        of=len(board.lines),
        of_teams=board.classification.of is Of.TEAM,
        is_projected=is_projected,
        by_interval=selection.show is Show.INTERVAL,
        is_whole=selection.is_whole,
        events=addresses.events(race.slug, **asked),
        lines=addresses.lines(race.slug, **asked),
        summary=lines.rows[0].name if lines.rows else "",
    )


def _nobody(book: RaceBook, board: Board, selection: Selection) -> str:
    """Why there is no line, where there is none."""
    if board.merged_into:
        into = next(c for c in book.race.categories if c.code == board.merged_into)
        return sentence("merged", into=called(into))
    return sentence("no-match" if selection.is_filter else "nothing-ranked")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    columns: tuple[StageColumn, ...]
    rows: tuple[BoardRow, ...]
    unranked: tuple[BoardRow, ...]
    course: tuple[Place, ...] = ()
    road: tuple[RoadLine, ...] = ()


class _Sheet:
    """What all lines of a board share: the stages' results, bibs worn, ranks before."""

    def __init__(self, book: RaceBook, board: Board, *, of_entries: bool) -> None:
        race = book.race
        self.book = book
        self.precision: Duration = race.rules.precision
        self.zone = zone_named(race.timezone)
        self.worn: dict[str, Jersey] = worn_bibs(book)
        counting = board.classification.stages
        self.stages: list[Stage] = [
            s
            for s in race.stages
            if s.number <= board.after
            and s.kind is not StageKind.REST
            and (not counting or s.number in counting)
        ][-MOST_STAGE_COLUMNS:]
        self.results = {
            s.number: _results(book, s.number, of_entries=of_entries) for s in self.stages
        }
        self.after = board.after or None

    @property
    def columns(self) -> tuple[StageColumn, ...]:
        return tuple(
            StageColumn(label=sentence("stage-column", stage=s.number), is_old=is_old)
            for s, is_old in self._dated()
        )

    def cells(self, key: str) -> tuple[StageCell, ...]:
        return tuple(
            _cell(self.results[stage.number].get(key), self.precision, is_old=is_old)
            for stage, is_old in self._dated()
        )

    def _dated(self) -> Iterable[tuple[Stage, bool]]:
        """The stages, and whether each is one that only wide screens show."""
        near = self.stages[-NEAR_STAGE_COLUMNS:]
        return ((stage, stage not in near) for stage in self.stages)

    def detail(self, line: Line) -> str:
        competitor = line.competitor
        if isinstance(competitor, Team):
            members = self.book.members(competitor.code, self.after)
            return ", ".join(name_of(member) for member in members)
        parts = [competitor.nationality, " ".join(line.categories)]
        return " · ".join(part for part in parts if part)

    def bib(self, competitor: Competitor) -> Bib:
        return bib_of(competitor, self.worn)


def _results(book: RaceBook, number: int, *, of_entries: bool) -> dict[str, StageLine]:
    return {
        competitor_key(line.competitor): line
        for board in book.stage_boards(number)
        if of_entries is not bool(board.team_kind)
        for line in board.lines
    }


def _cell(line: StageLine | None, precision: Duration, *, is_old: bool) -> StageCell:
    if line is None:
        return StageCell(text="", is_old=is_old)
    if line.time is None:
        return StageCell(text=_stage_word(line), is_old=is_old)
    return StageCell(
        text=figures.time(line.time, precision),
        is_old=is_old,
        is_best=line.rank == 1,
        penalty=figures.behind(line.penalty, precision) if line.penalty else "",
    )


def _stage_word(line: StageLine) -> str:
    match line.status:
        case StageStatus.DNS | StageStatus.DNF | StageStatus.OTL | StageStatus.DSQ:
            return words.STAGE_STATUS[line.status]
        case _:
            return ""


def _settled_lines(book: RaceBook, board: Board, selection: Selection) -> _Lines:
    sheet = _Sheet(book, board, of_entries=board.classification.of is Of.SOLO)
    before = _ranks_before(book, board)
    takes = filter_of(selection).takes
    rows: list[BoardRow] = []
    unranked: list[BoardRow] = []
    for line in board.lines:
        if not takes(line.competitor, line.division, line.categories):
            continue
        key = competitor_key(line.competitor)
        row = BoardRow(
            id=f"line-{key}",
            keys=keys_of(line.competitor, line.division, line.categories),
            rank="" if line.rank is None else str(line.rank),
            moved=_moved(before.get(key), line.rank),
            bib=sheet.bib(line.competitor),
            name=name_of(line.competitor),
            url=_url(book, line.competitor),
            detail=sheet.detail(line),
            stages=sheet.cells(key),
            live=None,
            total=_total(line, board.measure, sheet.precision),
            gap=_behind(line, line.gap, board.measure, sheet.precision),
            interval=_behind(line, line.interval, board.measure, sheet.precision),
            note=_note(line, board.measure),
            status=None if line.rank is not None else _race_mark(book, line, board.after),
        )
        (unranked if line.rank is None else rows).append(row)
    return _Lines(columns=sheet.columns, rows=tuple(rows), unranked=tuple(unranked))


def _road_lines(book: RaceBook, before: Board, now: Running, selection: Selection) -> _Lines:
    sheet = _Sheet(book, before, of_entries=True)
    ranks = {competitor_key(line.competitor): line.rank for line in before.lines}
    standing = road(book, before.code, now)
    takes = filter_of(selection).takes
    leads = _leads_on_road(book, before.code)
    rows: list[BoardRow] = []
    unranked: list[BoardRow] = []
    ahead: RoadLine | None = None
    for road_line in standing:
        line = road_line.line
        if takes(line.competitor, line.division, line.categories):
            key = competitor_key(line.competitor)
            bib = sheet.bib(line.competitor)
            if road_line.rank == 1 and bib.jersey is None and leads is not None:
                bib = Bib(
                    text=bib.text, jersey=leads, on_road=True, title=sentence("leads-on-road")
                )
            row = BoardRow(
                id=f"line-{key}",
                keys=keys_of(line.competitor, line.division, line.categories),
                rank="" if road_line.rank is None else str(road_line.rank),
                moved=_moved(ranks.get(key), road_line.rank) if before.after else None,
                bib=bib,
                name=name_of(line.competitor),
                url=_url(book, line.competitor),
                detail=sheet.detail(line),
                stages=sheet.cells(key),
                live=_live_cell(road_line, now, book.race.rules),
                total=_road_total(road_line, sheet.precision),
                gap=_road_gap(road_line, None, sheet.precision),
                interval=_road_gap(road_line, ahead, sheet.precision),
                status=None if road_line.rank is not None else _road_mark(book, road_line, now),
                has_live_column=True,
            )
            (unranked if road_line.rank is None else rows).append(row)
        ahead = road_line
    return _Lines(
        columns=sheet.columns,
        rows=tuple(rows),
        unranked=tuple(unranked),
        course=_longest_course(now),
        road=standing,
    )


def _projected_lines(book: RaceBook, before: Board, now: Running, selection: Selection) -> _Lines:
    """The lines in the order that is to be expected at the finish (Rules 9.8)."""
    sheet = _Sheet(book, before, of_entries=True)
    ranks = {competitor_key(line.competitor): line.rank for line in before.lines}
    takes = filter_of(selection).takes
    rows: list[BoardRow] = []
    unranked: list[BoardRow] = []
    ahead: ProjectedLine | None = None
    standing = projection(book, before.code, now)
    first = standing[0] if standing else None
    for made in standing:
        line = made.line.line
        if takes(line.competitor, line.division, line.categories):
            key = competitor_key(line.competitor)
            is_out = made.line.rank is None
            row = BoardRow(
                id=f"line-{key}",
                keys=keys_of(line.competitor, line.division, line.categories),
                rank="" if made.rank is None else str(made.rank),
                moved=_moved(ranks.get(key), made.rank) if before.after else None,
                bib=sheet.bib(line.competitor),
                name=name_of(line.competitor),
                url=_url(book, line.competitor),
                detail=sheet.detail(line),
                stages=sheet.cells(key),
                live=_live_cell(made.line, now, book.race.rules),
                total=_projected_total(made, sheet.precision),
                gap=_projected_gap(made, first, sheet.precision),
                interval=_projected_gap(made, ahead, sheet.precision),
                expected=""
                if made.line.is_settled or made.earliest is None or made.latest is None
                else estimates.between(made.earliest, made.latest),
                status=_road_mark(book, made.line, now) if is_out else None,
                has_live_column=True,
            )
            (unranked if is_out else rows).append(row)
        ahead = made
    return _Lines(
        columns=sheet.columns,
        rows=tuple(rows),
        unranked=tuple(unranked),
        course=_longest_course(now),
        road=road(book, before.code, now),
    )


def _projected_total(made: ProjectedLine, precision: Duration) -> str:
    if made.total is None:
        return ""
    if made.line.is_settled:
        return figures.time(made.total, precision)
    return estimates.total(made.total)


def _projected_gap(made: ProjectedLine, ahead: ProjectedLine | None, precision: Duration) -> str:
    """Behind ``ahead``: measured where both have finished, else to the minute."""
    if made.total is None or ahead is None or ahead.total is None:
        return ""
    if made.rank == 1:
        return sentence("leader")
    gap = made.total - ahead.total
    if made.line.is_settled and ahead.line.is_settled:
        return figures.behind(gap, precision)
    return estimates.behind(gap)


def _longest_course(now: Running) -> tuple[Place, ...]:
    courses = [tuple(by_code.values()) for by_code in now.places.values()]
    return max(courses, key=len, default=())


def _moment(book: RaceBook, board: Board) -> str:
    stage = book.race.stage(board.after)
    if stage is None:
        return sentence("before-the-race")
    if stage.name:
        return translate("After stage {stage}, {name}").format(stage=stage.number, name=stage.name)
    return sentence("after-stage", stage=stage.number)


def _leads_on_road(book: RaceBook, code: str) -> Jersey | None:
    found = jerseys(book.race)
    return next((jersey for jersey, c in found.items() if c.code == code), None)


def _url(book: RaceBook, competitor: Competitor) -> str:
    if isinstance(competitor, Team):
        return addresses.team(book.race.slug, competitor.code)
    return addresses.runner(book.race.slug, competitor.bib) if competitor.bib else ""


def _moved(before: int | None, rank: int | None) -> int | None:
    return None if before is None or rank is None else before - rank


def _ranks_before(book: RaceBook, board: Board) -> Mapping[str, int | None]:
    earlier = [
        s.number
        for s in book.race.stages
        if s.number < board.after and s.kind is not StageKind.REST
    ]
    if not earlier:
        return {}
    previous = book.board(board.code, earlier[-1])
    return {competitor_key(line.competitor): line.rank for line in previous.lines}


def _total(line: Line, measure: Measure, precision: Duration) -> str:
    match measure:
        case Measure.POINTS | Measure.PLACES:
            return "" if line.points is None else figures.count(line.points)
        case Measure.TIME | Measure.BEST | Measure.SEGMENTS | Measure.STAGES:
            return "" if line.time is None else figures.time(line.time, precision)


def _behind(line: Line, value: int | None, measure: Measure, precision: Duration) -> str:
    if line.rank == 1 and not line.gap:
        return sentence("leader")
    if value is None:
        return ""
    if measure in (Measure.POINTS, Measure.PLACES):
        return figures.count(value)
    return figures.behind(value, precision)


def _note(line: Line, measure: Measure) -> str:
    """How a tie was parted; or how many stages are done, where that is what ranks (Rules 9.3)."""
    if line.tie is not None:
        return sentence("tie", how=words.TIE_BREAK[line.tie])
    return sentence("stages-run", done=line.stages) if measure is Measure.STAGES else ""


def _race_mark(book: RaceBook, line: Line, after: int) -> StatusMark:
    if line.out_stage is None:
        where = sentence("stages-done", done=line.stages, of=after) if after else ""
        return race_mark(line.status, where)
    where = where_out(book, line.out_stage, line.division, line.out_control)
    if line.status is RaceStatus.REGISTERED and isinstance(line.competitor, Entry):
        # Never started: what the stage says of it is the better word.
        stage_line = book.stage_line(line.out_stage, line.competitor.id)
        if stage_line is not None:
            return stage_mark(stage_line.status, where)
    return race_mark(line.status, where)


def where_out(book: RaceBook, number: int, division: str, control: str) -> str:
    """``stage 5, CP2``: where somebody's race or stage ended."""
    if not control:
        return sentence("stage-only", stage=number)
    by_code = {p.code: p for p in places(book.course(number, division))}
    place = by_code.get(control) or by_code.get(f"{control}.in")
    return sentence("stage-place", stage=number, place=place.short if place else control)


def _road_mark(book: RaceBook, line: RoadLine, now: Running) -> StatusMark:
    stage = line.stage
    number = now.stage.number
    if line.line.rank is None or stage is None:
        return _race_mark(book, line.line, now.closed)
    where = where_out(book, number, stage.division, stage.control or stage.last_point)
    return stage_mark(stage.status, where)


def _live_cell(line: RoadLine, now: Running, rules: Rules) -> LiveCell | None:
    stage, split = line.stage, line.split
    if stage is None or line.rank is None:
        return None
    if split is None:
        # Not seen yet; or finished by a declared time, which no read need be behind.
        time = stage.time if line.is_settled else None
        return LiveCell(
            place=sentence("finished") if time is not None else "",
            nth=0,
            elapsed="" if time is None else figures.time(time, rules.precision),
            clock="",
            on_road=not line.is_settled,
        )
    place = now.place(stage.division, split.point)
    elapsed = stage.time if line.is_settled and stage.time is not None else split.elapsed
    return LiveCell(
        place=_seen_at(line, place, split.point),
        nth=place.ordinal if place is not None else 0,
        elapsed="" if elapsed is None else figures.elapsed(elapsed, rules),
        clock=figures.clock_minutes(split.time, now.zone, now.stage.date),
        on_road=not line.is_settled,
    )


def _seen_at(line: RoadLine, place: Place | None, point: str) -> str:
    if line.is_settled:
        return sentence("finished")
    return place.short if place is not None else point


def _road_total(line: RoadLine, precision: Duration) -> str:
    return "" if line.total is None or line.rank is None else figures.time(line.total, precision)


def _road_gap(line: RoadLine, ahead: RoadLine | None, precision: Duration) -> str:
    """Behind the leader; or behind ``ahead``, where that is given."""
    if line.gap is None:
        return ""
    if line.rank == 1:
        return sentence("leader")
    if ahead is not None and ahead.gap is not None:
        return figures.behind(line.gap - ahead.gap, precision)
    return figures.behind(line.gap, precision)


def board_name(book: RaceBook, code: str) -> str:
    """What a board is called: by its classification, or as the list of its incomplete."""
    classification = book.race.classification(code)
    if classification is not None:
        return called(classification)
    whole = book.race.classification(code.removesuffix(INCOMPLETE))
    return sentence("incomplete-of", name=called(whole) if whole is not None else code)


def _boards(book: RaceBook, code: str, after: int | None) -> tuple[BoardTab, ...]:
    slug = book.race.slug
    return tuple(
        BoardTab(
            label=board_name(book, each),
            url=addresses.board(slug, each, after=after),
            is_current=each == code,
        )
        for each in book.board_codes()
    )


def _moments(
    book: RaceBook,
    code: str,
    board: Board,
    now: Running | None,
    selection: Selection,
    *,
    live: bool,
) -> tuple[BoardTab, ...]:
    """After each stage that has a result; on the road and projected, where a stage runs.

    Each in the same selection.
    """
    slug = book.race.slug
    is_projected = selection.show is Show.PROJECTED
    kept = {k: v for k, v in selection.query().items() if k != "lines"}
    if is_projected:
        kept.pop("show")
    last = now.closed if now is not None else book.last_stage
    tabs = [
        BoardTab(
            label=sentence("after-stage", stage=s.number),
            url=addresses.board(slug, code, after=s.number, **kept),
            is_current=not live and s.number == board.after,
        )
        for s in _counting(book.race.stages, last)
    ]
    if now is not None and not code.endswith(INCOMPLETE) and has_road(board.classification):
        tabs.append(
            BoardTab(
                label=sentence("on-the-road"),
                url=addresses.board(slug, code, **kept),
                is_current=live and not is_projected,
                is_live=True,
            )
        )
        tabs.append(
            BoardTab(
                label=translate("Projected"),
                url=addresses.board(slug, code, **{**kept, "show": Show.PROJECTED}),
                is_current=live and is_projected,
                is_live=True,
            )
        )
    return tuple(tabs)


def _counting(stages: Iterable[Stage], last: int) -> list[Stage]:
    return [s for s in stages if s.number <= last and s.kind is not StageKind.REST]


def _form(
    book: RaceBook, code: str, after: int | None, selection: Selection, board: Board
) -> FilterForm:
    slug = book.race.slug
    is_projected = selection.show is Show.PROJECTED
    kept = [] if after is None else [("after", str(after))]
    if is_projected:
        kept.append(("show", Show.PROJECTED.value))
    return FilterForm(
        action=addresses.board(slug, code),
        q=selection.q,
        kept=tuple(kept),
        choices=choices(book, selection, teams=board.classification.of is Of.SOLO),
        show=None if is_projected else selection.show,
        is_filter=selection.is_filter,
        clear_url=addresses.board(slug, code, **dict(kept)),
        all_url=addresses.board(slug, code, after=after, **{**selection.query(), "lines": ALL}),
    )
