"""A believable field runs a race: the same seed gives the same document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from timing.core.categories import categories_of, day_of_age
from timing.core.courses import course_of, stages_of
from timing.core.cutoffs import Limit, limits_of, missed_limits, whole_race_limit
from timing.core.days import StageDay, stage_day
from timing.core.definition import OutcomeKind, Race, Stage, StageKind
from timing.core.document import Document
from timing.core.journal import ruling_order
from timing.core.results import Line
from timing.core.rosters import Roster, rosters
from timing.core.splits import Facts
from timing.core.starts import first_gun, opening_of
from timing.core.times import Duration, Instant, zone_named
from timing.simulator.chance import stream
from timing.simulator.decisions import Bench, not_starting, verdict_on
from timing.simulator.departures import StartPlan, departures
from timing.simulator.faults import Faults
from timing.simulator.field import Entrants, Runner, draw_field, runs_together
from timing.simulator.recording import Journal, Recorder
from timing.simulator.running import End, Ground, Outing, StageCourse, run
from timing.simulator.standings import Standings
from timing.simulator.terrain import legs_of
from timing.simulator.traits import field_speed

_NEVER_COMES = 0.012


def simulate(
    race: Race,
    *,
    entries: int,
    teams: int = 0,
    seed: int,
    faults: Faults,
    through: int | None = None,
) -> Document:
    """``entries`` competitors run the stages of ``race`` up to stage ``through``, or all.

    ``teams`` is how many teams there are among the entries. The field and what it truly does
    depend on race, numbers and seed alone; ``faults`` only on top of that decide what is
    recorded of it. Raises ImpossibleField where so many entries cannot make so many teams.
    """
    edition = hold(race, entries=entries, teams=teams, seed=seed, faults=faults, through=through)
    return edition.document


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What was recorded of a race that was run, and how it truly stands."""

    document: Document
    truth: Standings


def hold(
    race: Race,
    *,
    entries: int,
    teams: int = 0,
    seed: int,
    faults: Faults,
    through: int | None = None,
) -> Edition:
    """The race that `simulate` records, and what the field truly did in it."""
    entrants = draw_field(race, entries=entries, teams=teams, seed=seed)
    event = _Event(race=race, entrants=entrants, seed=seed, faults=faults)
    for stage in race.stages:
        if stage.kind is not StageKind.REST and (through is None or stage.number <= through):
            event.hold(stage)
    passings = sorted(event.journal.passings, key=lambda pair: (pair[0], pair[1].id))
    if faults.shuffled:
        stream(seed, race.slug, "order").shuffle(passings)
    document = Document(
        race=race,
        entries=tuple(r.entry for r in entrants.runners),
        teams=entrants.teams,
        passings=tuple(passing for _, passing in passings),
        rulings=tuple(sorted(event.journal.rulings, key=ruling_order)),
    )
    return Edition(document=document, truth=event.standings)


@dataclass(slots=True)
class _Event:
    """The race so far: what happened, and what was recorded of it."""

    race: Race
    entrants: Entrants
    seed: int
    faults: Faults
    journal: Journal = field(default_factory=Journal)
    standings: Standings = field(init=False)
    together: frozenset[str] = field(init=False)
    median_speed: float = field(init=False)
    stages: dict[str, tuple[int, ...]] = field(default_factory=dict)
    days: int = 0
    over: Instant = 0

    def __post_init__(self) -> None:
        race = self.race
        self.standings = Standings(race=race, entrants=self.entrants)
        kinds = {k.code for k in race.team_kinds if runs_together(k)}
        self.together = frozenset(t.code for t in self.entrants.teams if t.kind in kinds)
        self.median_speed = field_speed(race, self.seed).median

    def hold(self, stage: Stage) -> None:
        """Run one stage, record it, decide on it."""
        day = stage_day(stage.date, zone_named(self.race.timezone))
        packs = self._packs(stage)
        if not packs or not stage.controls:
            return
        recorder = Recorder(
            seed=self.seed, slug=self.race.slug, stage=stage, day=day, faults=self.faults
        )
        ground = self._ground(stage, day, recorder)
        starts = departures(self._start_plan(stage, day), packs)
        self.journal.rulings += starts.rulings
        separations = {k.code: k.separation.max_gap for k in self.race.team_kinds if k.separation}
        kind_of = {t.code: t.kind for t in self.entrants.teams}
        outings: list[Outing] = []
        for starters in starts.packs:
            entry = starters[0].runner.entry
            outings += run(
                [
                    replace(s, strikes=self.standings.progress[s.runner.entry.id].strikes)
                    for s in starters
                ],
                self.standings.progress[entry.id].division,
                ground,
                stream(self.seed, self.race.slug, "runs", stage.number, entry.id),
                separations.get(kind_of.get(entry.team, "")),
            )
        recorder.record(outings, self.journal)
        self._judge(stage, outings, ground)
        self.days += 1
        self.over = max(self.over, *(outing.last_seen for outing in outings))

    def _packs(self, stage: Stage) -> list[tuple[Runner, ...]]:
        """Who runs the stage, in the order of bibs; teams that keep together as one pack.

        At their first stage some do not come to the start.
        """
        legs = {
            (team.code, bib) for team in self.entrants.teams for n, bib in team.legs
            if n == stage.number
        }  # fmt: skip
        relays = {team.code for team in self.entrants.teams if team.legs}
        absent: list[tuple[str, str]] = []
        packs: dict[tuple[str, str], list[Runner]] = {}
        for progress in self.standings.progress.values():
            entry = progress.entry
            numbers = self._stages_of(progress.division)
            if progress.is_out or stage.number not in numbers:
                continue
            if entry.team in relays and (entry.team, entry.bib) not in legs:
                continue
            if stage.number == numbers[0] and self._never_comes(entry.id):
                progress.is_out = True
                absent.append((entry.id, entry.bib))
                continue
            key = entry.team if entry.team in self.together else ""
            packs.setdefault((key, progress.division if key else entry.id), []).append(
                progress.runner
            )
        gun = first_gun(stage, stage_day(stage.date, zone_named(self.race.timezone)))
        self.journal.rulings += not_starting(absent, self._bench(stage), gun)
        return [tuple(pack) for pack in packs.values()]

    def _stages_of(self, division: str) -> tuple[int, ...]:
        if division not in self.stages:
            self.stages[division] = stages_of(self.race, division)
        return self.stages[division]

    def _never_comes(self, entry_id: str) -> bool:
        return stream(self.seed, self.race.slug, "comes", entry_id).random() < _NEVER_COMES

    def _bench(self, stage: Stage) -> Bench:
        return Bench(seed=self.seed, slug=self.race.slug, stage=stage.number)

    def _roster(self, stage: Stage) -> Roster:
        entries = [replace(p.entry, division=p.division) for p in self.standings.progress.values()]
        day = stage_day(stage.date, zone_named(self.race.timezone))
        found, _ = rosters(
            (stage.number,), entries, self.entrants.teams, (), lambda _: opening_of(stage, day)
        )
        return found[stage.number]

    def _start_plan(self, stage: Stage, day: StageDay) -> StartPlan:
        def lines(board: str, division: str) -> Sequence[Line]:
            return self.standings.lines(stage.number, board, division)

        age_day = day_of_age(self.race, stage.date)

        return StartPlan(
            seed=self.seed,
            slug=self.race.slug,
            stage=stage,
            day=day,
            roster=self._roster(stage),
            tolerance=self.race.rules.start_tolerance,
            standings=lines,
            categories=lambda entry: categories_of(self.race, entry, age_day),
            median_speed=self.median_speed,
            after=self.over,
        )

    def _ground(self, stage: Stage, day: StageDay, recorder: Recorder) -> Ground:
        race = self.race
        codes = [d.code for d in race.divisions] or [""]
        courses = {
            code: StageCourse(
                course=course_of(stage, code),
                legs=legs_of(stage, code, stream(self.seed, race.slug, "ground", stage.number)),
            )
            for code in codes
        }
        known: dict[tuple[str, tuple[str, ...], str], tuple[Limit, ...]] = {}
        age_day = day_of_age(race, stage.date)

        def limits(runner: Runner, division: str, wave: str) -> tuple[Limit, ...]:
            categories = categories_of(race, runner.entry, age_day)
            key = (division, categories, wave)
            if key not in known:
                known[key] = limits_of(
                    courses[division].course,
                    day,
                    race.rules.cutoff,
                    (),
                    stage=stage.number,
                    division=division,
                    categories=categories,
                    wave=wave,
                )
            if race.rules.limit is None:
                return known[key]
            used = self.standings.progress[runner.entry.id].clock
            points = courses[division].course.points
            whole = (whole_race_limit(race.rules, p.ordinal, used) for p in points[1:])
            return (*known[key], *whole)

        return Ground(
            day=day,
            precision=race.rules.precision,
            days_before=self.days,
            courses=courses,
            limits=limits,
            read=recorder.read,
        )

    def _judge(self, stage: Stage, outings: Sequence[Outing], ground: Ground) -> None:
        bench = self._bench(stage)
        winners = _winners(outings, ground)
        for outing in outings:
            entry = outing.runner.entry
            progress = self.standings.progress[entry.id]
            if outing.moved_to:
                progress.division = outing.moved_to
            if outing.missed and outing.missed.limit.outcome.kind is OutcomeKind.STRIKES:
                progress.strikes += 1
            progress.is_unranked |= _loses_rank(outing)
            goes_on = stage.number < max(self._stages_of(progress.division), default=0)
            verdict = verdict_on(outing, bench, goes_on=goes_on)
            self.journal.rulings += verdict.rulings
            is_slow = _is_beyond_winner(outing, ground, winners.get(outing.division))
            progress.is_out = verdict.leaves or is_slow
            if outing.has_finished and outing.end is End.FINISHED and not is_slow:
                raw = _raw(outing, ground)
                self.standings.add_time(
                    entry.id, raw, verdict.adjustment, is_timed=stage.kind is StageKind.TIMED
                )


def _loses_rank(outing: Outing) -> bool:
    """Whether what was missed leaves a runner in the race without a rank (Rules 5.4)."""
    return outing.missed is not None and outing.missed.limit.outcome.kind in (
        OutcomeKind.UNRANKED,
        OutcomeKind.STRIKES,
    )


def _started(outing: Outing) -> Instant:
    start = outing.clock.start
    return outing.crossings[0][1] if start is None else start


def _raw(outing: Outing, ground: Ground) -> Duration:
    return ground.read(outing.last_point, outing.last_seen) - _started(outing)


def _winners(outings: Sequence[Outing], ground: Ground) -> dict[str, Duration]:
    """The lowest raw clock of each division's finishers (Rules 5.8)."""
    winners: dict[str, Duration] = {}
    for outing in outings:
        if outing.has_finished and not outing.moved_to:
            raw = _raw(outing, ground)
            winners[outing.division] = min(raw, winners.get(outing.division, raw))
    return winners


def _is_beyond_winner(outing: Outing, ground: Ground, winner: Duration | None) -> bool:
    """Whether a limit in per cent of the winner's time ends the race (Rules 5.1, 5.4)."""
    limits = ground.limits(outing.runner, outing.division, outing.clock.wave)
    relative = [
        limit
        for limit in limits
        if limit.percent is not None and limit.outcome.kind is OutcomeKind.OUT
    ]
    if not relative or winner is None or outing.moved_to:
        return False
    points = ground.courses[outing.division].course.points
    facts = Facts(times=[None] * len(points), taken=[None] * len(points), start=_started(outing))
    for point, instant in outing.crossings:
        facts.times[point.ordinal] = ground.read(point, instant)
    missed = missed_limits(
        relative, facts, outing.clock, precision=ground.precision, extension=0, winner=winner
    )
    return any(True for _ in missed)
