"""Tour de France Femmes 2022-2024 as racefiles, one an edition.

Stage times and places are declared by rulings, as they were by the timekeepers of the race;
bonuses and penalties touch the general classification only. A rider who does not finish just
stops appearing: she is ruled to be DNF on the next stage. The youth list is a tag of those in it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from timing.core.times import format_duration

YEARS = ("2022", "2023", "2024")
STAGES = range(1, 9)

Ranked: TypeAlias = tuple[str, int, int]
"""Who, the rank, and seconds."""


def rows(folder: Path, name: str, year: str) -> list[dict[str, str]]:
    """The lines of one year in one of the set's files."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["year"] == year]


def racefile(folder: Path, year: str, *, adjustments: bool = True) -> str:
    """An edition as a racefile; without ``adjustments``, bonuses and penalties are left out."""
    stages = rows(folder, "stage_individual.csv", year)
    bibs = _bibs(stages, rows(folder, "gc_final.csv", year))
    teams = {row["rider"]: row["team"] for row in stages}
    codes = {team: f"T{n}" for n, team in enumerate(dict.fromkeys(teams.values()), start=1)}
    youth = {row["rider"] for row in rows(folder, "stage_youth.csv", year)}
    decided = f"{year}-08-01T12:00:00Z,timekeepers,official"
    rulings = ["ruling,stage,bib,time,place,scope,at,by,reason,status"]
    last = {row["rider"]: int(row["stage"]) for row in stages}
    rulings += [
        f"status,{stage + 1},{bibs[rider]},,,,{decided},dnf"
        for rider, stage in last.items()
        if stage < STAGES[-1]
    ]
    for row in stages:
        stage, bib = row["stage"], bibs[row["rider"]]
        time = _duration(row["seconds"])
        rulings.append(f"stage_time,{stage},{bib},{time},{row['rank']},,{decided},")
        if adjustments and row["bonus_s"] != "0":
            rulings.append(f"bonus,{stage},{bib},{_duration(row['bonus_s'])},,,{decided},")
        if adjustments and row["penalty_s"] != "0":
            rulings.append(f"penalty,{stage},{bib},{_duration(row['penalty_s'])},,gc,{decided},")
    entries = ["id,bib,name,gender,division,team,tags"]
    entries += [
        f'e{bib},{bib},"{rider}",F,all,{codes[teams[rider]]},{"youth" * (rider in youth)}'
        for rider, bib in bibs.items()
    ]
    return "\n".join(
        [
            "format: 1",
            f"race: {{slug: tour-femmes-{year}, name: Tour de France Femmes {year},",
            f"  timezone: Europe/Paris, starts_on: {year}-07-20,",
            "  rules: {ties: [place_sum, last_stage_place]}}",
            "divisions: [{code: all, name: All}]",
            "stages:",
            *(f"  - {_stage(year, number)}" for number in STAGES),
            "categories: [{code: youth, tags: youth}]",
            "team_kinds: [{code: team, size: [3, 7], time: {best: 3}}]",
            "classifications:",
            "  - {code: gc, name: General, of: solo, division: all}",
            "  - {code: youth, name: Youth, of: solo, division: all, category: youth}",
            "  - {code: teams, name: Teams, of: team, division: all, kind: team}",
            _block("entries", entries),
            _block("teams", ["code,name", *(f'{code},"{team}"' for team, code in codes.items())]),
            _block("rulings", rulings),
        ]
    )


def _bibs(stages: Iterable[dict[str, str]], final: Iterable[dict[str, str]]) -> dict[str, str]:
    """Bibs of finishers as given; whoever did not finish gets one that nobody wears."""
    bibs = {row["rider"]: row["bib"] for row in final}
    for row in stages:
        bibs.setdefault(row["rider"], f"x{len(bibs)}")
    return bibs


def official_of_stages(folder: Path, year: str, name: str, who: str) -> dict[int, list[Ranked]]:
    """The lists of every stage in a file: rider or team, rank, seconds."""
    found: dict[int, list[Ranked]] = defaultdict(list)
    for row in rows(folder, name, year):
        found[int(row["stage"])].append((row[who], int(row["rank"]), int(row["seconds"])))
    return dict(found)


def _duration(seconds: str) -> str:
    return format_duration(int(seconds) * 1000)


def _stage(year: str, number: int) -> str:
    start = 'start: {mode: mass, at: "12:00"}'
    return f"{{number: {number}, date: {year}-07-{19 + number}, distance_km: 100, {start}}}"


def _block(key: str, lines: Iterable[str]) -> str:
    return "\n".join([f"{key}: |", *(f"  {line}" for line in lines)])


def official_totals(folder: Path, year: str) -> list[tuple[str, int, int]]:
    """The final classification: rider, rank, seconds."""
    return [
        (row["rider"], int(row["rank"]), int(row["seconds"]))
        for row in rows(folder, "gc_final.csv", year)
    ]


def official_after(folder: Path, year: str) -> dict[int, list[tuple[str, int, int]]]:
    """The classifications after stages that are known: rider, rank, seconds."""
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for row in rows(folder, "gc_after_stage.csv", year):
        found[int(row["stage"])].append((row["rider"], int(row["rank"]), int(row["seconds"])))
    return dict(found)
