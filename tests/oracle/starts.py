"""When each one's clock starts (Rules 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from tests.oracle.journal import Plain, Read, bibs_of, texts
from tests.oracle.race import Race
from tests.oracle.splits import Choice, Split, seen_at
from tests.oracle.times import MINUTE, day_and_time, duration, instant, shown_at

DEPARTURE = MINUTE
"""Reads so close to each other are one departure (Rules 3.7)."""


@dataclass(slots=True, kw_only=True)
class Start:
    """An entry's clock on a stage; None for the clock or the gun where there is none."""

    clock: int | None = None
    gun: int | None = None
    wave: str = ""
    split: Split | None = None
    penalty: int = 0
    uncertainty: int = 0
    """Of the read that the clock rests on."""


class Ranks(Protocol):
    """What waves may ask: the ranks before a stage, by board and entry."""

    def rank(self, board: str, entry: Plain, stage: str) -> int | None:
        """The rank in a classification before a stage, None without one."""


def basis(plan: Plain) -> str:
    """What starts a runner's clock."""
    start: Plain = plan.get("start", {})
    usual = {"mass": "gun", "waves": "gun", "window": "own"}
    return str(start.get("basis", usual.get(start.get("mode", "mass"), "allocated")))


def start_of(
    race: Race, entry: Plain, stage: str, reads: list[Read], *, ranks: Ranks, choice: Choice
) -> Start:
    """An entry's start from the definition, the rulings and the reads at the first control."""
    plan = race.stages[stage]
    if "start" not in plan:
        return Start()
    mode = plan["start"].get("mode", "mass")
    found = Start(wave=_wave(race, entry, stage, ranks) if mode == "waves" else "")
    allocated = _allocated(race, entry, stage)
    if mode == "waves" and allocated is not None:
        found.wave = _wave_of_gun(race, stage, allocated) or found.wave
    found.gun = _gun(race, stage, found.wave)
    ruled = _ruled(race, entry, stage)
    posted = found.gun if allocated is None else allocated
    near = posted if ruled is None else ruled
    if mode == "window":
        own = _window(race, stage, found, reads, choice)
    else:
        found.split = _last_read(race, stage, reads, near, choice)
        own = found.split.time if found.split else None
    match basis(plan):
        case "own":
            found.clock = own
            rests_on_it = found.split is not None and found.split.time == own
            found.uncertainty = found.split.uncertainty if found.split and rests_on_it else 0
        case _:
            found.clock = posted
    if ruled is not None:
        found.clock, found.uncertainty, found.penalty = ruled, 0, 0
    elif allocated is not None:
        found.clock, found.uncertainty = allocated, 0
    return found


def _wave(race: Race, entry: Plain, stage: str, ranks: Ranks) -> str:
    for wave in race.stages[stage]["start"]["waves"]:
        who = wave.get("who")
        selections = [who] if isinstance(who, dict) else who
        if selections is None or any(_takes(race, entry, stage, s, ranks) for s in selections):
            return str(wave["code"])
    return ""


def _wave_of_gun(race: Race, stage: str, gun: int) -> str:
    """Whoever is posted at a wave's gun starts with that wave (Rules 3.6)."""
    codes = [str(wave["code"]) for wave in race.stages[stage]["start"]["waves"]]
    return next((code for code in codes if _gun(race, stage, code) == gun), "")


def _takes(race: Race, entry: Plain, stage: str, selection: Plain, ranks: Ranks) -> bool:
    if "bibs" in selection and race.worn(entry, stage) not in texts(selection["bibs"]):
        return False
    if "division" in selection and race.division(entry) != selection["division"]:
        return False
    if "category" in selection and selection["category"] not in race.categories(entry, stage):
        return False
    if "rank" in selection:
        rank = ranks.rank(selection.get("board", ""), entry, stage)
        least, most = selection["rank"]
        return rank is not None and int(least) <= rank <= int(most)
    return True


def _gun(race: Race, stage: str, wave: str) -> int | None:
    start = race.stages[stage]["start"]
    mode = start.get("mode", "mass")
    planned: int | None = None
    if mode == "waves":
        planned = next(
            (race.planned(w["at"], stage) for w in start["waves"] if w["code"] == wave), None
        )
        if planned is None:
            return None
    elif mode in ("mass", "window"):
        planned = race.planned(start["at" if mode == "mass" else "open"], stage)
    for ruling in race.journal.of("start", stage):
        if not bibs_of(ruling) and ruling.get("wave", wave) == wave:
            planned = race.planned(ruling["to"], stage)
    return planned


def _allocated(race: Race, entry: Plain, stage: str) -> int | None:
    """Of several lists that name somebody the later counts."""
    allocated = None
    for listed in race.journal.of("start_list", stage):
        for bib, text in listed["starts"].items():
            if bib == race.worn(entry, stage):
                allocated = race.planned(text, stage)
    return allocated


def _ruled(race: Race, entry: Plain, stage: str) -> int | None:
    ruled = None
    for ruling in race.journal.of("start", stage):
        if race.worn(entry, stage) in bibs_of(ruling):
            ruled = race.planned(ruling["to"], stage)
    return ruled


def _at_start(race: Race, stage: str, reads: list[Read], near: int | None) -> list[Split]:
    """Reads at a start: a time of day is the one nearest to the gun (Rules 1.2)."""
    found = []
    for read in reads:
        if read.time.startswith("<"):
            continue
        moment = instant(read.time)
        if moment is None:
            moment = _nearest(race, stage, read.time, near)
        if moment is not None:
            found.append(seen_at(read, moment))
    return found


def _nearest(race: Race, stage: str, text: str, near: int | None) -> int | None:
    day, time = day_and_time(text)
    first = date.fromisoformat(race.stages[stage]["date"])
    days = range(-2, 12) if day is None else [day]
    moments = [m for d in days for m in shown_at(first + timedelta(days=d), time, race.zone)]
    if not moments:
        return None
    return moments[0] if near is None else min(moments, key=lambda m: abs(m - near))


def _last_read(
    race: Race, stage: str, reads: list[Read], near: int | None, choice: Choice
) -> Split | None:
    """Of the best source the last up to the tolerance after the gun (Rules 4.3)."""
    found = _at_start(race, stage, reads, near)
    if near is not None:
        found = [s for s in found if s.time <= near + race.tolerance or s.id in choice.confirmed]
    best = choice.best(found)
    return max(best, key=lambda s: s.time) if best else None


def _window(race: Race, stage: str, start: Start, reads: list[Read], choice: Choice) -> int | None:
    """Of the first departure the last read; early and late as the window says (Rules 3.3, 3.7)."""
    plan = race.stages[stage]["start"]
    opens = start.gun
    assert opens is not None
    found = _at_start(race, stage, reads, opens)
    early = plan.get("early", "reset")
    if early == "refuse":
        found = [s for s in found if s.time >= opens or s.id in choice.confirmed]
    if not found:
        return None
    found.sort(key=lambda s: s.time)
    departure = found[:1]
    for split in found[1:]:
        if split.time - departure[-1].time > DEPARTURE:
            break
        departure.append(split)
    start.split = choice.best(departure)[-1]
    own = start.split.time
    if own < opens and early == "reset":
        own = opens
    elif own < opens and isinstance(early, dict):
        start.penalty = duration(early["penalty"])
    if "close" in plan:
        own = min(own, race.planned(plan["close"], stage))
    return own
