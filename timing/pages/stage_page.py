"""A stage's result in each division and team kind, or the order at one of its controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook, UnknownStage
from timing.core.definition import Source, Stage, StartMode
from timing.core.entries import Entry, Team
from timing.core.results import ControlBoard, ControlLine, Split, StageBoard, StageLine
from timing.core.statuses import StageStatus
from timing.core.times import Duration, Instant, zone_named
from timing.pages import addresses, figures, words
from timing.pages.arrivals import Tally, entry_lines, runner_detail, tally
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import mark, translate
from timing.pages.marks import (
    Bib,
    Jersey,
    Place,
    StatusMark,
    Symbol,
    bib_of,
    called,
    competitor_key,
    name_of,
    places,
    stage_mark,
    worn_bibs,
)
from timing.pages.result_mark import ResultMark, result_mark
from timing.pages.saying import said
from timing.pages.selection import (
    ALL,
    Filter,
    FilterForm,
    Keys,
    Selection,
    choices,
    filter_of,
    keys_of,
    lines_held,
    selection_of,
)
from timing.pages.stages import (
    StageState,
    StageTile,
    first_start,
    stage_facts,
    stage_states,
    stage_tiles,
    stage_title,
)
from timing.pages.words import sentence

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart(Generic[Row]):
    """A table body: all its lines, and the ``first`` of them, which the document holds."""

    id: str
    title: str
    rows: tuple[Row, ...]
    first: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One line of a stage's result. ``seen`` is where somebody on course was last."""

    id: str
    keys: Keys
    rank: str
    bib: Bib
    name: str
    url: str
    detail: str
    start: str
    time: str
    penalty: str
    gap: str
    seen: str
    clock: str
    note: str = ""
    is_best: bool = False
    on_road: bool = False
    has_start: bool = False
    status: StatusMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTable:
    """A division's result, or a team kind's: ranked, on course, and those who are neither."""

    id: str
    title: str
    of_teams: bool
    has_start: bool
    ranked: tuple[StageRow, ...]
    on_course: tuple[StageRow, ...]
    others: tuple[StageRow, ...]
    most: int

    @property
    def parts(self) -> tuple[TablePart[StageRow], ...]:
        """Its table bodies, with those of their lines that stand in the document."""
        found, left = [], self.most
        for name, title, rows in (
            ("ranked", "", self.ranked),
            ("course", self._course_title, self.on_course),
            ("others", translate("Not ranked on this stage"), self.others),
        ):
            part = TablePart(id=f"{self.id}-{name}", title=title, rows=rows, first=rows[:left])
            left -= len(part.first)
            found.append(part)
        return tuple(found)

    @property
    def _course_title(self) -> str:
        is_seen = any(row.clock for row in self.on_course[:1])
        not_seen = words.STAGE_STATUS[StageStatus.NOT_STARTED]
        return translate("On course, furthest first") if is_seen else not_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePlace:
    """A control on the way to its order: how many have passed it."""

    place: Place
    url: str
    kilometres: str
    through: int
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePage:
    """A stage's page."""

    template: ClassVar[str] = "stage.html"
    rows_template: ClassVar[str] = "stage_row"
    pieces: ClassVar[tuple[str, ...]] = ("head", "result_mark", "course", "tally")

    frame: Frame
    title: str
    moment: str
    start: str
    lead: str
    mark: ResultMark | None
    live_stage: str
    last_passing: str
    tiles: tuple[StageTile, ...]
    course: tuple[CoursePlace, ...]
    form: FilterForm
    boards: tuple[StageTable, ...]
    tally: Tally
    start_list: str
    start_list_url: str
    is_live: bool
    nobody: str
    events: str
    lines: str
    is_whole: bool

    @property
    def is_complete(self) -> bool:
        """Whether every line stands in the document."""
        parts = [part for board in self.boards for part in board.parts]
        return all(part.first == part.rows for part in parts)

    @property
    def tables(self) -> Mapping[str, tuple[StageRow, ...]]:
        """The lines by table body: ``b0-ranked``, ``b0-course``, ``b0-others``, ``b1-ranked``."""
        return {
            f"{board.id}-{part}": rows
            for board in self.boards
            for part, rows in (
                ("ranked", board.ranked),
                ("course", board.on_course),
                ("others", board.others),
            )
        }

    @property
    def summary(self) -> str:
        """Who is first on the stage."""
        return next((row.name for board in self.boards for row in board.ranked), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRow:
    """One line of the order at a control."""

    id: str
    keys: Keys
    rank: str
    bib: Bib
    name: str
    url: str
    detail: str
    clock: str
    elapsed: str
    gap: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTable:
    """The order in one division."""

    id: str
    title: str
    rows: tuple[ControlRow, ...]
    most: int

    @property
    def parts(self) -> tuple[TablePart[ControlRow], ...]:
        """Its table body, with those of its lines that stand in the document."""
        first = self.rows[: self.most]
        return (TablePart(id=f"{self.id}-ranked", title="", rows=self.rows, first=first),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPage:
    """The order at a control."""

    template: ClassVar[str] = "control.html"
    rows_template: ClassVar[str] = "control_row"
    pieces: ClassVar[tuple[str, ...]] = ("head", "result_mark", "course")

    frame: Frame
    title: str
    moment: str
    lead: str
    mark: ResultMark | None
    live_stage: str
    last_passing: str
    stage_url: str
    stage_name: str
    tiles: tuple[StageTile, ...]
    course: tuple[CoursePlace, ...]
    form: FilterForm
    boards: tuple[ControlTable, ...]
    nobody: str
    events: str
    lines: str
    is_whole: bool

    @property
    def is_complete(self) -> bool:
        """Whether every line stands in the document."""
        parts = [part for board in self.boards for part in board.parts]
        return all(part.first == part.rows for part in parts)

    @property
    def tables(self) -> Mapping[str, tuple[ControlRow, ...]]:
        """The lines by table body, division by division."""
        return {f"{board.id}-ranked": board.rows for board in self.boards}

    @property
    def summary(self) -> str:
        """Who is first at the control."""
        return next((row.name for board in self.boards for row in board.rows), "")


def stage_page(
    book: RaceBook, number: int, args: Mapping[str, str], *, revision: int = 0
) -> StagePage | ControlPage:
    """The page of a stage, or with ``control`` the order there.

    UnknownStage (a day of rest too), UnknownControl, or BadQuery.
    """
    stage = book.race.stage(number)
    if stage is None or number not in book.stages:
        raise UnknownStage(number)
    selection = selection_of(args)
    control = args.get("control", "").strip()
    maker = _StageMaker(book, stage, selection, revision)
    return maker.control_page(control) if control else maker.page()


class _StageMaker:
    """Gathers once what the tables of a stage share."""

    def __init__(self, book: RaceBook, stage: Stage, selection: Selection, revision: int) -> None:
        self.book = book
        self.stage = stage
        self.selection = selection
        self.revision = revision
        self.filter: Filter = filter_of(selection)
        self.zone: ZoneInfo = zone_named(book.race.timezone)
        self.rules = book.race.rules
        self.precision: Duration = book.race.rules.precision
        self.worn: dict[str, Jersey] = worn_bibs(book)
        self.boards = book.stage_boards(stage.number)
        divisions = {board.division for board in self.boards}
        self.places = {
            d: {p.code: p for p in places(book.course(stage.number, d))} for d in divisions
        }
        self.names = {d.code: called(d) for d in book.race.divisions}
        self.kinds = {k.code: called(k) for k in book.race.team_kinds}
        self.state = stage_states(book)[stage.number]
        self.title = stage_title(stage)

    # -- the page of the stage

    def page(self) -> StagePage:
        slug, number = self.book.race.slug, self.stage.number
        is_live = self.state is StageState.LIVE
        return StagePage(
            frame=self._frame(self.title),
            title=self.title,
            moment=self._moment(),
            start=self._start_words(),
            lead=self._lead(),
            mark=result_mark(self.book, number),
            live_stage=stage_facts(self.stage) if is_live else "",
            last_passing=self._last_passing() if is_live else "",
            tiles=stage_tiles(self.book, number),
            course=self._course(""),
            form=self._form(""),
            boards=tuple(self._table(nth, board) for nth, board in enumerate(self.boards)),
            tally=tally(self.book, number),
            start_list=said(mark("Start list: {stage}"), stage=self.title),
            start_list_url=addresses.start_list(self.book.race.slug, number),
            is_live=is_live,
            nobody=sentence("no-match" if self.selection.is_filter else "nobody-finished"),
            events=addresses.events(slug, stage=number),
            lines=addresses.lines(slug, stage=number),
            is_whole=self.selection.is_whole,
        )

    def _frame(self, title: str) -> Frame:
        return race_frame(
            self.book,
            title,
            here="Stages",
            revision=self.revision,
            styles=("board", "stage"),
            scripts=("live",),
        )

    def _moment(self) -> str:
        parts = [words.long_day(self.stage.date), stage_facts(self.stage)]
        return " · ".join(part for part in parts if part)

    def _start_words(self) -> str:
        start = self.stage.start
        if start is None:
            return ""
        at = first_start(self.book, self.stage)
        return f"{words.START_MODE[start.mode]} {at}".strip()

    def _lead(self) -> str:
        if self.state is StageState.TO_COME:
            return ""
        ranked = [
            line
            for board in self.boards[:1]
            for line in board.lines
            if line.rank is not None and line.time is not None
        ]
        if not ranked:
            return sentence("nobody-finished") if self.state is StageState.LIVE else ""
        first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
        name, time = name_of(first.competitor), figures.time(first.time or 0, self.precision)
        if self.state is StageState.LIVE:
            return sentence("day-best", name=name, time=time)
        if second is None or second.gap is None:
            return sentence("stage-won", name=name, time=time)
        other = name_of(second.competitor)
        if second.rank == first.rank:
            return sentence("stage-shared", name=name, second=other, time=time)
        gap = figures.short(second.gap, self.precision)
        return sentence("stage-won-by", name=name, time=time, gap=gap, second=other)

    def _last_passing(self) -> str:
        lines = entry_lines(self.book, self.stage.number)
        last = [(s, line.division) for line in lines for s in self._splits(line)[-1:]]
        if not last:
            return ""
        split, division = max(last, key=lambda item: (item[0].time, item[0].record))
        place = self._short(division, split.point)
        return sentence("last-passing", time=self._clock(split.time), place=place)

    def _splits(self, line: StageLine) -> tuple[Split, ...]:
        competitor = line.competitor
        if not isinstance(competitor, Entry):
            return ()
        return self.book.splits(self.stage.number, competitor.id)

    def _short(self, division: str, point: str) -> str:
        place = self.places[division].get(point)
        return place.short if place else point

    def _clock(self, instant: Instant) -> str:
        return figures.clock(instant, self.zone, self.stage.date)

    def _course(self, control: str) -> tuple[CoursePlace, ...]:
        """The full course with how many are through, each a way to its order."""
        slug, number = self.book.race.slug, self.stage.number
        longest = max(self.places.values(), key=len, default={})
        found = []
        for code in self.book.points(number):
            place = longest.get(code)
            if place is None or place.symbol is Symbol.START:
                continue
            boards = self.book.control_boards(number, code)
            found.append(
                CoursePlace(
                    place=place,
                    url=addresses.stage(slug, number, control=code),
                    kilometres=figures.kilometres(place.distance_m),
                    through=sum(len(board.lines) for board in boards),
                    is_current=code == control,
                )
            )
        return tuple(found)

    def _form(self, control: str) -> FilterForm:
        slug, number = self.book.race.slug, self.stage.number
        return FilterForm(
            action=addresses.stage(slug, number),
            q=self.selection.q,
            kept=(("control", control),) if control else (),
            choices=choices(self.book, self.selection, teams=True),
            show=None,
            is_filter=self.selection.is_filter,
            clear_url=addresses.stage(slug, number, control=control),
            all_url=addresses.stage(
                slug, number, control=control, **{**self.selection.query(), "lines": ALL}
            ),
        )

    def _table(self, nth: int, board: StageBoard) -> StageTable:
        start = self.stage.start
        has_start = start is not None and start.mode is not StartMode.MASS
        ranked: list[StageRow] = []
        on_course: list[tuple[int, int, StageRow]] = []
        others: list[StageRow] = []
        for line in board.lines:
            if not self.filter.takes(line.competitor, line.division, line.categories):
                continue
            if line.rank is not None:
                ranked.append(self._row(line, has_start=has_start))
            elif line.status in (StageStatus.ON_COURSE, StageStatus.NOT_STARTED):
                row, since = self._row_under_way(line, has_start=has_start)
                on_course.append((-line.distance_m, since, row))
            else:
                others.append(self._row(line, has_start=has_start))
        on_course.sort(key=lambda item: item[:2])
        return StageTable(
            id=f"b{nth}",
            title=self._table_title(board),
            of_teams=bool(board.team_kind),
            has_start=has_start,
            ranked=tuple(ranked),
            on_course=tuple(row for _, _, row in on_course),
            others=tuple(others),
            most=self._held(self.boards),
        )

    def _held(self, boards: Sequence[StageBoard | ControlBoard]) -> int:
        """How many lines of each of these tables stand in the document."""
        number = sum(len(board.lines) for board in boards)
        return lines_held(number, tables=len(boards), is_whole=self.selection.is_whole)

    def _table_title(self, board: StageBoard) -> str:
        division = self.names.get(board.division, board.division)
        if not board.team_kind:
            return division or sentence("all-runners")
        kind = self.kinds.get(board.team_kind, board.team_kind)
        if len(self.names) > 1 and division:
            return translate("{kind}, {division}").format(kind=kind, division=division)
        return kind

    def _row(self, line: StageLine, *, has_start: bool) -> StageRow:
        is_first = line.rank == 1
        is_out = line.rank is None
        notes = [sentence("tie", how=words.TIE_BREAK[line.tie])] if line.tie is not None else []
        if line.credit:
            notes.append(sentence("credit-in", time=figures.short(line.credit, self.precision)))
        return StageRow(
            id=f"line-{competitor_key(line.competitor)}",
            keys=keys_of(line.competitor, line.division, line.categories),
            rank="" if line.rank is None else str(line.rank),
            bib=bib_of(line.competitor, self.worn),
            name=name_of(line.competitor),
            url=self._url(line),
            detail=self._detail(line),
            start=self._clock(line.start) if has_start and line.start is not None else "",
            time="" if line.time is None else figures.time(line.time, self.precision),
            penalty=figures.behind(line.penalty, self.precision) if line.penalty else "",
            gap=self._gap(line),
            seen="",
            clock="" if line.finish is None else self._clock(line.finish),
            note=", ".join(notes),
            is_best=is_first,
            has_start=has_start,
            status=self._status(line) if is_out else None,
        )

    def _gap(self, line: StageLine) -> str:
        if line.rank is None or line.gap is None:
            return ""
        if line.rank == 1:
            return sentence("first" if self.state is StageState.LIVE else "winner")
        return figures.behind(line.gap, self.precision)

    def _status(self, line: StageLine) -> StatusMark:
        where = line.control or line.last_point
        if line.status is StageStatus.FINISHED or not where or line.status is StageStatus.DNS:
            place = "" if line.status is not StageStatus.FINISHED else sentence("not-ranked")
            return stage_mark(line.status, place)
        return stage_mark(line.status, self._short_or_in(line.division, where))

    def _short_or_in(self, division: str, code: str) -> str:
        by_code = self.places[division]
        place = by_code.get(code) or by_code.get(f"{code}.in")
        return place.short if place else code

    def _row_under_way(self, line: StageLine, *, has_start: bool) -> tuple[StageRow, int]:
        splits = self._splits(line)
        last = splits[-1] if splits else None
        time = "" if last is None or last.elapsed is None else self._elapsed(last)
        row = StageRow(
            id=f"line-{competitor_key(line.competitor)}",
            keys=keys_of(line.competitor, line.division, line.categories),
            rank="",
            bib=bib_of(line.competitor, self.worn),
            name=name_of(line.competitor),
            url=self._url(line),
            detail=self._detail(line),
            start=self._clock(line.start) if has_start and line.start is not None else "",
            time=time if last is not None and last.distance_m else "",
            penalty="",
            gap="",
            seen=self._seen(line, last),
            clock="" if last is None else self._clock(last.time),
            on_road=True,
            has_start=has_start,
        )
        return row, last.time if last is not None else 0

    def _seen(self, line: StageLine, last: Split | None) -> str:
        if last is not None:
            return self._short(line.division, last.point)
        return "" if self.state is StageState.TO_COME else words.STAGE_STATUS[line.status]

    def _elapsed(self, split: Split) -> str:
        return figures.elapsed(split.elapsed or 0, self.rules)

    def _url(self, line: StageLine) -> str:
        competitor = line.competitor
        if isinstance(competitor, Team):
            return ""
        return addresses.runner(self.book.race.slug, competitor.bib, stage=self.stage.number)

    def _detail(self, line: StageLine) -> str:
        competitor = line.competitor
        if isinstance(competitor, Team):
            members = self.book.members(competitor.code, self.stage.number)
            return ", ".join(name_of(member) for member in members)
        return runner_detail(competitor, line.categories)

    # -- the order at a control

    def control_page(self, control: str) -> ControlPage:
        slug, number = self.book.race.slug, self.stage.number
        boards = self.book.control_boards(number, control)
        place = next(
            (by_code[control] for by_code in self.places.values() if control in by_code), None
        )
        name = place.name if place is not None else control
        title = sentence("order-at", place=name)
        is_live = self.state is StageState.LIVE
        return ControlPage(
            frame=self._frame(f"{title}, {self.title}"),
            title=title,
            moment=f"{self.title} · {words.long_day(self.stage.date)}",
            lead=self._control_lead(boards, name),
            mark=result_mark(self.book, number),
            live_stage=self.title if is_live else "",
            last_passing=self._last_passing() if is_live else "",
            stage_url=addresses.stage(slug, number),
            stage_name=self.title,
            tiles=stage_tiles(self.book, number),
            course=self._course(control),
            form=self._form(control),
            boards=tuple(
                self._control_table(nth, board, self._held(boards))
                for nth, board in enumerate(boards)
                if board.lines or len(boards) == 1
            ),
            nobody=sentence("no-match")
            if self.selection.is_filter
            else sentence("nobody-passed", place=name),
            events=addresses.events(slug, stage=number, control=control),
            lines=addresses.lines(slug, stage=number, control=control),
            is_whole=self.selection.is_whole,
        )

    def _control_lead(self, boards: tuple[ControlBoard, ...], name: str) -> str:
        lines = [line for board in boards[:1] for line in board.lines if line.rank == 1]
        if not lines or lines[0].elapsed is None:
            return "" if lines else sentence("nobody-passed", place=name)
        time = figures.elapsed(lines[0].elapsed, self.rules)
        return sentence("control-first", name=name_of(lines[0].entry), place=name, time=time)

    def _control_table(self, nth: int, board: ControlBoard, most: int) -> ControlTable:
        return ControlTable(
            id=f"b{nth}",
            title=self.names.get(board.division, board.division) or sentence("all-runners"),
            rows=tuple(
                self._control_row(line)
                for line in board.lines
                if self.filter.takes(line.entry, line.division, line.categories)
            ),
            most=most,
        )

    def _control_row(self, line: ControlLine) -> ControlRow:
        gap = ""
        if line.gap is not None and line.rank is not None:
            gap = sentence("first") if line.rank == 1 else figures.behind(line.gap, self.precision)
        unusual = line.source not in (Source.CHIP, Source.CHECKPOINT, Source.LINE_CREW)
        return ControlRow(
            id=f"line-{line.entry.id}",
            keys=keys_of(line.entry, line.division, line.categories),
            rank="" if line.rank is None else str(line.rank),
            bib=bib_of(line.entry, self.worn),
            name=name_of(line.entry),
            url=addresses.runner(self.book.race.slug, line.entry.bib, stage=self.stage.number),
            detail=runner_detail(line.entry, line.categories),
            clock=self._clock(line.time),
            elapsed="" if line.elapsed is None else figures.elapsed(line.elapsed, self.rules),
            gap=gap,
            source=words.SOURCE[line.source] if unusual else "",
        )
