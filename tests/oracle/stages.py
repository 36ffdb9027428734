"""Every stage's result, one after the other, as slowly and plainly as the rules are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tests.oracle.decisions import Statuses, Sums, declared, entry_statuses, sums_of
from tests.oracle.journal import Plain, Read, bibs_of
from tests.oracle.limits import Run, test_limits
from tests.oracle.race import DEFAULT_TIES, Race, by_bib
from tests.oracle.splits import Choice, splits_of
from tests.oracle.starts import Ranks, start_of
from tests.oracle.times import duration, rounded

OUT = ("dnf", "otl", "dsq", "dns")


@dataclass(slots=True, kw_only=True)
class Result:
    """A line of a stage's result, times in milliseconds."""

    entry: Plain
    bib: str
    division: str
    status: str
    sums: Sums
    raw: int | None = None
    time: int | None = None
    start: int | None = None
    finish: int | None = None
    is_exact: bool = False
    place: int | None = None
    is_ranked: bool = False
    rank: int | None = None
    gap: int | None = None
    done: bool = False
    metres: int = 0
    is_timed: bool = True
    run: Run | None = None

    @property
    def is_clocked(self) -> bool:
        """Whether a time was measured or declared, not just counted as none."""
        return self.done and self.raw is not None and self.status == "finished" and self.is_timed


@dataclass(slots=True, kw_only=True)
class Standing:
    """What an entry carries from stage to stage: by which stage it went how."""

    statuses: Statuses
    out: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    unranked: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    """Stages that a cut-off ended, after which one may run on without a rank."""
    strikes: int = 0
    used: int = 0
    has_started: bool = False

    def is_out_before(self, stage: str) -> bool:
        """Out on an earlier stage, or withdrawn after it."""
        return any(int(s) < int(stage) for s in [*self.out, *self.withdrawn])

    def is_disqualified_from_all(self) -> bool:
        """Of the whole race, not from one stage on."""
        return self.statuses.whole == "dsq" and "dsq" in self.out.values()

    def ruled_on(self, stage: str) -> str:
        """The status that was ruled for a stage, or for the whole race until one is out."""
        return self.statuses.of.get(stage, "" if self.is_out_before(stage) else self.statuses.whole)

    def is_of_whole_race(self, stage: str) -> bool:
        """Whether that status is one of the whole race."""
        return stage not in self.statuses.of

    def is_unranked_on(self, stage: str) -> bool:
        """Without a rank on a stage, though not out."""
        return any(int(s) <= int(stage) for s in self.unranked) or any(
            int(s) < int(stage) for s in self.dropped
        )


class Stages:
    """The results of all stages of a race."""

    def __init__(self, race: Race, ranks: Ranks) -> None:
        """Compute them in their order: who is out on one is out on the next."""
        self.race = race
        self.ranks = ranks
        self.standings = {id(e): Standing(statuses=entry_statuses(race, e)) for e in race.entries}
        self.results: dict[str, list[Result]] = {}
        for stage in race.run:
            self.results[stage] = self._stage(stage)

    def _stage(self, stage: str) -> list[Result]:
        race = self.race
        entries = [e for e in race.entries if race.runs(race.division(e), stage)]
        reads = self._reads(stage)
        runs = [self._run(e, stage, reads.get(id(e), [])) for e in entries]
        for run in runs:
            self._test(run, stage, self._winner(runs, run.division, stage))
        results = [self._result(run, stage) for run in runs]
        self._stopped(results, stage)
        for result in results:
            self._settle(result, stage)
        for division in {r.division for r in results}:
            rank_stage(race, stage, [r for r in results if r.division == division])
        return results

    def _seen(self, stage: str) -> list[Plain]:
        """Everybody entered who was seen anywhere on a stage."""
        reads = self._reads(stage)
        return [e for e in self.race.entries if id(e) in reads]

    def _reads(self, stage: str) -> dict[int, list[Read]]:
        """Whose each read of a stage is (Rules 4.1, 4.6)."""
        race, found = self.race, dict[int, list[Read]]()
        assigned = {r["record"]: r["bib"] for r in race.journal.of("assign")}
        for read in race.journal.reads:
            if read.stage != stage:
                continue
            bib = assigned.get(read.id, read.bib)
            if bib == "-":
                wearer = race.chip_wearer(read.keys.get("chip", ""), stage)
            else:
                wearer = race.wearer(bib, stage)
            if wearer is not None:
                found.setdefault(id(wearer), []).append(read)
        return found

    def _run(self, entry: Plain, stage: str, reads: list[Read]) -> Run:
        race = self.race
        division = race.division(entry)
        points = race.points(division, stage)
        confirmed = {r["record"] for r in race.journal.of("confirm") if "record" in r}
        first = [r for r in reads if r.control == points[0].code]
        start = start_of(
            race, entry, stage, first, ranks=self.ranks, choice=Choice(points[0].source, confirmed)
        )
        known = [] if start.clock is None else [start.clock]
        known += [start.split.time] if start.split else []
        after = max(known or [start.gun or race.planned("00:00", stage)])
        splits = splits_of(race, stage, points, reads, after=after, confirmed=confirmed)
        return Run(entry=entry, division=division, points=points, start=start, splits=splits)

    def _test(self, run: Run, stage: str, winner: int | None) -> None:
        """Test limits where there are any: not of a declared time, nor where they were lifted."""
        standing = self.standings[id(run.entry)]
        if (
            self.race.is_cancelled(stage)
            or "time" in declared(self.race, run.entry, stage)
            or stage in standing.statuses.lifted
            or standing.ruled_on(stage) in OUT
            or (
                standing.is_out_before(stage)
                and self.race.rules.get("after_out") != "ranked_on_stages"
            )
        ):
            return
        test_limits(self.race, run, stage, standing.used, winner)

    def _winner(self, runs: list[Run], division: str, stage: str) -> int | None:
        """The lowest raw clock of the division's finishers not disqualified (Rules 5.8)."""
        times = []
        for run in runs:
            standing = self.standings[id(run.entry)]
            ruled = standing.statuses.of.get(stage)
            is_out = (
                ruled in OUT or standing.statuses.whole == "dsq" or "dsq" in standing.out.values()
            )
            if standing.is_out_before(stage) and self.race.rules.get("after_out") == "refuse":
                is_out = True
            if run.division != division or is_out:
                continue
            time = declared(self.race, run.entry, stage).get("time")
            raw = run.raw if time is None else duration(time)
            if raw is not None:
                times.append(raw)
        return min(times, default=None)

    def _automatic(self, run: Run, stage: str) -> str:
        """Otl or dnf by a limit that was missed, or by a control that was (Rules 4.4, 5.4)."""
        strikes = self.standings[id(run.entry)].strikes + 1
        for _, outcome in run.hits:
            if outcome == "out" or (
                isinstance(outcome, dict) and int(outcome.get("strikes", strikes + 1)) <= strikes
            ):
                return "otl"
            if outcome == "dnf":
                return "dnf"
        asked = self._asks_for_controls(run, stage)
        if asked and self._missed(run, stage) and self.race.rules.get("missed_control") == "dnf":
            return "dnf"
        return ""

    def _asks_for_controls(self, run: Run, stage: str) -> bool:
        """Not of who was ruled out, or is out already."""
        standing = self.standings[id(run.entry)]
        return standing.ruled_on(stage) not in OUT and (
            not standing.is_out_before(stage)
            or self.race.rules.get("after_out") == "ranked_on_stages"
        )

    def _missed(self, run: Run, stage: str) -> int:
        """How many controls the director confirmed as missed by somebody who was seen."""
        if not run.splits and run.start.split is None:
            return 0
        return len(
            {
                point.code
                for point in run.points[1:]
                for r in self.race.journal.of("confirm", stage)
                if r.get("control") == point.code
                and self.race.worn(run.entry, stage) in bibs_of(r)
                and point.mandatory
                and point.code not in run.splits
            }
        )

    def _result(self, run: Run, stage: str) -> Result:
        race, standing = self.race, self.standings[id(run.entry)]
        said = declared(race, run.entry, stage)
        sums = sums_of(race, run.entry, stage, run.division, run.start.wave)
        found = Result(
            entry=run.entry,
            bib=race.worn(run.entry, stage),
            division=run.division,
            status="",
            sums=sums,
            start=run.start.clock,
            run=run,
            place=int(said["place"]) if "place" in said else None,
        )
        ruled, was_out = standing.ruled_on(stage), standing.is_out_before(stage)
        is_whole = standing.is_of_whole_race(stage)
        if race.is_cancelled(stage):
            # A penalty earned that day stands (Rules 2.3).
            sums.penalty += run.start.penalty
            sums.on_stage += run.start.penalty
            found.place = None
            found.status = _cancelled(standing, stage)
            found.raw = 0 if found.status == "neutralised" else None
            found.finish = run.finish.time if run.finish else None
            return found
        penalty = run.start.penalty + self._automatic_penalty(run, stage)
        sums.penalty += penalty
        sums.on_stage += penalty
        found.raw = duration(said["time"]) if "time" in said else run.raw
        found.finish = run.finish.time if run.finish else None
        found.is_exact = "time" in said or (
            run.finish is not None and run.finish.source in ("chip", "photo")
        )
        finished = found.raw is not None or run.finish is not None or "place" in said
        if was_out and race.rules.get("after_out") == "refuse":
            finished = False
            run.splits, run.start.split = {}, None
        automatic = self._automatic(run, stage)
        if was_out and standing.is_disqualified_from_all():
            found.status = "dsq"
        elif ruled in OUT and not (is_whole and finished and ruled != "dsq"):
            found.status = ruled
        elif automatic:
            found.status = automatic
        elif finished:
            found.status = "finished"
        elif run.splits or run.start.split:
            found.status = "on_course"
        elif was_out:
            found.status = "dns"
        elif self._is_under_way(stage, run):
            found.status = "on_course"
        else:
            found.status = "not_started"
        return found

    def _is_under_way(self, stage: str, run: Run) -> bool:
        """On a gun everyone is on course as soon as anybody was seen there (Rules 11.1)."""
        return run.start.clock is not None and bool(
            any(self.race.runs(self.race.division(e), stage) for e in self._seen(stage))
            or self.race.journal.of("start", stage)
            or self.race.journal.of("stage_time", stage)
        )

    def _automatic_penalty(self, run: Run, stage: str) -> int:
        penalty = sum(
            duration(outcome["penalty"])
            for _, outcome in run.hits
            if isinstance(outcome, dict) and "penalty" in outcome
        )
        policy: Any = self.race.rules.get("missed_control", "query")
        if isinstance(policy, dict) and self._asks_for_controls(run, stage):
            penalty += self._missed(run, stage) * duration(policy["penalty"])
        return penalty

    def _stopped(self, results: list[Result], stage: str) -> None:
        """Whoever was stopped has the winner's or the last finisher's time (Rules 2.3)."""
        source = self.race.change(stage).get("for_stopped")
        if source is None or self.race.is_cancelled(stage):
            return
        for division in {r.division for r in results}:
            mine = [r for r in results if r.division == division]
            times = [r.raw for r in mine if r.status == "finished" and r.raw is not None]
            is_timed = self.race.stages[stage].get("kind") != "untimed"
            if not times and (is_timed or not any(r.status == "finished" for r in mine)):
                continue
            given = (min if source == "winner" else max)(times, default=0)
            for result in mine:
                is_out = self.standings[id(result.entry)].is_out_before(stage)
                if result.status == "on_course" and not is_out:
                    result.status, result.raw = "finished", given

    def _settle(self, result: Result, stage: str) -> None:
        """Time and rank of a result, and what it means for the stages after it."""
        race, standing = self.race, self.standings[id(result.entry)]
        run = result.run
        assert run is not None
        ruled, was_out = standing.ruled_on(stage), standing.is_out_before(stage)
        if ruled == "withdrawn" and not was_out:
            withdrawn = {"on_course": "dnf", "not_started": "dns"}
            result.status = withdrawn.get(result.status, result.status)
        is_timed = race.stages[stage].get("kind") != "untimed"
        result.is_timed = is_timed
        if result.status not in ("finished", "neutralised"):
            result.raw = None
        if result.raw is not None and is_timed:
            result.time = rounded(result.raw, race.precision, race.rounding) + result.sums.on_stage
        elif not is_timed and result.status in ("finished", "neutralised"):
            result.raw, result.time = 0, result.sums.on_stage
        result.done = result.status == "neutralised" or (
            result.status == "finished" and result.time is not None
        )
        self._carry(result, stage, ruled)
        result.is_ranked = (
            result.status == "finished"
            and (result.time is not None or result.place is not None)
            and is_timed
            and not standing.is_unranked_on(stage)
            and (
                race.rules.get("after_out") == "ranked_on_stages"
                if was_out
                else stage not in standing.out
            )
        )
        reached = [p.metres for p in run.points if p.code in run.splits]
        result.metres = max(reached, default=0)
        if race.is_cancelled(stage):
            result.metres = 0
        elif result.status == "finished" or (
            # Whoever a time or a place is declared for has come in, unless that is refused.
            declared(race, run.entry, stage)
            and not (was_out and race.rules.get("after_out") == "refuse")
        ):
            result.metres = run.points[-1].metres

    def _carry(self, result: Result, stage: str, ruled: str) -> None:
        standing, run = self.standings[id(result.entry)], result.run
        assert run is not None
        outcomes = [outcome for _, outcome in run.hits]
        if any(isinstance(o, dict) and "strikes" in o for o in outcomes):
            standing.strikes += 1
            standing.unranked.add(stage)
        if "unranked" in outcomes or ruled == "unranked":
            standing.unranked.add(stage)
        if result.status == "dnf" and "dnf" in outcomes and ruled != "withdrawn":
            standing.dropped.add(stage)
        else:
            self._put_out(result, stage, ruled)
        if standing.statuses.whole == "dsq":
            standing.out[stage] = "dsq"
        standing.has_started |= result.status not in ("dns", "not_started")
        standing.used += result.raw or 0

    def _put_out(self, result: Result, stage: str, ruled: str) -> None:
        """Where and how somebody is out from here on."""
        standing = self.standings[id(result.entry)]
        is_whole = standing.is_of_whole_race(stage)
        if standing.is_out_before(stage):
            if result.status == "dsq":
                standing.out[stage] = "dsq"
        elif ruled == "dns":
            standing.out[stage] = "dnf" if standing.has_started else "registered"
        elif ruled == "withdrawn":
            if result.status in ("finished", "neutralised") and not is_whole:
                standing.withdrawn.add(stage)
            else:
                standing.out[stage] = "withdrawn"
        elif ruled in OUT:
            standing.out[stage] = ruled
        elif result.status in ("dnf", "otl"):
            standing.out[stage] = result.status


def _cancelled(standing: Standing, stage: str) -> str:
    """Neutralised, unless somebody was out before it or by a ruling (Rules 2.3)."""
    ruled = standing.ruled_on(stage)
    if standing.is_out_before(stage):
        return "dsq" if standing.is_disqualified_from_all() else "dns"
    if ruled == "withdrawn" and standing.is_of_whole_race(stage):
        return "dns"
    return ruled if ruled in OUT else "neutralised"


def rank_stage(race: Race, stage: str, results: list[Result]) -> None:
    """Places as declared, the others behind them by time (Rules 9.5-9.7)."""
    ranked = [r for r in results if r.is_ranked]
    placed = [r for r in ranked if r.place is not None]
    for result in placed:
        result.rank = result.place
    others = sorted((r for r in ranked if r.place is None), key=lambda r: r.time or 0)
    rank = 1 + len(placed)
    order = race.journal.last("finish_order", stage) or {}
    shared = race.rules.get("equal_rank", "shared") == "shared" or order.get("joint") == "true"
    for _, equal in groupby(others, key=lambda r: r.time):
        for group in in_order(race, stage, order, list(equal)):
            for n, result in enumerate(sorted(group, key=lambda r: by_bib(r.bib))):
                result.rank = rank + (0 if shared else n)
            rank += len(group)
    ranked.sort(key=lambda r: (r.rank or 0, r.time is None, r.time or 0))
    leader = ranked[0].time if ranked else None
    for result in ranked:
        if leader is not None and result.time is not None:
            result.gap = result.time - leader


def in_order(race: Race, stage: str, order: Plain, equal: list[Result]) -> list[list[Result]]:
    """Equal printed times, parted by a line judge's order, then by fractions."""
    listed = bibs_of(order)
    judged = sorted((r for r in equal if r.bib in listed), key=lambda r: listed.index(r.bib))
    if judged:
        # Whom the judge does not name comes behind those named.
        rest = [r for r in equal if r.bib not in listed]
        together = [judged] if order.get("joint") == "true" else [[r] for r in judged]
        return together + (in_order(race, stage, {}, rest) if rest else [])
    ties: list[Any] = race.rules.get("ties", DEFAULT_TIES)
    asked = "fractions" in ties or any(
        isinstance(t, dict) and stage in t["fractions"] for t in ties
    )
    if asked and all(r.is_exact for r in equal):
        ordered = sorted(equal, key=exact)
        return [list(group) for _, group in groupby(ordered, key=exact)]
    return [equal]


def exact(result: Result) -> int:
    """The time with what rounding hid."""
    return (result.raw or 0) + result.sums.on_stage
