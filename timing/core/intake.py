"""Taking records: each passing finds its stage and entry, each ruling touches what it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from timing.core.clocks import offsets_by_device
from timing.core.courses import Courses, course_of, passing_codes, stages_of
from timing.core.days import stage_day
from timing.core.decisions import Decisions, decisions_of
from timing.core.definition import Race, Stage, StageKind
from timing.core.entries import Entry, Team
from timing.core.journal import Effect, Journal, effect_of, ruling_order
from timing.core.merging import overlapping
from timing.core.moves import Move, ruled_moves
from timing.core.penalties import penalties_of
from timing.core.placing import Placement, place
from timing.core.problems import Problem, ProblemCode
from timing.core.reach import NOWHERE, passings_touched, reach_of, unapplied
from timing.core.records import Assign, Confirm, Passing, Ruling, Void
from timing.core.rerouting import reroutes_of, versions_of
from timing.core.rosters import NO_ROSTER, Roster, Untold, rosters
from timing.core.stage_book import StageBook
from timing.core.stage_changes import replaced
from timing.core.starts import opening_of
from timing.core.times import zone_named


class Intake:
    """The records of a race in their places, as long as no record moves all the others.

    ``effect`` is that of the rulings as a whole, ``rosters`` and ``stages`` are by number of the
    stage, ``order`` holds the numbers of the stages that are run. ``stale_from`` is the position
    in it from which every stage is to be settled again; ``touched`` holds the numbers of stages
    that have only new passings. Who settles them moves that on.
    """

    def __init__(
        self,
        race: Race,
        entries: Sequence[Entry],
        teams: Sequence[Team],
        journal: Journal,
        untold: Untold | None = None,
    ) -> None:
        numbers = [s.number for s in race.stages]
        self._race = race
        self._journal = journal
        self.effect = effect_of(journal)
        run = {s.number: replaced(s, self.effect.rulings) for s in race.stages}
        zone = zone_named(race.timezone)
        self.rosters, self._roster_problems = rosters(
            numbers,
            entries,
            teams,
            self.effect.rulings,
            lambda number: opening_of(run[number], stage_day(run[number].date, zone)),
            divisions={d.code for d in race.divisions},
            untold=untold,
        )
        self.first_roster = self.rosters[numbers[0]] if numbers else NO_ROSTER
        self.last_roster = self.rosters[numbers[-1]] if numbers else NO_ROSTER
        moves = ruled_moves(race, self.effect.rulings, self.rosters, entries)
        self.stages = _empty_stages(race, run.values(), self.rosters, self.effect, moves)
        self.order = list(self.stages)
        self.stale_from = 0
        self.touched: set[int] = set()
        self._unplaced: dict[str, Problem] = {}
        self._place_all()
        self._derive()

    def _place_all(self) -> None:
        stages, effect = self.stages, self.effect
        # The common case, a bib that one entry wears all the stage long, is handled in this loop.
        plain = {
            number: (book.codes, book.roster.wearing, book.bucket)
            for number, book in stages.items()
            if not book.roster.bibs_in_turn
        }
        spoken_of = effect.voided | effect.assigned.keys()
        for passing in self._journal.passings.values():
            found = plain.get(passing.stage)
            if found is not None and passing.control in found[0] and passing.id not in spoken_of:
                entry_id = found[1].get(passing.bib)
                if entry_id is not None:
                    here = found[2].get(entry_id)
                    if here is None:
                        found[2][entry_id] = [passing]
                    else:
                        here.append(passing)
                    continue
            placement = place(passing, stages, effect)
            if isinstance(placement, str):
                bucket = stages[passing.stage].bucket
                if placement in bucket:
                    bucket[placement].append(passing)
                else:
                    bucket[placement] = [passing]
            elif placement is not None:
                self._unplaced[passing.id] = placement

    def go_apart(self, journal: Journal) -> None:
        """For a fresh copy: share with its model, from now on, only what is never changed.

        ``journal`` is its own copy of the records.
        """
        self._journal = journal
        self.stages = {number: book.fork() for number, book in self.stages.items()}
        self._unplaced = dict(self._unplaced)

    def problems(self) -> list[Problem]:
        """What is dubious about records and entries, whatever the stages make of them."""
        return [*self._race_problems, *self._unplaced.values()]

    def unplaced(self) -> dict[int, list[Passing]]:
        """The passings that are nobody's, by stage."""
        found: dict[int, list[Passing]] = {}
        for record in self._unplaced:
            passing = self._journal.passings[record]
            found.setdefault(passing.stage, []).append(passing)
        return found

    def take(self, passings: Sequence[Passing], rulings: Sequence[Ruling]) -> None:
        """Take new records, which the journal holds already, and touch only what they reach.

        None of the rulings may reach everything.
        """
        # What is there already leaves as it came: by the effect from before these records.
        again = self._placed_before(passings, rulings) if rulings else []
        for passing in again:
            self._take_away(passing)
        # Of some passings a ruling spoke before they came.
        if rulings or (self._awaited and any(p.id in self._awaited for p in passings)):
            self._take_effect()
        for passing in passings:
            self._put(passing)
        for passing in again:
            self._put(passing)
        for reach in (reach_of(ruling, self._journal) for ruling in rulings):
            if reach is None and self.order:
                self._settle_again_from(self.order[0])
            elif reach is not None and reach != NOWHERE:
                self._settle_again_from(reach)

    def _placed_before(
        self, passings: Sequence[Passing], rulings: Sequence[Ruling]
    ) -> list[Passing]:
        """The passings that new rulings speak of, but for those that are new themselves."""
        new = {passing.id for passing in passings}
        spoken_of = {
            record for ruling in rulings for record in passings_touched(ruling, self._journal)
        }
        return [self._journal.passings[record] for record in sorted(spoken_of - new)]

    def _put(self, passing: Passing) -> None:
        placement = self._placement(passing)
        if isinstance(placement, str):
            book = self.stages[passing.stage]
            book.bucket.setdefault(placement, []).append(passing)
            self._touch(book, placement)
        elif placement is not None:
            self._unplaced[passing.id] = placement

    def _take_effect(self) -> None:
        self.effect = effect_of(self._journal)
        self._derive()

    def _derive(self) -> None:
        """What is derived from the rulings as a whole."""
        rulings = self.effect.rulings
        self.penalties = penalties_of(self._race.rules.penalties, rulings, self.rosters)
        deciding: Sequence[Ruling] = rulings
        if self.penalties.disqualifications:
            deciding = sorted((*rulings, *self.penalties.disqualifications), key=ruling_order)
        self.decisions: Decisions = decisions_of(deciding, self.rosters)
        self._race_problems = [
            *self.effect.problems,
            *self._roster_problems,
            *self.decisions.problems,
            *self.penalties.problems,
            *unapplied(rulings, self._race, self.stages),
            *overlapping(self._race.categories),
            *_unknown_birth_dates(self._race, self.last_roster.entries.values()),
        ]
        self._awaited = {
            ruling.record
            for ruling in rulings
            if isinstance(ruling, Void | Assign | Confirm)
            and ruling.record not in self._journal.passings
        }
        confirmed: dict[int, set[str]] = {}
        for ruling in rulings:
            if isinstance(ruling, Confirm) and ruling.record in self._journal.passings:
                stage = self._journal.passings[ruling.record].stage
                confirmed.setdefault(stage, set()).add(ruling.record)
        for number, book in self.stages.items():
            book.confirmed = frozenset(confirmed.get(number, ()))

    def _placement(self, passing: Passing) -> Placement:
        return place(passing, self.stages, self.effect)

    def _take_away(self, passing: Passing) -> None:
        placement = self._placement(passing)
        if isinstance(placement, str):
            book = self.stages[passing.stage]
            book.bucket[placement].remove(passing)
            self._touch(book, placement)
        elif placement is not None:
            del self._unplaced[passing.id]

    def _touch(self, book: StageBook, entry_id: str) -> None:
        book.stale.add(entry_id)
        self.touched.add(book.number)

    def _settle_again_from(self, stage: int) -> None:
        if stage in self.stages:
            self.stale_from = min(self.stale_from, self.order.index(stage))


def _empty_stages(
    race: Race,
    run: Iterable[Stage],
    of_stages: Mapping[int, Roster],
    effect: Effect,
    moves: Mapping[int, dict[str, Move]],
) -> dict[int, StageBook]:
    zone = zone_named(race.timezone)
    offsets = offsets_by_device(effect.rulings)
    divisions = [d.code for d in race.divisions] or [""]
    runs = {d: set(stages_of(race, d)) for d in divisions}
    books = {}
    for stage in run:
        if stage.kind is StageKind.REST:
            continue
        day = stage_day(stage.date, zone)
        planned = {d: course_of(stage, d) for d in divisions if stage.number in runs[d]}
        reroutes = reroutes_of(stage, opening_of(stage, day), planned, effect.rulings)
        books[stage.number] = StageBook(
            stage=stage,
            day=day,
            full_courses=Courses(versions=versions_of(planned, reroutes), run={}),
            planned_roster=of_stages[stage.number],
            ruled_moves=moves.get(stage.number, {}),
            codes=frozenset(passing_codes(stage)).union(*(r.codes for r in reroutes)),
            reroutes=reroutes,
            offsets=offsets,
        )
    return books


def _unknown_birth_dates(race: Race, entries: Iterable[Entry]) -> list[Problem]:
    is_for_all = any(c.age is not None for c in race.categories)
    is_for_teams = any(c.combined_age is not None for c in race.categories)
    return [
        Problem(code=ProblemCode.UNKNOWN_BIRTH_DATE, bib=entry.bib)
        for entry in entries
        if entry.born is None and (is_for_all or (is_for_teams and entry.team))
    ]
