"""One stage of a live book: its passings, what they say, and how it was settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from timing.core.adjustments import ledger_of
from timing.core.awards import Awards, awards_on
from timing.core.bonuses import FINISH
from timing.core.clocks import corrected
from timing.core.courses import Course, Courses, Point
from timing.core.cutoffs import Limit, limits_of
from timing.core.days import StageDay
from timing.core.decisions import Decisions
from timing.core.definition import Race, Stage, TeamTimeKind
from timing.core.entries import Entry, Team
from timing.core.finishers import Finishers
from timing.core.holds import hold_periods
from timing.core.moves import Move, move_of, moved
from timing.core.penalties import Penalties
from timing.core.problems import Problem, ProblemCode
from timing.core.records import (
    ClockOffset,
    Confirm,
    CutoffMove,
    FinishOrder,
    Passing,
    Ruling,
    StageTime,
    StartCorrection,
    TeamAction,
    TeamChange,
)
from timing.core.rerouting import Reroute, contradictions, version_run
from timing.core.results import Split
from timing.core.rosters import Roster
from timing.core.splits import Facts, read_splits
from timing.core.stage_changes import UNCHANGED, StagePlan, course_until, plan_of
from timing.core.stage_input import StageInput
from timing.core.stage_results import Settler
from timing.core.stage_rows import StageState, Standing
from timing.core.starts import Standings, StartFrame, start_frame
from timing.core.teams import TeamInput, TeamState, on_leg, settle_teams, settled_again
from timing.core.times import Duration, Instant

_FEW = 32
"""Up to so many entries are settled again one by one; more are quicker done with all the others."""


@dataclass(frozen=True, slots=True)
class SplitSheet:
    """The splits of an entry, and what they were laid out from."""

    facts: Facts
    points: tuple[Point, ...]
    splits: tuple[Split, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceContext:
    """What every stage is settled with. ``categories`` gives an entry's on the stage's day."""

    race: Race
    teams: Sequence[Team]
    rulings: Sequence[Ruling]
    decisions: Decisions
    penalties: Penalties
    categories: Callable[[Entry], tuple[str, ...]]
    team_categories: Callable[[tuple[Entry, ...]], tuple[str, ...]]
    standings: Standings


@dataclass(slots=True, kw_only=True)
class StageBook:
    """Everything known of one stage.

    ``courses`` are run as far as the rulings let them, ``full_courses`` are all of them;
    ``reroutes`` lead over others than the planned ones. ``bucket`` holds the passings by entry
    id; ``stale`` the entries whose bucket changed since their facts were read; ``state`` is
    ``None`` until the stage is settled. ``planned_roster`` is as the rulings say, ``roster`` as
    missed limits have moved its entries since; ``moves`` are all those of this stage, and
    ``now_in`` the divisions that entries were moved into by limits on this stage and earlier
    ones. ``doubts`` are kept until the stage is settled anew, ``None`` while nobody has asked.
    """

    stage: Stage
    day: StageDay
    full_courses: Courses
    planned_roster: Roster
    codes: frozenset[str]
    reroutes: tuple[Reroute, ...] = ()
    ruled_moves: dict[str, Move] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    now_in: dict[str, str] = field(default_factory=dict)
    roster: Roster = field(init=False)
    elsewhere: dict[tuple[str, str], Entry] = field(default_factory=dict)
    finishers: Finishers | None = None
    settled_from: tuple[StageInput, TeamInput] | None = None
    bucket: dict[str, list[Passing]] = field(default_factory=dict)
    frame: StartFrame | None = None
    facts: dict[str, Facts] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    state: StageState | None = None
    teams: TeamState = field(default_factory=TeamState)
    confirmed: frozenset[str] = frozenset()
    offsets: dict[str, list[ClockOffset]] = field(default_factory=dict)
    declared: dict[str, StageTime] = field(default_factory=dict)
    awards: Awards = field(default_factory=dict)
    missed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    courses: Courses = field(init=False)
    plan: StagePlan = UNCHANGED
    doubts: tuple[Problem, ...] | None = None
    split_sheets: dict[str, SplitSheet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Before any ruling, all of every course is run."""
        self.courses = self.full_courses
        self.roster = self.planned_roster

    @property
    def number(self) -> int:
        """The stage's number."""
        return self.stage.number

    def fork(self) -> StageBook:
        """The same stage, to be changed apart: what is settled is never changed, but replaced."""
        twin = copy(self)
        twin.bucket = {entry_id: list(passings) for entry_id, passings in self.bucket.items()}
        twin.facts = dict(self.facts)
        twin.stale = set(self.stale)
        twin.split_sheets = dict(self.split_sheets)
        twin.elsewhere = dict(self.elsewhere)
        twin.settled_from = None
        return twin

    @property
    def outcome(self) -> tuple[object, ...]:
        """All that the stages after it are settled from: equal outcomes lead to equal ones."""
        if self.state is None:
            return ()
        return (self.state.carried, self.teams.carried, self.now_in, self.moves)

    def settle(self, context: RaceContext, before: StageBook | None) -> None:
        """Read what is stale and settle the stage anew, after the one before it.

        Once more as long as missed limits move somebody into another division: each time
        further along the course, so that there is an end.
        """
        self.doubts = None
        plan, problems = plan_of(self.number, context.rulings)
        self._take_plan(plan)
        moved_before = {} if before is None else before.now_in
        self.moves = {
            entry_id: replace(move, old=moved_before.get(entry_id, move.old))
            for entry_id, move in self.ruled_moves.items()
        }
        by_limits: dict[str, str] = {}
        while True:
            self._take_roster(before, by_limits)
            state = self._settled(context, before)
            for entry_id, move in state.moves.items():
                by_limits[entry_id] = move.division
                known = self.moves.get(entry_id)
                self.moves[entry_id] = move if known is None else replace(move, old=known.old)
            if not state.moves:
                break
        state.problems += problems + self._moved_twice(context.rulings)
        state.problems += contradictions(self.number, self.reroutes)
        self.state = state

    def _take_roster(self, before: StageBook | None, by_limits: Mapping[str, str]) -> None:
        """Who runs for which division by now; whoever's changed has their splits read again."""
        planned = self.planned_roster.entries
        self.now_in = {
            entry_id: division
            for entry_id, division in ({} if before is None else before.now_in).items()
            if entry_id not in self.ruled_moves
            and before is not None
            and before.planned_roster.entries[entry_id].division == planned[entry_id].division
        }
        self.now_in.update(by_limits)
        if not self.now_in and self.roster is self.planned_roster:
            return
        roster = moved(
            self.planned_roster,
            {i: self._elsewhere(planned[i], division) for i, division in self.now_in.items()},
        )
        was = self.roster.entries
        self.stale.update(i for i, entry in roster.entries.items() if entry is not was[i])
        self.roster = roster

    def _elsewhere(self, entry: Entry, division: str) -> Entry:
        """The entry in another division: the same object each time it is asked for."""
        found = self.elsewhere.get((entry.id, division))
        if found is None:
            found = self.elsewhere[entry.id, division] = replace(entry, division=division)
        return found

    def _roster_at_start(self) -> Roster:
        """Who moved on the way had started with the old division."""
        return moved(
            self.roster,
            {
                entry_id: self._elsewhere(self.roster.entries[entry_id], move.old)
                for entry_id, move in self.moves.items()
                if move.is_under_way
            },
        )

    def _settled(self, context: RaceContext, before: StageBook | None) -> StageState:
        number, rulings, rules = self.number, context.rulings, context.race.rules
        plan = self.plan
        frame = start_frame(
            self.stage,
            self.day,
            self._roster_at_start(),
            tolerance=rules.start_tolerance,
            rulings=rulings,
            standings=context.standings,
            categories=context.categories,
            out={i for i, standing in _carried(before).items() if standing.ended is not None},
        )
        self._read_facts(frame)
        self.frame = frame
        ledger = ledger_of(
            number,
            rulings,
            self.roster,
            lambda entry_id: frame.clock_of(entry_id).wave,
            context.penalties,
        )
        self.declared, problems = self._declared(rulings)
        self.missed = self._missed_confirmed(rulings)
        self.awards, unknown = awards_on(number, rulings, self.roster)
        problems += unknown

        team_input: TeamInput | None = None

        def teams(state: StageState) -> set[str]:
            nonlocal team_input
            team_input = TeamInput(
                number=number,
                kind=self.stage.kind,
                kinds={k.code: k for k in context.race.team_kinds},
                teams=context.teams,
                members=self.roster.members,
                rows=state.rows,
                standings=state.standings,
                facts=self.facts,
                courses=self.courses,
                ledger=ledger,
                decisions=context.decisions,
                categories=context.team_categories,
                precision=rules.precision,
                equal_rank=rules.equal_rank,
                broken=_broken(number, rulings),
                before=before.teams.carried if before is not None else {},
                entries=self.roster.entries,
                starts_on=context.race.starts_on,
                founders=before.teams.founders if before is not None else {},
                members_before=_carried(before),
            )
            self.teams = settle_teams(team_input)
            return self.teams.apart | self.teams.unranked

        stage_input = StageInput(
            number=number,
            kind=self.stage.kind,
            rules=rules,
            roster=self.roster,
            courses=self.courses,
            frame=frame,
            facts=self.facts,
            ledger=ledger,
            decisions=context.decisions,
            declared=self.declared,
            orders=[r for r in rulings if isinstance(r, FinishOrder) and r.stage == number],
            limits=self._limits(context),
            categories=context.categories,
            unranked_by_team=teams,
            missed_confirmed=self.missed,
            resting=self._resting(context),
            before=_carried(before),
            moves=self.moves,
            ladder=lambda entry, division, control: move_of(
                context.race, self.stage, entry, division, control=control
            ),
            plan=plan,
            holds=hold_periods(number, rulings, self.day, self.roster.wearing),
            has_begun=self._has_begun(rulings),
            bonuses=self._bonuses(),
        )
        settler = Settler(stage_input)
        state = settler.settle()
        self.finishers = settler.finishers
        self.settled_from = None if team_input is None else (stage_input, team_input)
        state.problems += problems
        return state

    def _bonuses(self) -> list[tuple[str, tuple[Duration, ...]]]:
        """The stage's tables, that of its last control as one of the finish (Rules 6.4)."""
        stage = self.stage
        last = stage.controls[-1].code if stage.controls else FINISH
        return [
            (FINISH if code.removesuffix(".in") == last else code, table)
            for code, table in stage.bonuses
        ]

    def touch_up(self) -> list[str] | None:
        """Settle again only the entries with new passings: their ids.

        None where that is not enough, since something that others depend on would change; the
        stage is to be settled as a whole then.
        """
        entries = sorted(self.stale)
        frame, state, teams, settled_from = self.frame, self.state, self.teams, self.settled_from
        if len(entries) > _FEW or not self.facts or frame is None or state is None:
            return None
        # What moved somebody into another division may not be so any more, and who passed a
        # control first may be paid for it.
        if settled_from is None or self.stage.bonuses or not self.moves.keys().isdisjoint(entries):
            return None
        if self.reroutes:
            return None
        stage_input, team_input = settled_from
        self.doubts = None
        for entry_id in entries:
            known = self.facts.get(entry_id)
            self._read_entry(entry_id, frame)
            facts = self.facts.get(entry_id)
            raw = None if known is None else known.raw
            if facts is None or facts.raw != raw or entry_id not in state.rows:
                return None
            entry = self.roster.entries[entry_id]
            again = Settler(stage_input).settled_again(entry, state)
            if again is None:
                return None
            state = again
            if entry.team:
                team_input = replace(team_input, rows=state.rows)
                anew = settled_again(team_input, teams, entry.team)
                if anew is None:
                    return None
                teams = anew
        self.state, self.teams = state, teams
        self.settled_from = stage_input, team_input
        self.stale.clear()
        return entries

    def _take_plan(self, plan: StagePlan) -> None:
        """Run the courses as far as the plan says; every split is read again if that changed."""
        if plan.result_from != self.plan.result_from:
            self.frame = None
            self.facts.clear()
        self.plan = plan
        self._take_courses()

    def _take_courses(self) -> None:
        self.courses, until = self.full_courses, self.plan.result_from
        if until:
            self.courses = replace(
                self.full_courses,
                versions={
                    division: tuple(course_until(course, until) for course in those)
                    for division, those in self.full_courses.versions.items()
                },
            )

    def _read_facts(self, frame: StartFrame) -> None:
        """Read again the entries whose passings changed, or whose clock did."""
        old = self.frame
        again: Iterable[str]
        if self.reroutes:
            again = self.roster.entries
            self._find_courses_run(frame)
        elif old is None or old.default != frame.default:
            again = self.bucket
        else:
            again = self.stale | {
                entry_id
                for entry_id in old.by_entry.keys() | frame.by_entry.keys()
                if old.clock_of(entry_id) != frame.clock_of(entry_id)
            }
        for entry_id in again:
            self._read_entry(entry_id, frame)
        self.stale.clear()

    def _read_entry(self, entry_id: str, frame: StartFrame) -> None:
        entry = self.roster.entries[entry_id]
        if not self.bucket.get(entry_id) or entry.division not in self.courses:
            self.facts.pop(entry_id, None)
            return
        self.facts[entry_id] = self._read_over(self.courses.of(entry), entry_id, frame)

    def _read_over(self, course: Course, entry_id: str, frame: StartFrame) -> Facts:
        return read_splits(
            self.passings_of(entry_id),
            course=course,
            clock=frame.clock_of(entry_id),
            day=self.day,
            bib=self.roster.entries[entry_id].bib,
            stage=self.number,
            confirmed=self.confirmed,
        )

    def _find_courses_run(self, frame: StartFrame) -> None:
        """Which course each entry was on, where the stage was re-routed (Rules 2.4)."""
        run = {
            entry.id: self._version_run(entry.id, entry.division, frame)
            for entry in self.roster.entries.values()
            if entry.division in self.full_courses
        }
        self.full_courses = replace(self.full_courses, run=run)
        self._take_courses()

    def _version_run(self, entry_id: str, division: str, frame: StartFrame) -> int:
        def read_over(course: Course) -> Facts:
            return self._read_over(course, entry_id, frame)

        return version_run(self.reroutes, self.full_courses.versions[division], read_over)

    def rerouting_of(self, entry: Entry) -> Reroute | None:
        """The re-route that an entry followed; None for who ran the planned course."""
        version = self.full_courses.version(entry)
        return self.reroutes[version - 1] if version else None

    def read_as(self, entry_id: str, division: str) -> tuple[Course, Facts] | None:
        """An entry's splits over the course it would have run for a division, if there is one."""
        frame = self.frame
        if frame is None or division not in self.courses:
            return None
        version = self._version_run(entry_id, division, frame)
        course = self.courses.versions[division][version]
        return course, self._read_over(course, entry_id, frame)

    def passings_of(self, entry_id: str) -> Sequence[Passing]:
        """An entry's passings, with the true time where a device's clock was ruled to be off."""
        passings = self.bucket.get(entry_id, [])
        if not self.offsets:
            return passings
        return [corrected(p, self.offsets.get(p.device, ())) for p in passings]

    def _resting(self, context: RaceContext) -> frozenset[str]:
        """The members of relays whose turn it is not."""
        relays = {k.code for k in context.race.team_kinds if k.time.kind is TeamTimeKind.RELAY}
        return frozenset(
            member.id
            for team in context.teams
            if team.kind in relays
            for member in self.roster.members.get(team.code, ())
            if member not in on_leg(team, self.number, self.roster.members[team.code])
        )

    def _moved_twice(self, rulings: Sequence[Ruling]) -> list[Problem]:
        """Cut-offs moved for the same people without one ruling superseding the other."""
        moves: dict[tuple[str, str, str], list[CutoffMove]] = {}
        for ruling in rulings:
            if isinstance(ruling, CutoffMove) and ruling.stage == self.number:
                key = (ruling.control, ruling.division, ruling.wave)
                moves.setdefault(key, []).append(ruling)
        return [
            Problem(
                code=ProblemCode.CONTRADICTING_RULINGS,
                stage=self.number,
                control=control,
                records=tuple(r.id for r in those),
            )
            for (control, _, _), those in moves.items()
            if len({(r.to, r.elapsed) for r in those}) > 1
        ]

    def _has_begun(self, rulings: Sequence[Ruling]) -> bool:
        """Whether anything was seen of the stage."""
        return (
            bool(self.facts)
            or bool(self.declared)
            or any(isinstance(r, StartCorrection) and r.stage == self.number for r in rulings)
        )

    def _declared(self, rulings: Sequence[Ruling]) -> tuple[dict[str, StageTime], list[Problem]]:
        """Stage times that were declared; of two for one entry the later counts."""
        declared: dict[str, StageTime] = {}
        problems: list[Problem] = []
        for ruling in rulings:
            if not isinstance(ruling, StageTime) or ruling.stage != self.number:
                continue
            for bib in ruling.bibs:
                entry_id = self.roster.wearing.get(bib)
                if entry_id is None:
                    problems.append(
                        Problem(
                            code=ProblemCode.RULING_UNKNOWN_BIB,
                            stage=self.number,
                            bib=bib,
                            records=(ruling.id,),
                        )
                    )
                    continue
                before = declared.get(entry_id)
                if before is not None and (before.time, before.place) != (
                    ruling.time,
                    ruling.place,
                ):
                    problems.append(
                        Problem(
                            code=ProblemCode.CONTRADICTING_RULINGS,
                            stage=self.number,
                            bib=bib,
                            records=(before.id, ruling.id),
                        )
                    )
                declared[entry_id] = ruling
        return declared, problems

    def _missed_confirmed(self, rulings: Sequence[Ruling]) -> dict[str, tuple[str, ...]]:
        """The controls that the director confirmed as missed, by entry (Rules 4.4)."""
        missed: dict[str, tuple[str, ...]] = {}
        for ruling in rulings:
            if isinstance(ruling, Confirm) and not ruling.record and ruling.stage == self.number:
                for entry_id in self.roster.ids_of(ruling.bibs):
                    missed[entry_id] = (*missed.get(entry_id, ()), ruling.control)
        return missed

    def _limits(
        self, context: RaceContext
    ) -> Callable[[Entry, str, tuple[str, ...]], tuple[Limit, ...]]:
        def limits(entry: Entry, wave: str, categories: tuple[str, ...]) -> tuple[Limit, ...]:
            return limits_of(
                self.courses.of(entry),
                self.day,
                context.race.rules.cutoff,
                context.rulings,
                stage=self.number,
                division=entry.division,
                categories=categories,
                wave=wave,
            )

        return limits

    def problems(self) -> Iterator[Problem]:
        """Everything dubious about the stage, once it is settled.

        A control that was confirmed as missed is not asked for again (Rules 4.5).
        """
        for entry_id, passings in self.bucket.items():
            entry = self.roster.entries[entry_id]
            if entry.division not in self.courses and passings:
                yield _not_in_division(self.number, entry, passings)
        for entry_id, facts in self.facts.items():
            answered = self.missed.get(entry_id, ())
            for problem in facts.problems:
                is_asked = problem.code is ProblemCode.MISSED_CONTROL
                if not (is_asked and problem.control in answered):
                    yield problem
        if self.state is not None:
            yield from self.state.problems
            for of_entry in self.state.of_entry.values():
                yield from of_entry
        yield from self.teams.problems

    def times_at(self, point: str) -> dict[str, tuple[Instant, Duration | None]]:
        """The split at a point, and the time elapsed to it, of every entry that passed it."""
        found: dict[str, tuple[Instant, Duration | None]] = {}
        for entry_id, facts in self.facts.items():
            course = self.courses.of(self.roster.entries[entry_id])
            index = course.index.get(point)
            if index is not None and (time := facts.times[index]) is not None:
                found[entry_id] = (time, facts.elapsed(index))
        return found

    def splits(self, entry_id: str) -> tuple[Split, ...]:
        """The accepted splits of an entry, in running order."""
        facts = self.facts.get(entry_id)
        if facts is None:
            return ()
        points = self.courses.of(self.roster.entries[entry_id]).points
        known = self.split_sheets.get(entry_id)
        if known is not None and known.facts is facts and known.points is points:
            return known.splits
        splits = tuple(
            Split(
                point=point.code,
                distance_m=point.distance_m,
                time=time,
                elapsed=facts.elapsed(point.ordinal),
                record=passing.id,
                source=passing.source,
            )
            for point, time, passing in zip(points, facts.times, facts.taken, strict=True)
            if time is not None and passing is not None
        )
        self.split_sheets[entry_id] = SplitSheet(facts, points, splits)
        return splits


def _carried(before: StageBook | None) -> dict[str, Standing]:
    return before.state.carried if before is not None and before.state is not None else {}


def _broken(number: int, rulings: Sequence[Ruling]) -> frozenset[str]:
    """The teams that were broken on the stage or before it (Rules 8.5)."""
    return frozenset(
        r.team
        for r in rulings
        if isinstance(r, TeamChange) and r.action is TeamAction.BREAK and r.stage <= number
    )


def _not_in_division(stage: int, entry: Entry, passings: Sequence[Passing]) -> Problem:
    return Problem(
        code=ProblemCode.NOT_IN_DIVISION,
        stage=stage,
        bib=entry.bib,
        records=tuple(sorted(p.id for p in passings)),
        params=(("division", entry.division),),
    )
