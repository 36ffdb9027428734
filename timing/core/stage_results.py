"""One stage settled: status, time and rank of every entry, and where it leaves them.

The order of things is the rulebook's: facts from passings, then limits on the raw clock (5.2),
then decisions (10), then rounding (1.4) and adjustments (6), then ranks (9.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from timing.core.adjustments import NOTHING
from timing.core.assigned_times import assign_times, back_in, place_unfinished, stays_in
from timing.core.bonuses import give_bonuses
from timing.core.definition import AfterOut, Source, StageKind
from timing.core.entries import Entry
from timing.core.finishers import Finishers
from timing.core.holds import waits
from timing.core.records import ForStopped, StageTime, Status
from timing.core.rival_sources import RivalSources
from timing.core.sanctions import Sanctions
from timing.core.splits import Facts
from timing.core.stage_input import StageInput
from timing.core.stage_problems import negative_time, seen_after_out
from timing.core.stage_ranking import rank_rows
from timing.core.stage_rows import FRESH, Row, StageState, Standing, arriving
from timing.core.status_rulings import DECIDED_STATUS, decide
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus
from timing.core.times import round_to

_LEAVING_LIMITS = frozenset({RulingStatus.WITHDRAWN, RulingStatus.UNRANKED})


class Settler:
    """Settles the entries of one stage, all at once or one again."""

    def __init__(self, stage: StageInput) -> None:
        self._in = stage
        self._state = StageState(number=stage.number, rows={}, standings={}, carried={})
        self.finishers = Finishers(stage)
        self._sanctions = Sanctions(stage, self.finishers, self._state)

    def settle(self) -> StageState:
        """Settle every entry that runs the stage, then rank them within their divisions."""
        stage, state = self._in, self._state
        for entry in self._in_order():
            if entry.division not in stage.courses:
                standing = self._before(entry.id)
                if standing is not FRESH:
                    state.standings[entry.id] = state.carried[entry.id] = standing
                continue
            self._settle_entry(entry)
            self._set_apart(entry.id)
        if stage.plan.for_stopped is not None:
            # Back in the order of bibs, in which equals are ranked one after the other.
            state.rows = {e: state.rows[e] for e in stage.roster.entries if e in state.rows}
        assign_times(stage, state, self.finishers)
        apart = stage.unranked_by_team(state)
        for entry_id in apart:
            # A team that broke earlier may be of a division that does not run this stage.
            if (row := state.rows.get(entry_id)) is not None:
                row.is_ranked = False
        for division in stage.courses:
            state.ranked[division] = rank_rows(
                [r for r in state.rows.values() if r.is_ranked and r.entry.division == division],
                stage,
            )
        place_unfinished(state)
        if stage.bonuses and not stage.plan.is_cancelled:
            give_bonuses(stage, state, apart)
        for entry_id, facts in stage.facts.items():
            if facts.rivals:
                self._weigh_rivals(entry_id, facts)
        state.problems += stage.frame.problems
        state.problems += stage.ledger.problems
        return state

    def settled_again(self, entry: Entry, settled: StageState) -> StageState | None:
        """A settled stage with one entry settled again, of which only passings are new.

        None where more than how far it came is new: then the stage is to be settled as a whole,
        since somebody's place or the field's aggregates may change.
        """
        was = settled.rows[entry.id]
        self._settle_entry(entry)
        row, state = self._state.rows[entry.id], self._state
        row.is_ranked, row.rank, row.tie = was.is_ranked, was.rank, was.tie
        row.gap, row.interval = was.gap, was.interval
        as_far = replace(
            row, last_point=was.last_point, distance_m=was.distance_m, reached=was.reached
        )
        is_same = (
            as_far == was
            and state.standings.get(entry.id) == settled.standings.get(entry.id)
            and state.carried.get(entry.id) == settled.carried.get(entry.id)
            and not state.moves
        )
        if not is_same:
            return None
        self._set_apart(entry.id)
        ranked = settled.ranked
        if row.is_ranked:
            those = [row if r is was else r for r in ranked[entry.division]]
            ranked = {**ranked, entry.division: those}
        state.ranked = ranked
        facts = self._in.facts.get(entry.id)
        if facts is not None and facts.rivals:
            self._weigh_rivals(entry.id, facts)
        of_entry = {i: those for i, those in settled.of_entry.items() if i != entry.id}
        return replace(
            settled,
            rows={**settled.rows, entry.id: row},
            ranked=ranked,
            of_entry={**of_entry, **state.of_entry},
        )

    def _set_apart(self, entry_id: str) -> None:
        """Problems that came up with one entry are that entry's."""
        if self._state.problems:
            self._state.of_entry.setdefault(entry_id, []).extend(self._state.problems)
            self._state.problems.clear()

    def _weigh_rivals(self, entry_id: str, facts: Facts) -> None:
        rivals = RivalSources(self._in, self._state, self.finishers, self._sanctions.limits_tested)
        row = self._state.rows.get(entry_id)
        if row is not None:
            self._state.problems.extend(rivals.problems(row, facts))
            self._set_apart(entry_id)

    def _before(self, entry_id: str) -> Standing:
        before = self._in.before.get(entry_id, FRESH)
        move = self._in.moves.get(entry_id)
        return before if move is None else arriving(before, move)

    def _in_order(self) -> Iterable[Entry]:
        """Who came in before who was stopped: the latter are given a time of the former."""
        stage = self._in
        entries = stage.roster.entries.values()
        if stage.plan.for_stopped is None:
            return entries
        return sorted(
            entries,
            key=lambda e: (
                e.id not in stage.declared
                and ((facts := stage.facts.get(e.id)) is None or facts.finish is None)
            ),
        )

    def _settle_entry(self, entry: Entry) -> None:
        stage = self._in
        before = self._before(entry.id)
        row = Row(
            entry=entry,
            categories=stage.categories(entry),
            status=StageStatus.NOT_STARTED,
            adjustment=stage.ledger.entries.get(entry.id, NOTHING),
        )
        facts = stage.facts.get(entry.id)
        declared = stage.declared.get(entry.id)
        self._first_view(row, facts, declared)
        whole = stage.decisions.of_whole_race(entry.id)
        decision = stage.decisions.of_entry(stage.number, entry.id) or (
            whole if whole is not None and before.ended is None else None
        )
        after = carried = before
        if stage.plan.is_cancelled:
            after, carried = self._neutralise(row, before, decision)
        elif before.ended is not None:
            after = carried = self._run_on(row, before, facts, declared, decision)
        else:
            after, carried = self._judge(row, before, facts, decision)
        if whole is not None and whole.status is RulingStatus.DSQ and decision is not whole:
            # What was ruled for the stage is its status; out is the entry of all (Rules 10.3).
            after = carried = replace(after, ended=RaceStatus.DSQ, stage=None)
        self._time(row)
        if stage.rules.limit is not None and row.raw is not None:
            is_same = after is carried
            after = replace(after, clock=before.clock + row.raw)
            carried = after if is_same else replace(carried, clock=after.clock)
        if (
            row.done
            or row.last_point
            or declared is not None
            or row.status is StageStatus.ON_COURSE
        ):
            is_same = after is carried
            after = _having_raced(after)
            carried = after if is_same else _having_raced(carried)
        ran_on_ranked = stage.rules.after_out is AfterOut.RANKED_ON_STAGES
        row.is_ranked = (
            row.status is StageStatus.FINISHED
            and stage.kind is StageKind.TIMED
            and (row.time is not None or row.place is not None)
            and after.competitive
            and (after.ended is None or (before.ended is not None and ran_on_ranked))
        )
        self._state.rows[entry.id] = row
        if after is not FRESH:
            self._state.standings[entry.id] = after
        if carried is not FRESH:
            self._state.carried[entry.id] = carried

    def _judge(
        self, row: Row, before: Standing, facts: Facts | None, decision: Status | None
    ) -> tuple[Standing, Standing]:
        """Limits, missed controls and rulings, on one who is in the race."""
        stage = self._in
        after = carried = before
        is_declared = row.entry.id in stage.declared
        if decision is None or decision.status in _LEAVING_LIMITS:
            if facts is not None and not is_declared:
                after = carried = self._sanctions.test_limits(row, facts, before)
            if facts is not None:
                after = carried = self._sanctions.missed_controls(row, facts, after)
        if after.ended is None and (decision is None or decision.status not in DECIDED_STATUS):
            self._stopped(row)
        if decision is not None:
            after, carried = decide(
                stage, row, decision, after, facts, problems=self._state.problems
            )
        if stays_in(stage, row, before, after, decision):
            row.is_assigned = True
            after = carried = back_in(row, before, after)
        return after, carried

    def _first_view(self, row: Row, facts: Facts | None, declared: StageTime | None) -> None:
        """What was measured or declared, before anybody judged it."""
        stage = self._in
        clock = stage.frame.clock_of(row.entry.id)
        row.start = clock.start
        if facts is not None:
            course = stage.courses.of(row.entry)
            row.start = facts.start
            row.finish = facts.finish
            row.raw = facts.raw
            row.automatic_penalty += facts.early_penalty
            if facts.corrections:
                row.automatic_penalty += sum(c.penalty for c in facts.corrections if c.is_sure)
            if stage.holds:
                row.holds = waits(row.entry.id, facts, course, stage.holds)
            if facts.last >= 0:
                row.last_point = course.points[facts.last].code
                row.distance_m = course.points[facts.last].distance_m
                row.reached = facts.elapsed(facts.last) or 0
                row.status = StageStatus.ON_COURSE
            if facts.finish is not None:
                # Without a known start there is no time: finished, and yet incomplete.
                row.status = StageStatus.FINISHED
            taken = facts.taken[-1]
            row.is_exact = taken is not None and taken.source in (Source.CHIP, Source.PHOTO)
        if declared is not None:
            row.status = StageStatus.FINISHED
            row.raw = declared.time
            row.place = declared.place
            row.distance_m = stage.courses.of(row.entry).distance_m
            row.is_exact = True
        if row.status is not StageStatus.NOT_STARTED:
            return
        if row.entry.id in stage.resting:
            row.status = StageStatus.NOT_IN_DIVISION
        elif stage.has_begun and clock.start is not None:
            # On a gun everyone who is not DNS is on course from the gun (Rules 11.1).
            row.status = StageStatus.ON_COURSE

    def _stopped(self, row: Row) -> None:
        """A virtual time for who was stopped on a stage cut short (Rules 2.3)."""
        source = self._in.plan.for_stopped
        if source is None or row.status is not StageStatus.ON_COURSE:
            return
        finished = [
            r
            for r in self._state.rows.values()
            if r.entry.division == row.entry.division
            and r.status is StageStatus.FINISHED
            and not r.is_virtual
        ]
        raws = [r.raw for r in finished if r.raw is not None]
        if raws:
            row.raw = max(raws) if source is ForStopped.LAST else min(raws)
        if raws or (finished and self._in.kind is StageKind.UNTIMED):
            row.status, row.is_virtual = StageStatus.FINISHED, True

    def _neutralise(
        self, row: Row, before: Standing, decision: Status | None
    ) -> tuple[Standing, Standing]:
        """A cancelled stage: 0 for everyone who was in the race (Rules 2.3)."""
        row.raw = row.time = row.place = None
        row.distance_m, row.reached, row.holds = 0, 0, ()
        row.status = StageStatus.NOT_STARTED
        if before.ended is not None:
            is_of_all = _is_disqualified_from_all(before)
            row.status = StageStatus.DSQ if is_of_all else StageStatus.DNS
            return before, before
        after = carried = before
        if decision is not None:
            if decision.status is RulingStatus.WITHDRAWN and decision.stage is not None:
                # The stage is behind everyone: who withdraws on it goes after it.
                row.status = StageStatus.FINISHED
            after, carried = decide(
                self._in, row, decision, before, None, problems=self._state.problems
            )
            if after.ended is not None:
                return after, carried
        row.status = StageStatus.NEUTRALISED
        return after, carried

    def _run_on(
        self,
        row: Row,
        before: Standing,
        facts: Facts | None,
        declared: StageTime | None,
        decision: Status | None,
    ) -> Standing:
        """Someone whose race is over already (racefile, Who is ranked: after_out)."""
        policy = self._in.rules.after_out
        seen = facts if facts is not None and facts.last >= 0 else None
        if policy is AfterOut.REFUSE:
            row.raw, row.distance_m = None, 0
        if _is_disqualified_from_all(before):
            row.status = StageStatus.DSQ
            return before
        if (row.status is not StageStatus.FINISHED and seen is None) or policy is AfterOut.REFUSE:
            row.status = StageStatus.DNS
        is_decided = decision is not None and decision.status in DECIDED_STATUS
        if policy is AfterOut.RANKED_ON_STAGES and seen is not None and not is_decided:
            # Ranked as the others are, and so held to the limits of the stage.
            after = before
            if declared is None:
                after = self._sanctions.test_limits(row, seen, after)
            after = self._sanctions.missed_controls(row, seen, after)
            # The race was over where it was over.
            before = replace(after, ended=before.ended, stage=before.stage, control=before.control)
        gone = before.ended in (RaceStatus.WITHDRAWN, RaceStatus.DNF)
        if seen is not None and (gone or policy is AfterOut.REFUSE):
            self._state.problems.append(seen_after_out(self._in, row, seen, since=0))
        if decision is not None and decision.status is RulingStatus.UNRANKED:
            return replace(before, competitive=False)
        if decision is None or decision.status not in DECIDED_STATUS:
            return before
        row.status = DECIDED_STATUS[decision.status]
        if decision.status is RulingStatus.DSQ:
            # Worse than being out: it takes the times too (Rules 10.3).
            return replace(before, ended=RaceStatus.DSQ, stage=self._in.number)
        return before

    def _time(self, row: Row) -> None:
        stage, rules = self._in, self._in.rules
        row.adjusted = row.adjustment.on_stage + row.automatic_penalty - row.automatic_credit
        if row.status is StageStatus.NEUTRALISED:
            row.done, row.time = True, row.adjusted
            return
        if row.status is not StageStatus.FINISHED:
            row.raw = None
            return
        row.distance_m = stage.courses.of(row.entry).distance_m
        if stage.kind is StageKind.UNTIMED:
            row.done, row.raw, row.time = True, None, row.adjusted
            return
        if row.raw is None:
            return
        rounded = round_to(row.raw, rules.precision, rules.rounding)
        row.done, row.time, row.hidden = True, rounded + row.adjusted, row.raw - rounded
        if row.time < 0:
            self._state.problems.append(negative_time(stage, row))


def _is_disqualified_from_all(standing: Standing) -> bool:
    """From the whole race, not from one stage on: it takes every stage (Rules 10.3)."""
    return standing.ended is RaceStatus.DSQ and standing.stage is None


_RACED = replace(FRESH, has_raced=True)


def _having_raced(standing: Standing) -> Standing:
    if standing is FRESH:
        return _RACED
    return standing if standing.has_raced else replace(standing, has_raced=True)
