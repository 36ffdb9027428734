"""What the director decides on a stage, and what stations report to that end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import assert_never

from timing.core.definition import Apply, OutcomeKind
from timing.core.records import Credit, Observation, Penalty, Ruling, Status
from timing.core.statuses import RulingStatus
from timing.core.times import HOUR, MINUTE, SECOND, Duration, Instant
from timing.simulator.chance import record_id, stream
from timing.simulator.departures import DIRECTOR
from timing.simulator.running import End, Outing

_PENALISED = 0.006
_HOURS_TO_DOUBLE = 10
_FULL_PENALTY_HOURS = 4
_LEAVES_OVERNIGHT = 0.0018

_OFFENCES: tuple[tuple[int, str, Duration, str], ...] = (
    (41, "KIT", 30 * MINUTE, "Mandatory kit incomplete at a check"),
    (26, "KIT", 60 * MINUTE, "No whistle at the finish check"),
    (12, "LITTER", 15 * MINUTE, "Litter left on the course"),
    (8, "COURSE", 60 * MINUTE, "Left the marked course"),
    (5, "HELP", 120 * MINUTE, "Took help between checkpoints"),
)
"""How often, its code, what it costs, and the reason given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided about one runner's stage, and what it means for the race.

    ``adjustment`` is added to the stage's time; whoever ``leaves`` does not start again.
    """

    rulings: tuple[Ruling, ...] = ()
    adjustment: Duration = 0
    leaves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where decisions are made: of one stage."""

    seed: int
    slug: str
    stage: int

    def stream(self, entry_id: str) -> Random:
        """Chance for what is decided about one entry."""
        return stream(self.seed, self.slug, "decisions", self.stage, entry_id)

    def id(self, kind: str, entry_id: str) -> str:
        """The id of a ruling: there is one of a kind for an entry and stage."""
        return record_id(self.seed, self.slug, kind, self.stage, entry_id)


def verdict_on(outing: Outing, bench: Bench, *, goes_on: bool) -> Verdict:
    """What is decided about an outing; ``goes_on`` says that more stages follow for it."""
    chance = bench.stream(outing.runner.entry.id)
    match outing.end:
        case End.GAVE_UP:
            return Verdict(rulings=_given_up(outing, bench, chance), leaves=True)
        case End.TIMED_OUT:
            return _timed_out(outing, bench)
        case End.FINISHED:
            return _finished(outing, bench, chance, goes_on=goes_on)
        case _:
            assert_never(outing.end)


def not_starting(bibs: Sequence[tuple[str, str]], bench: Bench, gun: Instant) -> tuple[Status, ...]:
    """Rulings for those who never come to the start; ``bibs`` pairs entry ids with bibs."""
    return tuple(
        Status(
            id=bench.id("dns", entry_id),
            by=DIRECTOR,
            at=gun + 15 * MINUTE,
            reason="Did not come to the start",
            status=RulingStatus.DNS,
            bibs=(bib,),
            stage=bench.stage,
        )
        for entry_id, bib in bibs
    )


def _after(instant: Instant, minutes: int) -> Instant:
    """So many minutes later, to the second: when somebody writes a decision down."""
    return instant - instant % SECOND + minutes * MINUTE


def _given_up(outing: Outing, bench: Bench, chance: Random) -> tuple[Ruling, ...]:
    entry, point = outing.runner.entry, outing.last_point
    was_fetched = outing.gave_up_between
    wait = chance.randint(30, 120) if was_fetched else chance.randint(5, 40)
    decided = Status(
        id=bench.id("dnf", entry.id),
        by=DIRECTOR,
        at=_after(outing.last_seen, wait),
        reason="Fetched on the course" if was_fetched else "Gave up at the checkpoint",
        status=RulingStatus.DNF,
        bibs=(entry.bib,),
        stage=bench.stage,
        control=point.control,
    )
    if was_fetched:
        return (decided,)
    seen = Observation(
        id=bench.id("observation", entry.id),
        by=point.control,
        at=_after(outing.last_seen, chance.randint(1, 4)),
        reason="Handed in the bib",
        kind="withdrawn",
        bibs=(entry.bib,),
        stage=bench.stage,
        control=point.control,
    )
    return (seen, decided)


_CONFIRMED_AS = {
    OutcomeKind.OUT: RulingStatus.OTL,
    OutcomeKind.DNF: RulingStatus.DNF,
    OutcomeKind.UNRANKED: RulingStatus.UNRANKED,
}


def _timed_out(outing: Outing, bench: Bench) -> Verdict:
    missed = outing.missed
    is_over = missed is None or missed.limit.outcome.kind in (OutcomeKind.OUT, OutcomeKind.STRIKES)
    return Verdict(rulings=_confirmed(outing, bench), leaves=is_over)


def _confirmed(outing: Outing, bench: Bench) -> tuple[Ruling, ...]:
    """Limits act by themselves, unless the race asks the director each time (Rules 5.7)."""
    missed = outing.missed
    if missed is None or missed.limit.apply is not Apply.CONFIRM:
        return ()
    status = _CONFIRMED_AS.get(missed.limit.outcome.kind)
    if status is None:
        return ()
    point, at = next(c for c in outing.crossings if c[0].ordinal == missed.limit.point)
    ruling = Status(
        id=bench.id("limit", outing.runner.entry.id),
        by=DIRECTOR,
        at=_after(at, 10),
        reason="Over the limit, confirmed",
        status=status,
        bibs=(outing.runner.entry.bib,),
        stage=bench.stage,
        control=point.control,
    )
    return (ruling,)


def _in_proportion(penalty: Duration, hours: float) -> Duration:
    """Less where a stage is short, in steps of five minutes."""
    steps = round(penalty / (5 * MINUTE) * min(1.0, hours / _FULL_PENALTY_HOURS))
    return max(1, steps) * 5 * MINUTE


def _finished(outing: Outing, bench: Bench, chance: Random, *, goes_on: bool) -> Verdict:
    entry = outing.runner.entry
    rulings: list[Ruling] = [*_confirmed(outing, bench)]
    adjustment = 0
    hours = (outing.last_seen - outing.crossings[0][1]) / HOUR
    if chance.random() < _PENALISED:
        weights = [offence[0] for offence in _OFFENCES]
        _, code, time, reason = chance.choices(_OFFENCES, weights)[0]
        time = _in_proportion(time, hours)
        adjustment += time
        rulings.append(
            Penalty(
                id=bench.id("penalty", entry.id),
                by=DIRECTOR,
                at=_after(outing.last_seen, chance.randint(10, 90)),
                reason=reason,
                stage=bench.stage,
                time=time,
                bibs=(entry.bib,),
                code=code,
            )
        )
    if outing.helped:
        adjustment -= outing.helped
        rulings.append(
            Credit(
                id=bench.id("credit", entry.id),
                by=DIRECTOR,
                at=_after(outing.last_seen, chance.randint(20, 120)),
                reason="Stayed with a runner in need",
                stage=bench.stage,
                time=outing.helped,
                bibs=(entry.bib,),
                code="AID",
            )
        )
    risk = _LEAVES_OVERNIGHT * outing.runner.traits.frailty * (1 + hours / _HOURS_TO_DOUBLE)
    leaves = chance.random() < risk and goes_on
    if leaves:
        rulings.append(
            Status(
                id=bench.id("withdrawn", entry.id),
                by=DIRECTOR,
                at=_after(outing.last_seen, chance.randint(40, 180)),
                reason="Does not start again",
                status=RulingStatus.WITHDRAWN,
                bibs=(entry.bib,),
                stage=bench.stage,
            )
        )
    return Verdict(rulings=tuple(rulings), adjustment=adjustment, leaves=leaves)
