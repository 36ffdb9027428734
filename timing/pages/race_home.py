"""A race's home: what happens now, who leads, who came in, and all of its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Classification, Stage
from timing.core.times import Instant
from timing.pages import addresses, words
from timing.pages.arrivals import Arrival, Tally, arrivals, counted_by_status, entry_lines
from timing.pages.field import FieldPicture, field_picture
from timing.pages.frame import Frame, race_frame
from timing.pages.leaders import Leader, leader_of, leaders
from timing.pages.marks import Jersey, called, worn_bibs
from timing.pages.profile import Profile, profile_of
from timing.pages.race_list import race_facts
from timing.pages.result_mark import ResultMark, shown_mark
from timing.pages.running import Roads, Running, has_road, last_passing, running
from timing.pages.stage_list import StageItem, stage_list
from timing.pages.stages import StageTile, first_start, stage_facts, stage_tiles, stage_title
from timing.pages.standing import standing_after, standing_before, standing_on_road
from timing.pages.sureness import MEANING, SURENESS, Sureness, sureness_of_standings
from timing.pages.top_rows import TopRow, top_rows

TOP = 10
LATEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStart:
    """The stage that is to start next, and when.

    ``at`` is the first start's instant, None where no time is set; ``name`` is empty where the
    stage has none.
    """

    title: str
    url: str
    day: str
    start: str
    facts: str
    at: Instant | None
    profile: Profile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardItem:
    """A classification, and who leads it; ``leader`` is None before anybody does."""

    name: str
    url: str
    leader: Leader | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceHomePage:
    """The page of a race.

    ``shown_*`` are of the running stage, or of the last one with a result; ``field`` is of the
    running one only. ``is_over`` where every stage has its result.
    """

    template: ClassVar[str] = "race.html"
    rows_template: ClassVar[str] = "top_row"
    pieces: ClassVar[tuple[str, ...]] = (
        "head",
        "result_mark",
        "leaders",
        "racenow",
        "racelast",
        "racestages",
        "raceboards",
    )

    frame: Frame
    title: str
    moment: str
    facts: str
    lead: str
    mark: ResultMark | None
    live_stage: str
    last_passing: str
    tiles: tuple[StageTile, ...]
    leaders: tuple[Leader, ...]
    sureness: Sureness
    field: FieldPicture | None
    tally: Tally | None
    shown_title: str
    shown_facts: str
    shown_url: str
    arrivals: tuple[Arrival, ...]
    next_start: NextStart | None
    is_over: bool
    top: tuple[TopRow, ...]
    top_title: str
    top_url: str
    boards: tuple[BoardItem, ...]
    stages: tuple[StageItem, ...]
    calendar_url: str
    feed_url: str
    charts_url: str
    publications_url: str
    events: str

    @property
    def tables(self) -> Mapping[str, tuple[TopRow, ...]]:
        """The first of the general classification."""
        return {"top": self.top}

    @property
    def summary(self) -> str:
        """Who leads."""
        return self.top[0].name if self.top else ""

    @property
    def sureness_word(self) -> str:
        """How sure the standings are, in a word."""
        return SURENESS[self.sureness]

    @property
    def sureness_meaning(self) -> str:
        """The same in a sentence."""
        return MEANING[self.sureness]


def race_home(book: RaceBook, *, revision: int = 0) -> RaceHomePage:
    """The home of a race, as it stands now."""
    race = book.race
    now = running(book)
    roads = Roads(book, now) if now is not None else None
    shown = now.stage if now is not None else race.stage(book.last_stage)
    main = race.classifications[0] if race.classifications else None
    worn = worn_bibs(book)
    if now is not None:
        lines = tuple(now.lines.values())
    else:
        lines = entry_lines(book, shown.number) if shown is not None else ()
    last = max((s.date for s in race.stages), default=race.starts_on)
    coming = _coming(book)
    return RaceHomePage(
        frame=race_frame(
            book,
            race.name,
            here="Race",
            revision=revision,
            styles=("field", "race"),
            scripts=("live", "until"),
        ),
        title=race.name,
        moment=words.days(race.starts_on, last),
        facts=race_facts(book),
        lead=_lead(book, main, now, roads),
        mark=shown_mark(book),
        live_stage=stage_title(now.stage) if now is not None else "",
        last_passing=last_passing(now) if now is not None else "",
        tiles=stage_tiles(book),
        leaders=leaders(book, now, roads) if shown is not None else (),
        sureness=sureness_of_standings(book),
        field=field_picture(book, now, worn) if now is not None else None,
        tally=counted_by_status(lines) if shown is not None else None,
        shown_title=stage_title(shown) if shown is not None else "",
        shown_facts=stage_facts(shown) if shown is not None else "",
        shown_url=addresses.stage(race.slug, shown.number) if shown is not None else "",
        arrivals=arrivals(book, shown, worn, most=LATEST, lines=lines) if shown is not None else (),
        next_start=_next_start(book, coming) if coming is not None else None,
        is_over=shown is not None and now is None and coming is None,
        top=top_rows(book, main, now, roads, most=TOP) if main is not None else (),
        top_title=called(main) if main is not None else "",
        top_url=addresses.board(race.slug, main.code) if main is not None else "",
        boards=tuple(_board(book, c, now, roads, worn) for c in race.classifications),
        stages=stage_list(book),
        calendar_url=f"{addresses.race(race.slug)}/calendar.ics",
        feed_url=f"{addresses.race(race.slug)}/feed.atom",
        charts_url=addresses.charts(race.slug),
        publications_url=addresses.publications(race.slug),
        events=addresses.events(race.slug, page="home"),
    )


def _lead(
    book: RaceBook, main: Classification | None, now: Running | None, roads: Roads | None
) -> str:
    """The sentence under the race's name."""
    if main is not None and now is not None and roads is not None and has_road(main):
        return standing_on_road(book, roads.of(main.code), now)
    after = now.closed if now is not None else book.last_stage
    if main is None or not after:
        return standing_before(book) if now is None else ""
    return standing_after(book, book.board(main.code, after))


def _board(
    book: RaceBook,
    classification: Classification,
    now: Running | None,
    roads: Roads | None,
    worn: Mapping[str, Jersey],
) -> BoardItem:
    return BoardItem(
        name=called(classification),
        url=addresses.board(book.race.slug, classification.code),
        leader=leader_of(book, classification, now, roads, worn),
    )


def _coming(book: RaceBook) -> Stage | None:
    """The first stage that is still to be run; those that were left out are not."""
    last = max((n for n in book.stages if book.has_begun(n)), default=0)
    return next((s for s in book.race.stages if s.number > last and s.number in book.stages), None)


def _next_start(book: RaceBook, stage: Stage) -> NextStart:
    start = stage.start
    return NextStart(
        title=stage_title(stage),
        url=addresses.stage(book.race.slug, stage.number),
        day=words.long_day(stage.date),
        start=f"{words.START_MODE[start.mode]} {first_start(book, stage)}".strip()
        if start is not None
        else "",
        facts=stage_facts(stage),
        at=_instant(book, stage),
        profile=profile_of(stage),
    )


def _instant(book: RaceBook, stage: Stage) -> Instant | None:
    """The first gun of a stage, as it is planned or was."""
    return min(book.guns(stage.number).values(), default=None)
