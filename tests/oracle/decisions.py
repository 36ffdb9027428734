"""What rulings say of an entry: statuses, declared times, penalties, credits, bonuses."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracle.journal import Plain, bibs_of
from tests.oracle.race import Race
from tests.oracle.times import duration


@dataclass(slots=True, kw_only=True)
class Statuses:
    """The statuses ruled for an entry or a team, by stage, and where its limits were lifted."""

    of: dict[str, str] = field(default_factory=dict)
    lifted: set[str] = field(default_factory=set)
    whole: str = ""
    """For the whole race, where nothing was ruled for a stage itself."""


def statuses_of(race: Race, rulings: list[Plain]) -> Statuses:
    """Of two for one stage the later counts; a reinstatement undoes those before it (10.2-3)."""
    found = Statuses()
    for ruling in rulings:
        stage = ruling.get("stage")
        if ruling["status"] == "reinstated":
            found.whole = ""
            found.of = {s: v for s, v in found.of.items() if stage and int(s) < int(stage)}
            found.lifted |= {stage} if stage else set(race.run)
        elif stage:
            found.of[stage] = ruling["status"]
        else:
            found.whole = ruling["status"]
    return found


def entry_statuses(race: Race, entry: Plain) -> Statuses:
    """What was ruled of an entry; without a stage it is found by the bib worn in the end."""
    last = race.run[-1]
    return statuses_of(
        race,
        [
            r
            for r in race.journal.of("status")
            if race.worn(entry, r.get("stage", last)) in bibs_of(r)
        ],
    )


def declared(race: Race, entry: Plain, stage: str) -> Plain:
    """The declared time and place of an entry, empty without (Rules 9.6)."""
    found: Plain = {}
    for ruling in race.journal.of("stage_time", stage):
        if race.worn(entry, stage) in bibs_of(ruling):
            found = ruling
    return found


@dataclass(slots=True, kw_only=True)
class Sums:
    """Milliseconds: what is shown, and what of it changes the stage."""

    penalty: int = 0
    credit: int = 0
    bonus: int = 0
    on_stage: int = 0


def sums_of(race: Race, entry: Plain, stage: str, division: str, wave: str) -> Sums:
    """The ledger of an entry on a stage (Rules 6)."""
    found = Sums()
    for kind in ("penalty", "credit", "bonus"):
        for ruling in race.journal.of(kind, stage):
            if "served" in ruling:
                continue
            to = (
                race.worn(entry, stage) in bibs_of(ruling)
                or ("wave" in ruling and ruling["wave"] == wave)
                or ("division" in ruling and ruling["division"] == division)
            )
            if to:
                add(found, kind, ruling)
    return found


def add(sums: Sums, kind: str, ruling: Plain) -> None:
    """Put a ruling to the sums."""
    time = duration(ruling["time"]) * int(ruling.get("count", 1))
    counts = ruling.get("scope", "stage") == "stage"
    match kind:
        case "penalty":
            sums.penalty += time
            sums.on_stage += time if counts else 0
        case "credit":
            sums.credit += time
            sums.on_stage -= time if counts else 0
        case _:
            sums.bonus += time
