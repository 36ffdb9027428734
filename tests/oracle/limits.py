"""Who was late, by how much, and what it leads to (Rules 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.oracle.journal import Plain, bibs_of, made_at
from tests.oracle.race import Point, Race
from tests.oracle.splits import Split
from tests.oracle.starts import Start
from tests.oracle.times import duration, rounded

MEASURES = ("at", "elapsed", "elapsed_gun", "min_speed_kmh", "percent_of_winner")


@dataclass(slots=True, kw_only=True)
class Run:
    """One entry on one stage, as it was seen."""

    entry: Plain
    division: str
    points: list[Point]
    start: Start
    splits: dict[str, Split]
    out_before: str = ""
    hits: list[tuple[str, Any]] = field(default_factory=list)
    """Where a limit was missed for certain, and what that leads to."""

    @property
    def finish(self) -> Split | None:
        """The split at the last point."""
        return self.splits.get(self.points[-1].code)

    @property
    def raw(self) -> int | None:
        """From the start of the clock to the finish."""
        if self.finish is None or self.start.clock is None:
            return None
        return self.finish.time - self.start.clock


def extension(race: Race, entry: Plain, stage: str) -> int:
    """By how much credits move the cut-offs of an entry (Rules 5.2)."""
    return sum(
        duration(r["time"]) * int(r.get("count", 1))
        for r in race.journal.of("credit", stage)
        if r.get("extends_cutoffs") == "true" and race.worn(entry, stage) in bibs_of(r)
    )


def concerns(race: Race, run: Run, stage: str, what: Plain) -> bool:
    """Whether a cut-off or a ruling about one is for this entry."""
    return (
        what.get("division", run.division) == run.division
        and what.get("wave", run.start.wave) == run.start.wave
        and ("category" not in what or what["category"] in race.categories(run.entry, stage))
    )


def limit_at(race: Race, run: Run, stage: str, point: Point) -> Plain | None:
    """The first cut-off at a point that concerns an entry, as it was moved (Rules 5.5)."""
    found = next((c for c in point.cutoffs if concerns(race, run, stage, c)), None)
    for ruling in race.journal.of("cutoff", stage):
        names = {point.code, point.code.removesuffix(".in")}
        if ruling["control"] in names and concerns(race, run, stage, ruling):
            kept = {k: v for k, v in (found or {}).items() if k not in MEASURES}
            moved = {"at": ruling["to"]} if "to" in ruling else {"elapsed": ruling["elapsed"]}
            found = kept | moved
    return found


def test_limits(race: Race, run: Run, stage: str, used: int, winner: int | None) -> None:
    """Test every limit along the course; ``used`` is what earlier stages took."""
    for point in run.points[1:]:
        split = run.splits.get(point.code)
        if split is None:
            continue
        limit = limit_at(race, run, stage, point)
        if limit is not None and limit.get("hard") != "false":
            excess = _excess(race, run, stage, (point, split), limit=limit, winner=winner)
            if excess is not None:
                excess.allowed += extension(race, run.entry, stage)
                _judge(race, run, point.code, excess, limit)
        _test_closing(race, run, stage, point, split)
        _test_race_limit(race, run, split, used, extension(race, run.entry, stage))


@dataclass(slots=True)
class Excess:
    """A time and what is allowed, in milliseconds, and how far off the records may be."""

    time: int
    allowed: Fraction | int
    unsure: int


def _excess(
    race: Race,
    run: Run,
    stage: str,
    passed: tuple[Point, Split],
    *,
    limit: Plain,
    winner: int | None,
) -> Excess | None:
    point, split = passed
    unsure = split.uncertainty + run.start.uncertainty
    if "at" in limit:
        return Excess(split.time, race.planned(limit["at"], stage), split.uncertainty)
    if "elapsed_gun" in limit:
        if run.start.gun is None:
            return None
        time = split.time - run.start.gun
        return Excess(time, duration(limit["elapsed_gun"]), split.uncertainty)
    allowed: Fraction | int
    if "elapsed" in limit:
        allowed = duration(limit["elapsed"])
    elif "min_speed_kmh" in limit:
        allowed = Fraction(point.metres * 3600) / Fraction(limit["min_speed_kmh"])
    elif winner is not None:
        allowed = Fraction(winner) * Fraction(limit["percent_of_winner"]) / 100
    else:
        return None
    return (
        None if run.start.clock is None else Excess(split.time - run.start.clock, allowed, unsure)
    )


def _test_closing(race: Race, run: Run, stage: str, point: Point, split: Split) -> None:
    names = {point.code, point.code.removesuffix(".in")}
    closings = [r for r in race.journal.of("close", stage) if r["control"] in names]
    if closings:
        allowed = min(made_at(r)[0] for r in closings)
        allowed += extension(race, run.entry, stage)
        _judge(race, run, point.code, Excess(split.time, allowed, split.uncertainty), {})


def _test_race_limit(race: Race, run: Run, split: Split, used: int, more: int) -> None:
    was_late = any(where == "race" for where, _ in run.hits)
    if "limit" in race.rules and run.start.clock is not None and not was_late:
        unsure = split.uncertainty + run.start.uncertainty
        time = used + split.time - run.start.clock
        _judge(race, run, "race", Excess(time, duration(race.rules["limit"]) + more, unsure), {})


def _judge(race: Race, run: Run, where: str, excess: Excess, limit: Plain) -> None:
    """Late for certain is by more than the record may be off; what ends a stage ends its tests.

    (Rules 5.4, 5.7.)
    """
    if any(outcome in ("out", "dnf") for _, outcome in run.hits):
        return
    rules: Plain = race.rules.get("cutoff", {})
    late = rounded(excess.time, race.precision, "down") - excess.allowed
    inclusive = limit.get("inclusive", rules.get("inclusive", "true")) == "true"
    is_sure = late > excess.unsure or (not inclusive and late == excess.unsure == 0)
    if is_sure and limit.get("apply", rules.get("apply", "automatic")) == "automatic":
        run.hits.append((where, limit.get("outcome", rules.get("outcome", "out"))))
