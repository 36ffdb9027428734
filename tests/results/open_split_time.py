"""OpenSplitTime's fixtures: ultras with aid stations in and out, laps, drops and planted errors.

A race of one stage for every event and day of start. Everybody has their own start; the controls
of a lap stand behind those of the lap before. Effort names are the entries' ids.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.results.racefiles import columns, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A time as recorded; ``elapsed`` is OpenSplitTime's, in seconds, None where it has none."""

    record: str
    effort: str
    code: str
    time: datetime
    is_start: bool
    elapsed: float | None


@dataclass(slots=True)
class Start:
    """An event's efforts that started on one day."""

    name: str
    day: str
    controls: dict[tuple[int, float], str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def racefile(self) -> str:
        """The race, as it would be written."""
        bibs = {effort: n for n, effort in enumerate(dict.fromkeys(s.effort for s in self.seen), 1)}
        slug = self.name.replace("_", "-")
        return "\n".join(
            [
                f"race: {{slug: {slug}, timezone: UTC, rules: {{precision: 10ms}}}}",
                "stages:",
                "  - number: 1",
                f"    date: {self.day}",
                '    start: {mode: window, open: "00:00"}',
                "    controls:",
                *(f"      - {self.controls[key]}" for key in sorted(self.controls)),
                columns("entries", "id,bib", bibs.items()),
                columns(
                    "passings",
                    "id,stage,control,bib,time",
                    ((s.record, 1, s.code, bibs[s.effort], s.time.isoformat()) for s in self.seen),
                ),
            ]
        )


def starts(folder: Path) -> list[Start]:
    """Everything that was recorded, by event and day."""
    events = {row["effort"]: row["event"] for row in rows_of(folder / "efforts.csv")}
    splits = {row["split"]: row for row in rows_of(folder / "splits.csv")}
    efforts: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(folder / "split_times.csv"):
        efforts[row["effort"]].append(row)
    courses: dict[str, list[dict[str, str]]] = defaultdict(list)
    for split in splits.values():
        courses[split["course"]].append(split)
    found: dict[tuple[str, str], Start] = {}
    for effort, recorded in efforts.items():
        day = min(row["absolute_time"] for row in recorded)[:10]
        start = found.setdefault((events[effort], day), Start(events[effort], day))
        for row in recorded:
            split, lap = splits[row["split"]], int(row["lap"])
            # All of a lap, whether or not anybody was seen there.
            for one in courses[split["course"]]:
                _add_control(start, lap, one, courses[split["course"]])
            code = _code(lap, split)
            if _is_aid(split):
                code += {"1": ".in", "64": ".out"}[row["sub_split_bitkey"]]
            start.seen.append(
                Seen(
                    record=row["split_time"],
                    effort=effort,
                    code=code,
                    time=datetime.fromisoformat(row["absolute_time"]),
                    is_start=split["kind"] == "0" and lap == 1,
                    elapsed=float(row["elapsed_seconds"]) if row["elapsed_seconds"] else None,
                )
            )
    return list(found.values())


def _is_aid(split: dict[str, str]) -> bool:
    return split["sub_split_bitmap"] == "65"


def _code(lap: int, split: dict[str, str]) -> str:
    return f"L{lap}-{split['distance_from_start']}"


def _add_control(
    start: Start, lap: int, split: dict[str, str], course: list[dict[str, str]]
) -> None:
    distance = float(split["distance_from_start"])
    length = max(float(one["distance_from_start"]) for one in course)
    km = (length * (lap - 1) + distance) / 1000
    aid = ", in_out: true" * _is_aid(split)
    start.controls[lap, distance] = f"{{code: {_code(lap, split)}, km: {km:.3f}{aid}}}"
