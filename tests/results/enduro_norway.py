"""Norwegian mountain bike enduro: ten events as racefiles, a class being a division.

A class runs the stages that anybody of it has a time on. Times are declared, as printed.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.results.racefiles import columns, rows_of
from timing.core.times import Duration, format_exact_duration, parse_duration

CLEAN = {
    "drammen-2025": "10ms",
    "drammen-2026": "10ms",
    "ringerike-2019": "1s",
    "sormarka-2025": "10ms",
    "telemark-2022": "1s",
    "trysil-2022": "1ms",
    "trysil-2024": "10ms",
}
"""Events without unexplained totals, and the precision of each: see the set's SOURCE.md."""

_DECIDED = "2026-06-01T18:00:00Z,timekeepers"


def duration(text: str) -> Duration | None:
    """A time as printed, ``29.5`` being seconds; None for a blank, DNS or DNF."""
    if not re.fullmatch(r"[\d:.]+", text):
        return None
    return parse_duration(text if ":" in text else f"0:{text.zfill(5 if '.' in text else 2)}")


def results(folder: Path, event: str) -> list[dict[str, str]]:
    """The lines of an event, stages and totals."""
    return [row for row in rows_of(folder / "results_long.csv") if row["event"] == event]


def racefile(folder: Path, event: str, *, equal_rank: str) -> str:
    """A clean event as a racefile; ranks of equal times are ``shared`` or ``consecutive``."""
    lines = results(folder, event)
    stages = [row for row in lines if row["kind"] == "stage"]
    run: dict[str, set[int]] = defaultdict(set)
    for row in stages:
        if duration(row["time"]) is not None:
            run[row["class"]].add(int(row["stage"]))
    codes = {name: f"D{n}" for n, name in enumerate(run, start=1)}
    numbers = sorted(set().union(*run.values()))
    entered = {row["bib"]: row["class"] for row in lines}
    return "\n".join(
        [
            f"race: {{slug: {event}, timezone: Europe/Oslo,",
            f"  rules: {{precision: {CLEAN[event]}, ties: [], equal_rank: {equal_rank}}}}}",
            "divisions:",
            *(f"  - {{code: {codes[name]}, stages: {sorted(run[name])}}}" for name in run),
            "stages:",
            *(f"  - {{number: {number}, date: 2026-06-01}}" for number in numbers),
            columns(
                "entries",
                "bib,division",
                ((bib, codes[name]) for bib, name in entered.items() if name in codes),
            ),
            columns(
                "rulings",
                "ruling,stage,bib,time,at,by",
                (
                    (
                        "stage_time",
                        row["stage"],
                        row["bib"],
                        format_exact_duration(time),
                        *_DECIDED.split(","),
                    )
                    for row in stages
                    if (time := duration(row["time"])) is not None
                ),
            ),
        ]
    )


def totals(folder: Path, event: str) -> dict[str, tuple[Duration, int, str]]:
    """By bib: the total, the position within the class, the class; of those who have a total."""
    found = {}
    for row in results(folder, event):
        total = duration(row["time"])
        if row["kind"] == "total" and total is not None:
            position = int(re.sub(r"\D", "", row["position"]))
            found[row["bib"]] = (total, position, row["class"])
    return found


# With starts and finishes -------------------------------------------------------------------

OPEN = 'start: {mode: window, open: "00:00"}'
"""Everybody starts when they like: their own start counts."""


def sportident(folder: Path) -> list[dict[str, Any]]:
    """Everybody in the file of SPORTident Center."""
    text = (folder / "sportident_hakadal_2019.json").read_text(encoding="utf-8")
    results: list[dict[str, Any]] = json.loads(text)["results"]
    return results


def clock(text: str) -> timedelta:
    """``+00:18:38:05.000``: days, hours, minutes, seconds since the day began."""
    days, hours, minutes, seconds = text.removeprefix("+").split(":")
    return timedelta(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def sportident_racefile(folder: Path) -> str:
    """Hakadal 2019 from its starts and finishes, a class being a division."""
    midnight = datetime.fromisoformat("2019-03-02T00:00:00+01:00")
    riders = sportident(folder)
    classes = {r["athlete"]["class"]: f"D{n}" for n, r in enumerate(riders)}
    passings = [
        (number, control, rider["athlete"]["bib"], (midnight + clock(stage[key])).isoformat())
        for rider in riders
        for number, stage in enumerate(rider["stages"] or (), start=1)
        for control, key in (("START", "actualStartTime"), ("FINISH", "actualFinishTime"))
    ]
    return _timed(
        "race: {slug: hakadal-2019, timezone: Europe/Oslo, rules: {ties: []}}",
        [f"{{number: {n}, date: 2019-03-02, {OPEN}}}" for n in range(1, 5)],
        [(r["athlete"]["bib"], classes[r["athlete"]["class"]]) for r in riders],
        [(*p[:3], p[3], "chip") for p in passings],
    )


def eqtiming(folder: Path) -> list[dict[str, str]]:
    """Everybody on every stage of Harstad 2019 who has a time."""
    lines = rows_of(folder / "eqtiming_harstad_2019.csv")
    return [line for line in lines if line["status"] == "TIME"]


def stage_of(line: dict[str, str]) -> int:
    """``4`` of ``Mål FE4``."""
    return int(line["point"][-1])


def eqtiming_racefile(folder: Path, rounding: str) -> str:
    """Harstad 2019 from its starts and finishes, in tenths of a second."""
    lines = eqtiming(folder)
    bibs = dict.fromkeys(line["bib"] for line in lines)
    passings = [
        # Sources finer than a millisecond are cut to one: clocks count what is over.
        (stage_of(line), control, line["bib"], f"{line[key][:23]}Z", "chip")
        for line in lines
        for control, key in (("START", "start_time"), ("FINISH", "passing_time"))
    ]
    return _timed(
        "race: {slug: harstad-2019, timezone: UTC,"
        f" rules: {{precision: 100ms, rounding: {rounding}}}}}",
        [f"{{number: {n}, date: 2019-08-25, {OPEN}}}" for n in range(1, 6)],
        [(bib, "all") for bib in bibs],
        passings,
    )


def _timed(
    race: str,
    stages: Iterable[str],
    entries: Iterable[tuple[str, str]],
    passings: Iterable[tuple[object, ...]],
) -> str:
    entered = list(entries)
    divisions = dict.fromkeys(division for _, division in entered)
    return "\n".join(
        [
            race,
            "divisions:",
            *(f"  - {{code: {division}}}" for division in divisions),
            "stages:",
            *(f"  - {stage}" for stage in stages),
            columns("entries", "bib,division", entered),
            columns("passings", "stage,control,bib,time,source", passings),
        ]
    )
