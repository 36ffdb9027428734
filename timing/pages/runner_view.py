"""What the parts of a runner's page share: gathered once from a book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook, UnknownStage
from timing.core.courses import stages_of
from timing.core.definition import Classification, Of, Rules, Stage
from timing.core.entries import Entry
from timing.core.passage_ranks import PassageRank, passage_ranks
from timing.core.results import Line, StageLine
from timing.core.road import RoadLine
from timing.core.stage_rows import Row
from timing.core.times import Duration, zone_named
from timing.pages import words
from timing.pages.languages import Words, mark
from timing.pages.marks import Place, called, places
from timing.pages.running import Running, has_road, road, running
from timing.pages.saying import sentence

MOST_GROUPS = 3
"""Parts of the field that places are told in, so that they fit beside a time."""


_GENDER_SHORT = Words({"F": mark("W"), "M": mark("M"), "X": mark("X")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A part of the field that places are told within: ``short`` where room is tight.

    One gender of the field, or a category.
    """

    short: str
    name: str
    gender: str = ""
    category: str = ""


class RunnerView:
    """A runner in a race as it stands, and the stage that is shown of it.

    ``lines`` are those of the stages the runner's division runs, by number; ``boards`` the
    classifications the runner stands in; ``standing`` the main one on the road while a stage runs.
    """

    def __init__(self, book: RaceBook, entry: Entry, asked: int | None) -> None:
        self.book = book
        self.entry = entry
        self.asked = asked
        self.now: Running | None = running(book)
        self.after = self.now.closed if self.now is not None else book.last_stage
        self.zone: ZoneInfo = zone_named(book.race.timezone)
        self.rules: Rules = book.race.rules
        self.precision: Duration = book.race.rules.precision
        own = [n for n in stages_of(book.race, entry.division) if n in book.stages]
        self.lines: dict[int, StageLine] = {
            n: line for n in own if (line := book.stage_line(n, entry.id)) is not None
        }
        self.shown = self._shown(asked)
        self.boards: tuple[Classification, ...] = tuple(self._own_boards())
        self.main = next((c for c in self.boards if has_road(c)), None)
        self._roads: dict[str, tuple[RoadLine, ...]] = {}
        self.standing: tuple[RoadLine, ...] = self.road(self.main) if self.main is not None else ()

    def _shown(self, asked: int | None) -> int | None:
        if asked is not None:
            if asked not in self.book.stages:
                raise UnknownStage(asked)
            return asked
        begun = [n for n in self.lines if self.book.splits(n, self.entry.id)]
        return begun[-1] if begun else next(iter(self.lines), None)

    def _own_boards(self) -> Iterator[Classification]:
        """The classifications of entries that this one stands in, as of now."""
        for classification in self.book.race.classifications:
            if classification.of is Of.SOLO and self.line(classification, self.after) is not None:
                yield classification

    def line(self, classification: Classification, after: int) -> Line | None:
        """The runner's line in a classification after a stage, or None."""
        for line in self.book.board(classification.code, after).lines:
            if isinstance(line.competitor, Entry) and line.competitor.id == self.entry.id:
                return line
        return None

    def road(self, classification: Classification) -> tuple[RoadLine, ...]:
        """A classification on the road; empty while no stage is under way."""
        if self.now is None:
            return ()
        code = classification.code
        if code not in self._roads:
            self._roads[code] = road(self.book, code, self.now)
        return self._roads[code]

    def road_line(self, standing: tuple[RoadLine, ...] | None = None) -> RoadLine | None:
        """The runner's line on the road, by default of the main classification."""
        lines = self.standing if standing is None else standing
        return next((line for line in lines if line.line.competitor == self.entry), None)

    @cached_property
    def main_line(self) -> Line | None:
        """The runner's line in the main classification, as after the last stage that is over."""
        return self.line(self.main, self.after) if self.main is not None else None

    @cached_property
    def stage(self) -> Stage | None:
        """The stage that is shown."""
        return self.book.race.stage(self.shown) if self.shown is not None else None

    @property
    def is_live(self) -> bool:
        """Whether the stage that is shown is under way."""
        return self.now is not None and self.shown == self.now.stage.number

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The points of the runner's own course of the stage that is shown."""
        if self.shown is None or self.shown not in self.lines:
            return ()
        return places(self.book.stage_book(self.shown).courses.of(self.entry_then).points)

    @cached_property
    def entry_then(self) -> Entry:
        """The entry as on the stage that is shown: in the division that it ran."""
        return self.book.entry(self.entry.id, self.shown)

    # -- parts of the field

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The parts of the field that the runner is in: gender first, then categories."""
        return tuple(self._groups())[:MOST_GROUPS]

    def _groups(self) -> Iterator[Group]:
        race, entry = self.book.race, self.entry
        line = self.lines.get(self.shown) if self.shown is not None else None
        own = line.categories if line is not None else ()
        told = ""
        is_mixed = len({e.gender for e in self.book.entries() if e.gender}) > 1
        if entry.gender and is_mixed:
            whole = next(
                (
                    c
                    for c in race.categories
                    if c.gender == entry.gender
                    and c.age is None
                    and not (c.nationality or c.residence or c.club or c.tags)
                ),
                None,
            )
            told = whole.code if whole is not None else ""
            yield Group(
                short=told or _GENDER_SHORT.get(entry.gender, entry.gender),
                name=called(whole)
                if whole is not None
                else words.GENDER.get(entry.gender, entry.gender),
                gender=entry.gender,
            )
        names = {c.code: called(c) for c in race.categories}
        for code in own:
            if code != told:
                yield Group(short=code, name=names.get(code, code), category=code)

    def members(self, number: int) -> tuple[frozenset[str], ...]:
        """Who is in each of the groups on a stage, by entry ids."""
        state = self.book.stage_book(number).state
        rows = state.rows if state is not None else {}
        return tuple(
            frozenset(i for i, row in rows.items() if self._is_in(group, row, number))
            for group in self.groups
        )

    def _is_in(self, group: Group, row: Row, number: int) -> bool:
        if group.gender:
            return row.entry.gender == group.gender
        return group.category in self.book.merged(row.categories, number)

    @cached_property
    def ranks(self) -> tuple[PassageRank, ...]:
        """The runner's places at the points of the stage that is shown, and on its legs."""
        if self.shown is None or self.shown not in self.lines:
            return ()
        stage = self.book.stage_book(self.shown)
        return passage_ranks(stage, self.entry.id, self.members(self.shown))

    def where(self, number: int, control: str) -> str:
        """``stage 5, CP3``: a place of the race in words."""
        if not control:
            return sentence("stage-only", stage=number)
        by_code = {p.code: p for p in places(self.book.course(number, self.entry.division))}
        place = by_code.get(control) or by_code.get(f"{control}.in")
        short = place.short if place else control
        return sentence("stage-place", stage=number, place=short)
