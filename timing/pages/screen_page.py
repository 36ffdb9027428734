"""The big screen of a camp or a finish: boards that take turns, arrivals, who comes next.

Between stages it shows the day's result, the leaders and the next start. The page holds all that
takes turns; its script (static/js/screen.js) shows one page of one board at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Stage
from timing.core.entries import Entry
from timing.core.forecasts import Forecasts
from timing.core.times import Instant
from timing.pages import addresses, figures, words
from timing.pages.arrivals import Arrival, Tally, arrivals, tally
from timing.pages.field import FieldPicture, field_picture
from timing.pages.fragments import NO_TABLES, Line
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import translate
from timing.pages.leaders import Leader, leaders
from timing.pages.marks import Bib, name_of, worn_bibs
from timing.pages.result_mark import ResultMark, result_mark
from timing.pages.running import Running
from timing.pages.screen_options import ScreenOptions, ScreenPlace, screen_options
from timing.pages.shown_boards import STAGE, ShownBoard, ShownBoards, ShownLine, usual_boards
from timing.pages.stages import StageTile, first_start, stage_facts, stage_tiles
from timing.pages.standing import standing_before
from timing.pages.words import sentence

LINES_OF_A_PAGE: Mapping[ScreenPlace, int] = {ScreenPlace.CAMP: 10, ScreenPlace.FINISH: 7}
ARRIVALS: Mapping[ScreenPlace, int] = {ScreenPlace.CAMP: 4, ScreenPlace.FINISH: 7}
NEXT_SHOWN = 4
_NEXT_HELD = 12
"""Expected at all times: those who are overdue make room for the ones behind them."""

_LOOKED_AT = 60
"""Nearest to the finish by distance; whoever comes next is among them."""

_LEADERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPart:
    """One page of a board: what is shown at a time. ``range`` says which places, of several."""

    id: str
    code: str
    title: str
    moment: str
    is_live: bool
    range: str
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenArrival:
    """Somebody who came in: their place of the day and in the general classification, if any."""

    arrival: Arrival
    place: str
    overall: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextIn:
    """Somebody expected at the finish; ``latest`` is when eight of ten such are in."""

    key: str
    bib: Bib
    name: str
    clock: str
    at: Instant
    latest: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPage:
    """A big screen. ``now_title`` is the running stage's, empty between stages.

    ``life`` names the release and the database's life that it was made in: a screen that learns
    of another loads itself again.
    """

    template: ClassVar[str] = "screen.html"
    rows_template: ClassVar[str] = ""
    pieces: ClassVar[tuple[str, ...]] = (
        "screen_head",
        "screen_boards",
        "screen_side",
        "screen_foot",
    )
    tables: ClassVar[Mapping[str, Sequence[Line]]] = NO_TABLES

    frame: Frame
    options: ScreenOptions
    now_title: str
    moment: str
    route: str
    mark: ResultMark | None
    parts: tuple[BoardPart, ...]
    nothing: str
    arrivals: tuple[ScreenArrival, ...]
    most_arrivals: int
    next_in: tuple[NextIn, ...]
    shown_next: int
    leaders: tuple[Leader, ...]
    coming: str
    coming_day: str
    coming_start: str
    coming_facts: str
    tally: Tally | None
    field: FieldPicture | None
    tiles: tuple[StageTile, ...]
    events: str
    pulse: str
    setup: str
    life: str = ""

    @property
    def summary(self) -> str:
        """A screen is looked at: nothing is announced."""
        return ""


def screen_page(book: RaceBook, args: Mapping[str, str], *, revision: int = 0) -> ScreenPage:
    """A screen as its parameters ask; BadQuery, UnknownBoard, UnknownStage."""
    options = screen_options(args)
    boards = _boards_of(book, options)
    now = boards.now
    race = book.race
    shown = now.stage if now is not None else race.stage(options.stage or book.last_stage)
    coming = _coming(book)
    parts = tuple(_parts(boards, options, shown))
    is_evening = now is None
    return ScreenPage(
        frame=race_frame(
            book,
            translate("Screen"),
            revision=revision,
            styles=("screen",),
            scripts=("screen",),
        ),
        options=options,
        now_title=sentence("stage-live", stage=now.stage.number) if now is not None else "",
        moment=_moment(book, shown, coming),
        route=_route(shown),
        mark=result_mark(book, shown.number) if shown is not None else None,
        parts=parts,
        nothing="" if parts else standing_before(book) or sentence("nothing-ranked"),
        arrivals=_arrivals(book, boards, shown, options),
        most_arrivals=ARRIVALS[options.what],
        next_in=tuple(_next_in(boards, now)) if now is not None else (),
        shown_next=NEXT_SHOWN,
        leaders=leaders(book, None, None)[:_LEADERS] if is_evening and book.last_stage else (),
        coming=_title(coming) if coming is not None else "",
        coming_day=words.long_day(coming.date) if coming is not None else "",
        coming_start=first_start(book, coming) if coming is not None else "",
        coming_facts=stage_facts(coming) if coming is not None else "",
        tally=tally(book, shown.number) if shown is not None and now is not None else None,
        field=field_picture(book, now, worn_bibs(book)) if now is not None else None,
        tiles=stage_tiles(book, shown.number if shown is not None else None),
        events=addresses.events(race.slug, page="screen", **options.query()),
        pulse=addresses.screen_pulse(race.slug),
        setup=addresses.screen_setup(race.slug, **options.query()),
    )


def _boards_of(book: RaceBook, options: ScreenOptions) -> ShownBoards:
    """As it stands now; or after the stage that is fixed, unless that one is running."""
    if options.stage is None or options.stage == book.running_stage:
        return ShownBoards(book)
    book.stage_book(options.stage)  # UnknownStage
    return ShownBoards(book, options.stage)


def _parts(boards: ShownBoards, options: ScreenOptions, stage: Stage | None) -> Iterator[BoardPart]:
    usual = usual_boards(boards.book)
    codes = options.boards or (usual if boards.now is not None else (STAGE, *usual))
    for code in codes:
        if code != STAGE:
            yield from _pages_of(boards.board(code, options.top), options, code)
        elif stage is not None and stage.number in boards.book.stages:
            for nth, board in enumerate(boards.stage(stage.number, options.top)):
                yield from _pages_of(board, options, f"{STAGE}-{nth}")


def _pages_of(board: ShownBoard, options: ScreenOptions, code: str) -> Iterator[BoardPart]:
    size = LINES_OF_A_PAGE[options.what]
    for first in range(0, len(board.lines), size):
        lines = board.lines[first : first + size]
        yield BoardPart(
            id=f"{code}-{first}",
            code=code,
            title=board.name,
            moment=board.moment,
            is_live=board.is_live,
            range=f"{first + 1}–{first + len(lines)}" if len(board.lines) > size else "",
            lines=lines,
        )


def _arrivals(
    book: RaceBook, boards: ShownBoards, stage: Stage | None, options: ScreenOptions
) -> tuple[ScreenArrival, ...]:
    if stage is None or boards.now is None:
        return ()
    overall = boards.overall_ranks()
    found = arrivals(book, stage, worn_bibs(book), most=ARRIVALS[options.what])
    return tuple(
        ScreenArrival(
            arrival=arrival,
            place=translate("{nth} of the day").format(nth=words.ordinal(int(arrival.rank)))
            if arrival.rank
            else "",
            overall=_overall(overall.get(arrival.id.removeprefix("arrival-"))),
        )
        for arrival in found
    )


def _overall(rank: int | None) -> str:
    return "" if rank is None else translate("GC {rank}").format(rank=rank)


def _next_in(boards: ShownBoards, now: Running) -> Iterator[NextIn]:
    """Who is expected at the finish next, the first first."""
    stage = now.stage
    forecasts = Forecasts(boards.book, stage.number)
    away = []
    for entry_id, line in now.lines.items():
        where = forecasts.last_seen(entry_id)
        if where is not None and isinstance(line.competitor, Entry):
            places = now.places[line.division].values()
            whole = max((p.distance_m for p in places), default=0)
            splits = now.splits[entry_id]
            reached = splits[-1].distance_m if splits else 0
            away.append((whole - reached, where[1], entry_id))
    expected = []
    for _, _, entry_id in sorted(away)[:_LOOKED_AT]:
        ahead = forecasts.of(entry_id)
        if ahead:
            expected.append((ahead[-1].time, entry_id, ahead[-1].latest))
    for at, entry_id, latest in sorted(expected)[:_NEXT_HELD]:
        competitor = now.lines[entry_id].competitor
        yield NextIn(
            key=entry_id,
            bib=boards.bib(competitor),
            name=name_of(competitor),
            clock=figures.clock_minutes(at, now.zone, stage.date),
            at=at,
            latest=latest,
        )


def _title(stage: Stage) -> str:
    title = sentence("stage-column", stage=stage.number)
    return f"{title}, {stage.name}" if stage.name else title


def _route(stage: Stage | None) -> str:
    """``Ighil Mellen to Ifri n’Ouzrou, 58.2 km``."""
    if stage is None:
        return ""
    distance = f"{figures.kilometres(stage.distance_m)} km" if stage.distance_m else ""
    return ", ".join(part for part in (stage.name, distance) if part)


def _coming(book: RaceBook) -> Stage | None:
    return next(
        (
            s
            for s in book.race.stages
            if s.number in book.stages
            and s.number > book.last_stage
            and not book.has_begun(s.number)
        ),
        None,
    )


def _moment(book: RaceBook, shown: Stage | None, coming: Stage | None) -> str:
    if shown is None:
        return sentence("before-the-race")
    if coming is None and book.running_stage is None:
        return sentence("race-over")
    return sentence("after-stage", stage=shown.number)
