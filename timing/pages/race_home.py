"""A race's home: its stages, who leads, how it stands, who came in last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Stage
from timing.pages import addresses, words
from timing.pages.arrivals import Arrival, Tally, arrivals, tally
from timing.pages.board_page import BoardRow, board_page
from timing.pages.frame import Frame, race_frame
from timing.pages.leaders import Leader, leaders
from timing.pages.marks import worn_bibs
from timing.pages.race_list import race_facts
from timing.pages.running import last_passing, running
from timing.pages.stages import StageTile, first_start, stage_facts, stage_tiles, stage_title
from timing.pages.standing import standing_before

TOP = 10
LATEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLink:
    """A classification, and who leads it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceHomePage:
    """The page of a race. ``stage_*`` are of the running stage, or of the last one."""

    template: ClassVar[str] = "race.html"
    rows_template: ClassVar[str] = "top_row"
    pieces: ClassVar[tuple[str, ...]] = ("head", "leaders", "arrivals", "tally")

    frame: Frame
    title: str
    moment: str
    facts: str
    lead: str
    live_stage: str
    last_passing: str
    tiles: tuple[StageTile, ...]
    leaders: tuple[Leader, ...]
    arrivals: tuple[Arrival, ...]
    arrivals_title: str
    arrivals_url: str
    tally: Tally | None
    top: tuple[BoardRow, ...]
    top_title: str
    top_url: str
    boards: tuple[BoardLink, ...]
    next_stage: str
    next_facts: str
    events: str

    @property
    def tables(self) -> Mapping[str, tuple[BoardRow, ...]]:
        """The first of the general classification."""
        return {"top": self.top}

    @property
    def summary(self) -> str:
        """Who leads."""
        return self.top[0].name if self.top else ""


def race_home(book: RaceBook, *, revision: int = 0) -> RaceHomePage:
    """The home of a race, as it stands now."""
    race = book.race
    now = running(book)
    shown = now.stage if now is not None else race.stage(book.last_stage)
    coming = next((s for s in race.stages if s.number not in _begun(book) and s.controls), None)
    main = race.classifications[0] if race.classifications else None
    board = board_page(book, main.code, {}, revision=revision) if main is not None else None
    has_begun = shown is not None
    last = max((s.date for s in race.stages), default=race.starts_on)
    return RaceHomePage(
        frame=race_frame(
            book,
            race.name,
            here="Race",
            revision=revision,
            styles=("board", "race"),
            scripts=("live",),
        ),
        title=race.name,
        moment=words.days(race.starts_on, last),
        facts=race_facts(book),
        lead=board.lead if board is not None and has_begun else standing_before(book),
        live_stage=stage_title(now.stage) if now is not None else "",
        last_passing=last_passing(now) if now is not None else "",
        tiles=stage_tiles(book),
        leaders=leaders(book, now) if has_begun else (),
        arrivals=arrivals(book, shown, worn_bibs(book), most=LATEST) if shown is not None else (),
        arrivals_title=stage_title(shown) if shown is not None else "",
        arrivals_url=addresses.stage(race.slug, shown.number) if shown is not None else "",
        tally=tally(book, shown.number) if shown is not None else None,
        top=board.rows[:TOP] if board is not None and has_begun else (),
        top_title=board.title if board is not None else "",
        top_url=addresses.board(race.slug, main.code) if main is not None else "",
        boards=tuple(
            BoardLink(name=c.name or c.code, url=addresses.board(race.slug, c.code))
            for c in race.classifications
        ),
        next_stage=stage_title(coming) if coming is not None else "",
        next_facts=_next_facts(book, coming) if coming is not None else "",
        events=addresses.events(race.slug, page="home"),
    )


def _begun(book: RaceBook) -> set[int]:
    return {number for number in book.stages if book.has_begun(number)}


def _next_facts(book: RaceBook, stage: Stage) -> str:
    start = stage.start
    parts = [
        words.long_day(stage.date),
        f"{words.START_MODE[start.mode]} {first_start(book, stage)}".strip()
        if start is not None
        else "",
        stage_facts(stage),
    ]
    return " · ".join(part for part in parts if part)
