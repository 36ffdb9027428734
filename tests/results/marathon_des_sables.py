"""Marathon des Sables: finishers of eight editions, and the drop-outs of six, as racefiles.

Only total times are known, so a race is one stage of that time. An age category is a tag.
"""

from __future__ import annotations

from pathlib import Path

from tests.results.racefiles import columns, rows_of
from timing.core.times import format_duration

CONSECUTIVE = ("2015",)
"""Editions that number equal totals on in the overall ranking; the others share ranks."""

_DECIDED = ("2026-06-01T18:00:00Z", "organisers")


def finishers(folder: Path, year: str) -> list[dict[str, str]]:
    """The final lines of an edition, in order."""
    return [row for row in rows_of(folder / "final_standings.csv") if row["year"] == year]


def finishers_racefile(folder: Path, year: str, equal_rank: str) -> str:
    """An edition's finishers: bib n is the n-th line."""
    lines = finishers(folder, year)
    ages = sorted({row["age_cat"] for row in lines} - {""})
    return "\n".join(
        [
            f"race: {{slug: mds-{year}, timezone: Africa/Casablanca,",
            f"  rules: {{ties: [], equal_rank: {equal_rank}}}}}",
            "categories:",
            *(f"  - {{code: {code}, gender: {code}}}" for code in "FM"),
            *(f"  - {{code: {code}, tags: {code}}}" for code in ages),
            f"stages: [{{number: 1, date: {year}-04-01}}]",
            "classifications:",
            "  - {code: gc}",
            *(f"  - {{code: gc-{code}, category: {code}}}" for code in (*"FM", *ages)),
            columns(
                "entries",
                "bib,gender,nationality,tags",
                (
                    (n, row["gender"], row["nationality"], row["age_cat"])
                    for n, row in enumerate(lines, start=1)
                ),
            ),
            columns(
                "rulings",
                "ruling,stage,bib,time,at,by",
                (
                    ("stage_time", 1, n, format_duration(int(row["seconds"]) * 1000), *_DECIDED)
                    for n, row in enumerate(lines, start=1)
                ),
            ),
        ]
    )


def drop_outs(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Those who dropped out, by year."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(folder / "dnf_records.csv"):
        found.setdefault(row["year"], []).append(row)
    return found


def stage_of(row: dict[str, str]) -> int:
    """The stage of a drop-out."""
    return int(float(row["dnf_stage"]))


def drop_outs_racefile(year: str, lines: list[dict[str, str]]) -> str:
    """An edition's drop-outs with their penalties and credits, and one who finished."""
    given = [
        (kind, stage_of(row), row["row_id"], format_duration(abs(seconds) * 1000), "", "Jury")
        for row in lines
        if (seconds := int(row["penality"]))
        for kind in ("penalty" if seconds > 0 else "credit",)
    ]
    out = [("status", stage_of(row), row["row_id"], "", "dnf", "Dropped out") for row in lines]
    finished = [("stage_time", n, "0", "5:00:00", "", "") for n in range(1, 8)]
    return "\n".join(
        [
            f"race: {{slug: mds-{year}, timezone: Africa/Casablanca}}",
            "stages:",
            *(f"  - {{number: {n}, date: {year}-04-0{n}}}" for n in range(1, 8)),
            columns(
                "entries",
                "bib,gender",
                [("0", ""), *((row["row_id"], row["sex"][:1]) for row in lines)],
            ),
            columns(
                "rulings",
                "ruling,stage,bib,time,status,reason,at,by",
                ((*ruling, *_DECIDED) for ruling in (*given, *out, *finished)),
            ),
        ]
    )
