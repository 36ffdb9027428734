"""The marks of a results sheet: bibs, leaders' colours, statuses, controls (look, Marks).

A mark has a shape first and a colour second, and always a word for those who listen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from timing.core.book import RaceBook
from timing.core.courses import Point
from timing.core.definition import Category, Classification, Measure, Of, Race
from timing.core.entries import Competitor, Team
from timing.core.jerseys import given_after
from timing.core.statuses import RaceStatus, StageStatus
from timing.pages import words
from timing.pages.languages import Words, mark, translate


class Jersey(StrEnum):
    """A leader's colour; its value names the tokens (``--lead-general``)."""

    GENERAL = "general"
    WOMEN = "women"
    MASTERS = "masters"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bib:
    """A bib as drawn: a plate with two pin holes.

    ``jersey`` colours it: solid where it is worn today, from the last official standings, dashed
    with ``on_road`` where its runner leads on the road. ``title`` says so in words.
    """

    text: str
    jersey: Jersey | None = None
    on_road: bool = False
    title: str = ""


class Symbol(StrEnum):
    """The shape of a control on the map, or of what became of a runner."""

    START = "start"
    CONTROL = "control"
    FINISH = "finish"
    CROSS = "cross"
    HOURGLASS = "hourglass"
    NOT_STARTED = "not-started"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMark:
    """What became of somebody: ``letters`` (or a word), their meaning, where, a shape."""

    letters: str
    meaning: str = ""
    where: str = ""
    symbol: Symbol = Symbol.NONE
    is_struck: bool = False


_SYMBOLS: Mapping[StageStatus | RaceStatus, Symbol] = {
    StageStatus.DNF: Symbol.CROSS,
    StageStatus.OTL: Symbol.HOURGLASS,
    StageStatus.DNS: Symbol.NOT_STARTED,
    RaceStatus.DNF: Symbol.CROSS,
    RaceStatus.OTL: Symbol.HOURGLASS,
    RaceStatus.WITHDRAWN: Symbol.CROSS,
}


def stage_mark(status: StageStatus, where: str = "") -> StatusMark:
    """The mark of a stage status."""
    return _mark(status, words.STAGE_STATUS[status], where)


def race_mark(status: RaceStatus, where: str = "") -> StatusMark:
    """The mark of a race status."""
    return _mark(status, words.RACE_STATUS[status], where)


def _mark(status: StageStatus | RaceStatus, letters: str, where: str) -> StatusMark:
    return StatusMark(
        letters=letters,
        meaning=words.LETTERS.get(letters, ""),
        where=where,
        symbol=_SYMBOLS.get(status, Symbol.NONE),
        is_struck=letters == "DSQ",
    )


_MASTERS_FROM = 35
_WORN: Mapping[Jersey, str] = Words(
    {
        Jersey.GENERAL: mark("Wears the leader’s bib"),
        Jersey.WOMEN: mark("Wears the women’s leader’s bib"),
        Jersey.MASTERS: mark("Wears the masters’ leader’s bib"),
        Jersey.TEAMS: mark("The leading team"),
    }
)


def jerseys(race: Race) -> dict[Jersey, Classification]:
    """Which classification each leader's colour is for, in the order of the definition.

    General is the first of entries by time with no category; women and masters the first of
    their kind; teams the first of teams. A race that names its jerseys has only the colours of
    their classifications, in the jerseys' order.
    """
    categories = {c.code: c for c in race.categories}
    found: dict[Jersey, Classification] = {}
    own = [c for jersey in race.jerseys if (c := race.classification(jersey.board)) is not None]
    for classification in own or race.classifications:
        jersey = _jersey(classification, categories)
        if jersey is not None:
            found.setdefault(jersey, classification)
    return found


def _jersey(classification: Classification, categories: dict[str, Category]) -> Jersey | None:
    if classification.of is Of.TEAM:
        return Jersey.TEAMS
    if classification.measure is not Measure.TIME:
        return None
    category = categories.get(classification.category)
    if category is None:
        return Jersey.GENERAL
    if category.age is not None:
        lowest = category.age[0]
        return Jersey.MASTERS if lowest is not None and lowest >= _MASTERS_FROM else None
    return Jersey.WOMEN if category.gender == "F" else None


def worn_bibs(book: RaceBook, stage: int | None = None) -> dict[str, Jersey]:
    """The colour that each leader wears on a stage or today, by `competitor_key` (Rules 9.9).

    From the last official standings before it, as `given_after` says. A holder of several wears
    the first; the next in line wears the others.
    """
    worn: dict[str, Jersey] = {}
    after = given_after(book, stage)
    if not after:
        return worn
    for jersey, classification in jerseys(book.race).items():
        board = book.board(classification.code, after)
        for line in board.lines:
            key = competitor_key(line.competitor)
            if line.rank is not None and key not in worn:
                worn[key] = jersey
                break
    return worn


def competitor_key(competitor: Competitor) -> str:
    """What tells competitors apart on one page: an entry's id, a team's code."""
    return f"team-{competitor.code}" if isinstance(competitor, Team) else competitor.id


def bib_of(competitor: Competitor, worn: Mapping[str, Jersey]) -> Bib:
    """The bib of an entry, or a team's code as one, in the colour it wears today."""
    text = competitor.code if isinstance(competitor, Team) else competitor.bib
    jersey = worn.get(competitor_key(competitor))
    return Bib(text=text, jersey=jersey, title=_WORN[jersey] if jersey is not None else "")


class Named(Protocol):
    """What a definition names: a division, a category, a classification, a kind of team."""

    @property
    def code(self) -> str:
        """What it is known by in files and addresses."""

    @property
    def name(self) -> str:
        """What the definition calls it, or nothing."""


USUAL_NAMES: Mapping[str, str] = Words(
    {
        "General classification": mark("General classification"),
        "Overall": mark("Overall"),
        "Women": mark("Women"),
        "Men": mark("Men"),
        "Teams": mark("Teams"),
        "Mixed": mark("Mixed"),
        "Masters": mark("Masters"),
        "Pairs": mark("Pairs"),
        "Points": mark("Points"),
    }
)
"""Names that most races give, which pages can say in any language."""


def called(named: Named) -> str:
    """What something of the definition is called; a usual name in the language spoken."""
    return USUAL_NAMES.get(named.name, named.name) or named.code


def name_of(competitor: Competitor) -> str:
    """A name to show: whoever has none, or whose name is not told, is called by bib or code."""
    if isinstance(competitor, Team):
        return competitor.name or competitor.code
    if competitor.name:
        # In a whole book a hidden name is there, and the desk shows it.
        return competitor.name
    called = translate("Runner {bib}") if competitor.name_hidden else translate("Bib {bib}")
    return called.format(bib=competitor.bib)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point of a course as shown.

    ``number`` counts the controls between start and finish, in and out as one; ``short`` is for
    tight places (``CP4``, ``CP4 in``), ``name`` for others; ``percent`` is how far along it is.
    """

    code: str
    ordinal: int
    name: str
    short: str
    symbol: Symbol
    number: int
    distance_m: int
    percent: float

    @property
    def x(self) -> float:
        """Where it stands on the small course line of a board, 2 to 68 (course_symbols.html)."""
        return round(2 + 0.66 * self.percent, 1)


def places(points: tuple[Point, ...]) -> tuple[Place, ...]:
    """The points of a course in order, named and numbered."""
    return tuple(_places(points))


def _places(points: tuple[Point, ...]) -> Iterator[Place]:
    number = 0
    whole = points[-1].distance_m if points else 0
    for point in points:
        if point is points[0]:
            symbol, label = Symbol.START, translate("Start")
        elif point is points[-1]:
            symbol, label = Symbol.FINISH, translate("Finish")
        else:
            number += not point.is_out
            symbol, label = Symbol.CONTROL, point.control
        is_between = symbol is Symbol.CONTROL
        yield Place(
            code=point.code,
            ordinal=point.ordinal,
            name=_with_way(point, point.name or point.control)
            if is_between
            else _end_name(point, label),
            short=_with_way(point, label) if is_between else label,
            symbol=symbol,
            number=number if symbol is Symbol.CONTROL else 0,
            distance_m=point.distance_m,
            percent=round(100 * point.distance_m / whole, 1) if whole else 0.0,
        )


def _with_way(point: Point, place: str) -> str:
    if point.is_out:
        return translate("{place} out").format(place=place)
    if point.code != point.control:
        return translate("{place} in").format(place=place)
    return place


def _end_name(point: Point, word: str) -> str:
    """``Finish, Ifri n’Ouzrou``; the word alone where the place is called by it, or by nothing."""
    if not point.name or point.name.casefold() in (word.casefold(), point.control.casefold()):
        return word
    return translate("{start_or_finish}, {place}").format(start_or_finish=word, place=point.name)
