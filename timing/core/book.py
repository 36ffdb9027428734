"""The live book of a race: every result, kept up to date as records arrive.

Three layers, each recomputed only where the one below it changed: facts of an (entry, stage)
from its passings; the settled stage with its aggregates and places; and what follows from it,
the standings carried on, the tallies and the boards. A book that grew record by record equals
one built at once from the same set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from timing.core.boards import Boards, first_solo
from timing.core.categories import categories_of, day_of_age, team_categories
from timing.core.classifications import BoardInput, Result, cut_incomplete
from timing.core.collection import collection_paused
from timing.core.control_order import control_board
from timing.core.courses import Point, in_running_order, point_codes
from timing.core.definition import Classification, Incomplete, Of, Race
from timing.core.document import Document
from timing.core.doubts import doubts
from timing.core.entries import Entry, Team
from timing.core.intake import Intake
from timing.core.journal import Journal
from timing.core.moves import moves_by_limits
from timing.core.penalties import Penalties
from timing.core.placing import Placement, place
from timing.core.problems import Problem
from timing.core.reach import EVERYTHING, reach_of
from timing.core.records import Passing, Ruling
from timing.core.results import (
    Answer,
    Board,
    ControlBoard,
    Line,
    Split,
    StageBoard,
    StageLine,
    Unused,
)
from timing.core.rosters import Roster, Untold
from timing.core.stage_boards import stage_boards
from timing.core.stage_book import RaceContext, StageBook
from timing.core.starts import Standings, first_gun, starts_by_rank
from timing.core.statuses import StageStatus
from timing.core.times import Instant

if TYPE_CHECKING:
    from timing.core.publications import Publication


class UnknownBoard(LookupError):
    """No classification of that code."""


class UnknownStage(LookupError):
    """No stage of that number, or none with results of its own."""


class UnknownControl(LookupError):
    """No such point on any course of that stage."""


class UnknownEntry(LookupError):
    """No entry of that id."""


class RaceBook:
    """A race's results, from a `Document`; records may be added at any time.

    Answers are values and stay as they are; ask again after adding. Not safe for use by several
    threads at once. With ``untold`` its entries lack what the public is not told of them
    (`timing.core.public`); its `document` has it all the same.
    """

    def __init__(self, document: Document, *, untold: Untold | None = None) -> None:
        self._untold = untold
        self._race = document.race
        self._entries = document.entries
        self._teams = document.teams
        self._journal = Journal()
        self._publications: tuple[Publication, ...] = ()
        with collection_paused():
            self._journal.load(document.passings, document.rulings)
            self._index()

    # -- what it holds -----------------------------------------------------------------------

    @property
    def race(self) -> Race:
        """The definition."""
        return self._race

    @property
    def version(self) -> object:
        """Another object once anything was taken; what was computed meanwhile still holds."""
        return self._version

    @property
    def document(self) -> Document:
        """The set as held: feeding it to a new book gives the same answers."""
        records = list(self._journal.records())
        return Document(
            race=self._race,
            entries=self._entries,
            teams=self._teams,
            passings=tuple(r for r in records if isinstance(r, Passing)),
            rulings=tuple(r for r in records if isinstance(r, Ruling)),
        )

    def passings_held(self) -> int:
        """How many passings it holds, voided ones too."""
        return len(self._journal.passings)

    def passing(self, record: str) -> Passing | None:
        """The passing of that id that counts, or None."""
        return self._journal.passings.get(record)

    def ruling(self, record: str) -> Ruling | None:
        """The ruling of that id, whether it was undone or not, or None."""
        return self._journal.rulings.get(record)

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """The rulings that count, in their order."""
        return self._intake.effect.rulings

    @property
    def penalties(self) -> Penalties:
        """What each penalty costs whom."""
        return self._intake.penalties

    def is_voided(self, record: str) -> bool:
        """Whether a void of that record counts."""
        return record in self._intake.effect.voided

    def bib_of(self, passing: Passing) -> str:
        """The bib a passing counts for: the one it was assigned, else the one it came with."""
        return self._intake.effect.assigned.get(passing.id, passing.bib)

    def placing(self) -> Callable[[Passing], Placement]:
        """How passings find their entry as things are; the answer stays, whatever is added."""
        return partial(place, stages=self._stages, effect=self._intake.effect)

    def entry(self, entry_id: str, stage: int | None = None) -> Entry:
        """The entry as on ``stage`` (by default the last one), or UnknownEntry."""
        entries = self._running(stage).entries
        try:
            return entries[entry_id]
        except KeyError:
            raise UnknownEntry(entry_id) from None

    def entries(self, stage: int | None = None) -> tuple[Entry, ...]:
        """All entries as on ``stage`` (by default the last one), in the order of bibs."""
        return tuple(self._running(stage).entries.values())

    def entry_wearing(self, bib: str, stage: int | None = None) -> Entry | None:
        """Whoever wears ``bib`` on ``stage`` (by default the last one), or None."""
        return self._running(stage).entry_wearing(bib)

    def teams(self) -> tuple[Team, ...]:
        """All teams, as given."""
        return self._teams

    def team(self, code: str) -> Team | None:
        """The team of that code, or None."""
        return next((t for t in self._teams if t.code == code), None)

    def members(self, code: str, stage: int | None = None) -> tuple[Entry, ...]:
        """The members of a team as on ``stage``, in the order of bibs."""
        return self._roster(stage).members.get(code, ())

    def roster_of(self, stage: int | None) -> Roster:
        """Whom a ruling on ``stage`` means by a bib; without one, whoever wears it in the end."""
        last = self._intake.last_roster
        return last if stage is None else self._intake.rosters.get(stage, last)

    def _running(self, stage: int | None) -> Roster:
        """The roster with everybody in the division that limits moved them into by then."""
        roster = self._roster(stage)
        if not self._has_ladder:
            return roster
        self._refresh()
        known = [n for n in self._order if n <= roster.stage]
        return self._stages[known[-1]].roster if known else roster

    def _roster(self, stage: int | None) -> Roster:
        if stage is None:
            return self._intake.last_roster
        if stage in self._intake.rosters:
            return self._intake.rosters[stage]
        raise UnknownStage(stage)

    @property
    def publications(self) -> tuple[Publication, ...]:
        """What was issued of the race. No result is computed from it; leaders' jerseys are told."""
        return self._publications

    @publications.setter
    def publications(self, issued: tuple[Publication, ...]) -> None:
        # Each number stays as it is: as many are the same.
        if len(issued) != len(self._publications):
            self._version = object()
        self._publications = issued

    # -- taking more -------------------------------------------------------------------------

    def add(self, *, passings: Iterable[Passing] = (), rulings: Iterable[Ruling] = ()) -> bool:
        """Take more records; what is known already changes nothing. Whether any was new."""
        conflicts = self._journal.conflicts
        new_passings = [p for p in passings if self._journal.add(p)]
        new_rulings = [r for r in rulings if self._journal.add(r)]
        # Two contents under one id are rare, and change which of them counts.
        is_conflict = self._journal.conflicts != conflicts
        if is_conflict or any(reach_of(r, self._journal) == EVERYTHING for r in new_rulings):
            self._index()
        else:
            self._intake.take(new_passings, new_rulings)
        if new_passings or new_rulings:
            self._version = object()
        return bool(new_passings or new_rulings)

    def replace(
        self,
        *,
        race: Race | None = None,
        entries: Sequence[Entry] | None = None,
        teams: Sequence[Team] | None = None,
    ) -> None:
        """Take another definition, or other entries or teams; everything is computed anew."""
        self._race = race or self._race
        self._entries = self._entries if entries is None else tuple(entries)
        self._teams = self._teams if teams is None else tuple(teams)
        self._index()

    def _index(self) -> None:
        """Place every record afresh; all the stages are to be settled again."""
        self._version = object()
        self._stage_boards: dict[int, tuple[StageBoard, ...]] = {}
        self._control_boards: dict[tuple[int, str], tuple[ControlBoard, ...]] = {}
        self._intake: Intake = Intake(
            self._race, self._entries, self._teams, self._journal, self._untold
        )
        self._stages, self._order = self._intake.stages, self._intake.order
        # Starts of the stages up to there are allocated by what the boards before them show.
        self._ranked_until = max(
            (n for n, book in enumerate(self._stages.values()) if starts_by_rank(book.stage)),
            default=0,
        )
        self._has_ladder = moves_by_limits(self._race)
        self._categories_of: dict[tuple[int, date], tuple[str, ...]] = {}
        self._boards = Boards(
            self._race,
            self._stages,
            self._intake.first_roster,
            self._teams,
            categories=self._categories_after,
            team_categories=self._team_categories,
        )

    def fork(self) -> RaceBook:
        """A book with the same answers that may be told something else; this one never learns it.

        Costs next to nothing: what is settled is shared until either settles it anew.
        """
        self._refresh()
        twin = copy(self)
        with collection_paused():
            twin.go_apart()
        return twin

    def go_apart(self) -> None:
        """For a fresh copy: share with its model, from now on, only what is never changed."""
        self._journal = self._journal.copy()
        self._intake = copy(self._intake)
        self._intake.go_apart(self._journal)
        self._stages = self._intake.stages
        self._categories_of = dict(self._categories_of)
        self._stage_boards = dict(self._stage_boards)
        self._control_boards = dict(self._control_boards)
        self._boards = copy(self._boards)
        self._boards.go_apart(
            self._stages,
            categories=self._categories_after,
            team_categories=self._team_categories,
        )

    # -- settling ------------------------------------------------------------------------------

    def stage_book(self, number: int) -> StageBook:
        """A settled stage with all that it rests on, to be read only; else UnknownStage."""
        book = self._stages.get(number)
        if book is None:
            raise UnknownStage(number)
        self._refresh()
        return book

    def _refresh(self) -> None:
        if self._intake.stale_from < len(self._order) or self._intake.touched:
            with collection_paused():
                self._settle_stale()

    def _settle_stale(self) -> None:
        """Settle what is stale, and what follows as far as anything has changed."""
        intake, order = self._intake, self._order
        whole_from, touched = intake.stale_from, intake.touched
        intake.touched = set()
        goes_on = False
        first = min((*(order.index(n) for n in touched), whole_from))
        for position in range(first, len(order)):
            number = order[position]
            is_touched = position < whole_from and not goes_on
            if is_touched and number not in touched:
                continue
            # Boards of the stages before this one may be asked for while it is settled.
            intake.stale_from = position
            if is_touched and self._touch_up(position):
                self._forget_laid_out((number,))
                continue
            self._boards.forget_from(number)
            self._forget_laid_out(order[position:])
            book = self._stages[number]
            before = book.outcome
            book.settle(
                self._context(position), self._stages[order[position - 1]] if position else None
            )
            goes_on = book.outcome != before or position < self._ranked_until
        intake.stale_from = len(order)

    def _forget_laid_out(self, stages: Sequence[int]) -> None:
        """Drop the stage boards and control boards that were laid out of these stages."""
        for number in stages:
            self._stage_boards.pop(number, None)
        for key in [key for key in self._control_boards if key[0] in stages]:
            del self._control_boards[key]

    def _is_stale(self, position: int) -> bool:
        touched = self._intake.touched
        return position >= self._intake.stale_from or any(
            n in touched for n in self._order[: position + 1]
        )

    def _touch_up(self, position: int) -> bool:
        """Take a few new passings that change nobody's result but their own runners' progress."""
        if position < self._ranked_until:
            return False
        number = self._order[position]
        entries = self._stages[number].touch_up()
        if entries is None:
            return False
        self._boards.take(number, entries)
        return True

    def _context(self, position: int) -> RaceContext:
        day = day_of_age(self._race, self._stages[self._order[position]].stage.date)
        return RaceContext(
            race=self._race,
            teams=self._teams,
            rulings=self._intake.effect.rulings,
            decisions=self._intake.decisions,
            penalties=self._intake.penalties,
            categories=lambda entry: self._categories_on(entry, day),
            team_categories=self._team_categories,
            standings=self._standings_before(position),
        )

    def _categories_on(self, entry: Entry, day: date) -> tuple[str, ...]:
        # Entries live as long as the rosters, and both are forgotten together: ids are safe.
        key = (id(entry), day)
        found = self._categories_of.get(key)
        if found is None:
            found = self._categories_of[key] = categories_of(self._race, entry, day)
        return found

    def _categories_after(self, entry: Entry, after: int) -> tuple[str, ...]:
        stage = self._race.stage(after)
        day = self._race.starts_on if stage is None else stage.date
        return self._categories_on(entry, day_of_age(self._race, day))

    def _team_categories(self, members: tuple[Entry, ...]) -> tuple[str, ...]:
        return team_categories(self._race, members, self._race.starts_on)

    def _standings_before(self, position: int) -> Standings:
        """Boards as before a stage, from rulings made no later than its first gun (3.6)."""
        book = self._stages[self._order[position]]
        after = self._order[position - 1] if position else 0
        until = first_gun(book.stage, book.day)
        reaching = {EVERYTHING, None, *self._order[:position]}

        def standings(code: str, division: str) -> Sequence[Line]:
            if any(
                r.at > until and reach_of(r, self._journal) in reaching
                for r in self._journal.rulings.values()
            ):
                return self._as_before(position, until).lines_for_start(code, division, after)
            return self.lines_for_start(code, division, after)

        return standings

    def lines_for_start(self, code: str, division: str, after: int) -> tuple[Line, ...]:
        """The lines that starts are allocated from; none where there is no such board.

        Those of a board, or with an empty ``code`` of a division's first solo time
        classification.
        """
        classification = (
            self._race.classification(code) if code else first_solo(self._race, division)
        )
        return () if classification is None else self._whole_board(classification, after).lines

    def _as_before(self, position: int, until: Instant) -> RaceBook:
        earlier = self._order[:position]
        document = self.document
        stages = tuple(s for s in self._race.stages if s.number in earlier)
        return RaceBook(
            replace(
                document,
                race=replace(self._race, stages=stages),
                passings=tuple(p for p in document.passings if p.stage in earlier),
                rulings=tuple(r for r in document.rulings if r.at <= until),
            )
        )

    # -- boards ----------------------------------------------------------------------------------

    def board(self, code: str, after: int | None = None) -> Board:
        """A classification as after stage ``after``, by default the last one with a result.

        UnknownBoard or UnknownStage where there is none; ``CODE-incomplete`` exists where the
        race shows the incomplete apart.
        """
        base = code.removesuffix("-incomplete")
        classification = self._race.classification(code) or self._race.classification(base)
        if classification is None:
            raise UnknownBoard(code)
        number = self.last_stage if after is None else after
        policy = classification.incomplete or self._race.rules.incomplete
        for board in cut_incomplete(self._whole_board(classification, number), policy):
            if board.code == code:
                return board
        raise UnknownBoard(code)

    def board_codes(self) -> tuple[str, ...]:
        """Every code that `board` knows, in the order of the definition."""
        codes = []
        for classification in self._race.classifications:
            codes.append(classification.code)
            policy = classification.incomplete or self._race.rules.incomplete
            if policy is Incomplete.SEPARATE:
                codes.append(f"{classification.code}-incomplete")
        return tuple(codes)

    def _whole_board(self, classification: Classification, after: int) -> Board:
        if after and self._race.stage(after) is None:
            raise UnknownStage(after)
        counted = [n for n in self._order if n <= after]
        if counted and self._is_stale(self._order.index(counted[-1])):
            self._refresh()
        # After a rest day the GC is the day before's (racefile, Stages).
        board = self._boards.board(classification, counted[-1] if counted else 0)
        return board if board.after == after else replace(board, after=after)

    def unranked(self, classification: Classification, after: int) -> BoardInput:
        """What a classification is ranked from, as after a stage."""
        self._refresh()
        counted = [n for n in self._order if n <= after]
        return self._boards.unranked(classification, counted[-1] if counted else 0)

    def counted(
        self, classification: Classification, after: int
    ) -> list[tuple[int, Mapping[str, Result]]]:
        """What counts of each stage of a classification so far, by entry id or team code."""
        self._refresh()
        return self._boards.results(classification, after)

    # -- a stage -----------------------------------------------------------------------------------

    def stage_boards(self, number: int) -> tuple[StageBoard, ...]:
        """A stage's result in each division that has entries, then in each team kind."""
        book = self.stage_book(number)
        boards = self._stage_boards.get(number)
        if boards is None:
            boards = self._stage_boards[number] = tuple(
                replace(board, lines=tuple(self._merged(line, number) for line in board.lines))
                for board in stage_boards(book, self._race)
            )
        return boards

    def merged(self, categories: tuple[str, ...], number: int) -> tuple[str, ...]:
        """An entry's categories as they are left by a stage once small ones merged (Rules 8.1)."""
        return self._boards.merged(categories, Of.SOLO, number)

    def _merged(self, line: StageLine, number: int) -> StageLine:
        """The line with the categories that are left once small ones merged (Rules 8.1)."""
        of = Of.SOLO if isinstance(line.competitor, Entry) else Of.TEAM
        categories = self._boards.merged(line.categories, of, number)
        return line if categories is line.categories else replace(line, categories=categories)

    def stage_line(self, number: int, entry_id: str) -> StageLine | None:
        """An entry's line on a stage; None where its division does not run it."""
        state = self.stage_book(number).state
        row = state.rows.get(entry_id) if state is not None else None
        return None if row is None else self._merged(row.line(), number)

    def team_stage_line(self, number: int, code: str) -> StageLine | None:
        """A team's line on a stage; None where it does not run it."""
        row = self.stage_book(number).teams.rows.get(code)
        return None if row is None else self._merged(row.line(), number)

    def course(self, number: int, division: str) -> tuple[Point, ...]:
        """The points of a division's course, in running order; UnknownStage if it has none.

        Where the stage was re-routed, those of all its courses (Rules 2.4).
        """
        book = self._stages.get(number)
        if book is None or division not in book.courses:
            raise UnknownStage(number)
        return book.courses.points_of(division)

    def points(self, number: int) -> tuple[str, ...]:
        """The codes of every point of a stage, re-routed or not, in running order."""
        book = self.stage_book(number)
        of_courses = ([p.code for p in book.courses.points_of(d)] for d in book.courses)
        return in_running_order(point_codes(book.stage), *of_courses)

    def control_boards(self, number: int, point: str) -> tuple[ControlBoard, ...]:
        """The order at a point, for each division that passes it; else UnknownControl."""
        book = self.stage_book(number)
        known = self._control_boards.get((number, point))
        if known is not None:
            return known
        divisions = [
            division
            for division, those in book.courses.versions.items()
            if any(point in course.index for course in those)
        ]
        if book.state is None or not divisions:
            raise UnknownControl(point)
        boards = self._control_boards[number, point] = tuple(
            control_board(book.state, book.facts, point, division, book.courses)
            for division in divisions
        )
        return boards

    def splits(self, number: int, entry_id: str) -> tuple[Split, ...]:
        """The accepted splits of an entry on a stage, in running order."""
        book = self.stage_book(number)
        return book.splits(entry_id)

    def unused(self, number: int, entry_id: str) -> tuple[Unused, ...]:
        """The passings of an entry that were not taken, and why."""
        facts = self.stage_book(number).facts.get(entry_id)
        return () if facts is None else facts.unused

    def gun(self, number: int, wave: str = "") -> Instant | None:
        """The gun of a stage, or of one of its waves; None where there is none."""
        frame = self.stage_book(number).frame
        return None if frame is None else frame.guns.get(wave)

    def guns(self, number: int) -> dict[str, Instant]:
        """The guns of a stage by wave, ``""`` for a start without waves."""
        frame = self.stage_book(number).frame
        return {} if frame is None else dict(frame.guns)

    # -- the race ---------------------------------------------------------------------------

    @property
    def stages(self) -> tuple[int, ...]:
        """The numbers of the stages that are run, rest days left out."""
        return tuple(self._order)

    @property
    def last_stage(self) -> int:
        """The last stage with a result, 0 before there is one."""
        self._refresh()
        with_result = [
            n for n in self._order if (s := self._stages[n].state) is not None and s.has_result
        ]
        return with_result[-1] if with_result else 0

    def has_begun(self, number: int) -> bool:
        """Whether anything was seen of a stage."""
        book = self.stage_book(number)
        return book.state is not None and (
            bool(book.facts)
            or book.state.has_result
            or any(r.status is StageStatus.ON_COURSE for r in book.state.rows.values())
        )

    @property
    def closed_stage(self) -> int:
        """The last stage that is over: nobody is on course, or a later one has begun (9.4)."""
        begun = [n for n in self._order if self.has_begun(n)]
        if not begun:
            return 0
        return begun[-1] if self._is_over(begun[-1]) else ([0, *begun])[-2]

    @property
    def running_stage(self) -> int | None:
        """The stage under way, or None between stages."""
        begun = [n for n in self._order if self.has_begun(n)]
        return begun[-1] if begun and not self._is_over(begun[-1]) else None

    def _is_over(self, number: int) -> bool:
        state = self.stage_book(number).state
        waiting = (StageStatus.ON_COURSE, StageStatus.NOT_STARTED)
        return state is not None and not any(r.status in waiting for r in state.rows.values())

    def problems(self) -> tuple[Problem, ...]:
        """Everything dubious or contradictory, in a fixed order."""
        self._refresh()
        with collection_paused():
            dubious = self._intake.problems()
            found = list(dubious)
            unplaced = self._intake.unplaced()
            for book in self._stages.values():
                # Reads that are nobody's are the intake's to list, and the stage's to explain.
                reads = unplaced.get(book.number, ())
                ids = {passing.id for passing in reads}
                listed = [p for p in dubious if ids.intersection(p.records)] if ids else []
                own = tuple(book.problems())
                found += own
                found += doubts(book, (*listed, *own), reads)
            if self._order:
                for of in Of:
                    merges = self._boards.merges(of, self._order[-1])
                    found += [merge.problem() for merge in merges.values()]
        return tuple(sorted(set(found), key=Problem.sort_key))

    def answer(self) -> Answer:
        """Every board after every stage, every stage's result, and the problems."""
        self._refresh()
        with collection_paused():
            return Answer(
                boards={
                    code: {n: self.board(code, n) for n in self._order}
                    for code in self.board_codes()
                },
                stages={n: self.stage_boards(n) for n in self._order},
                problems=self.problems(),
            )

    def dated_records(self, stage: int | None = None) -> dict[str, Instant]:
        """The instant of every passing that could be dated, by record id; of one stage or all.

        Where no entry gives a time of day its context, the stage's date does.
        """
        self._refresh()
        dated: dict[str, Instant] = {}
        for passing in self._journal.passings.values():
            if stage is not None and passing.stage != stage:
                continue
            book = self._stages.get(passing.stage)
            if isinstance(passing.time, int):
                dated[passing.id] = passing.time
            elif book is not None:
                dated[passing.id] = book.day.scheduled(passing.time)
        for book in self._stages.values():
            if stage is not None and book.number != stage:
                continue
            for facts in book.facts.values():
                for time, passing_or_none in zip(facts.times, facts.taken, strict=True):
                    if time is not None and passing_or_none is not None:
                        dated[passing_or_none.id] = time
                dated.update((u.record, u.time) for u in facts.unused if u.time is not None)
        return dated
