"""A race as its document says it is, with the defaults of the rulebook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tests.oracle.journal import Journal, Plain, texts
from tests.oracle.times import day_and_time, duration, instant, shown_at

DEFAULT_TIES = ["place_sum", "best_place", "last_stage_place"]
PRECISIONS = {"1s": 1000, "100ms": 100, "10ms": 10, "1ms": 1}


def read(text: str) -> Plain:
    """The document, every scalar of it as text."""
    document: Plain = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes texts only
    return document


def by_bib(bib: str) -> tuple[Any, ...]:
    """Bibs sort naturally: runs of digits are numbers."""
    parts = re.split(r"(\d+)", bib)
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts if p), bib


@dataclass(slots=True, kw_only=True)
class Point:
    """A control to pass, or its in or its out."""

    code: str
    metres: int
    cutoffs: list[Plain]
    mandatory: bool
    source: str


class Race:
    """Definition, entries and journal of a document."""

    def __init__(self, document: Plain) -> None:
        """Read everything that does not depend on a stage's results."""
        self.document = document
        race = document["race"]
        self.zone = ZoneInfo(race["timezone"])
        self.rules: Plain = race.get("rules", {})
        self.precision = PRECISIONS[self.rules.get("precision", "1s")]
        self.rounding: str = self.rules.get("rounding", "up")
        self.tolerance = duration(self.rules.get("start_tolerance", "0:10:00"))
        self.journal = Journal(document)
        self.stages: dict[str, Plain] = {s["number"]: s for s in document["stages"]}
        self.run = [n for n, s in self.stages.items() if s.get("kind") != "rest"]
        first = min(s["date"] for s in document["stages"])
        self.starts_on = date.fromisoformat(race.get("starts_on", first))
        self.divisions: list[Plain] = document.get("divisions", [])
        self.entries: list[Plain] = document.get("entries", [])
        self.teams: list[Plain] = document.get("teams", [])

    # -- who ---------------------------------------------------------------------------------------

    def division(self, entry: Plain) -> str:
        """An entry's division; where there is one it is everyone's."""
        if "division" in entry:
            return str(entry["division"])
        return str(self.divisions[0]["code"]) if self.divisions else ""

    def runs(self, division: str, stage: str) -> bool:
        """Whether a division runs a stage (Rules 7.1)."""
        if self.stages[stage].get("kind") == "rest":
            return False
        mine = next((d for d in self.divisions if d["code"] == division), {})
        return "stages" not in mine or stage in texts(mine["stages"])

    def worn(self, entry: Plain, stage: str) -> str:
        """The bib that an entry wears on a stage (Rules 4.6)."""
        return self._bibs(stage)[id(entry)]

    def wearer(self, bib: str, stage: str) -> Plain | None:
        """Who wears a bib on a stage."""
        worn = self._bibs(stage)
        return next((e for e in self.entries if worn[id(e)] == bib), None)

    def _bibs(self, stage: str) -> dict[int, str]:
        worn = {id(e): str(e["bib"]) for e in self.entries}
        for ruling in self.journal.of("bib"):
            if int(ruling.get("stage", 0)) > int(stage):
                continue
            mine = next((k for k, bib in worn.items() if bib == ruling["bib"]), None)
            other = next((k for k, bib in worn.items() if bib == ruling.get("swap_with")), None)
            if mine is None:
                continue
            if "new_bib" in ruling:
                worn[mine] = ruling["new_bib"]
            elif other is not None:
                worn[mine], worn[other] = worn[other], worn[mine]
        return worn

    def chip_wearer(self, chip: str, stage: str) -> Plain | None:
        """Who wears a chip on a stage: by ruling, else as entered."""
        for ruling in reversed(self.journal.of("chip")):
            if ruling["chip"] == chip and int(ruling.get("stage", 0)) <= int(stage):
                return self.wearer(ruling["bib"], ruling.get("stage", stage))
        return next((e for e in self.entries if chip in texts(e.get("chips"))), None)

    def age(self, entry: Plain, stage: str) -> int | None:
        """Whole years on the day that counts (Rules 8.1)."""
        if "born" not in entry:
            return None
        born = date.fromisoformat(entry["born"])
        day = self.starts_on
        match self.rules.get("age_on", "race_start"):
            case "stage_day":
                day = date.fromisoformat(self.stages[stage]["date"])
            case "year_end":
                day = date(day.year, 12, 31)
            case _:
                pass
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def categories(self, entry: Plain, stage: str) -> list[str]:
        """The codes of the categories that an entry is in."""
        return [
            c["code"] for c in self.document.get("categories", []) if self._is_in(entry, c, stage)
        ]

    def _is_in(self, entry: Plain, category: Plain, stage: str) -> bool:
        if "team_gender" in category or "combined_age" in category:
            return False
        if "gender" in category and entry.get("gender") != category["gender"]:
            return False
        for key in ("nationality", "residence", "club"):
            if key in category and entry.get(key, "") not in texts(category[key]):
                return False
        if "tags" in category and not set(texts(entry.get("tags"))) & set(texts(category["tags"])):
            return False
        if "age" in category:
            least, most = category["age"]
            age = self.age(entry, stage)
            return age is not None and int(least) <= age and (most == "null" or age <= int(most))
        return True

    # -- where -------------------------------------------------------------------------------------

    def course(self, division: str, stage: str) -> tuple[str, ...]:
        """The controls that a division was to pass, however the stage was changed since."""
        plan = self.stages[stage]
        everywhere = [c["code"] for c in plan.get("controls", [])]
        return tuple(plan.get("courses", {}).get(division, everywhere))

    def points(self, division: str, stage: str) -> list[Point]:
        """What a division passes on a stage, from the start to the finish."""
        plan = self.stages[stage]
        ends = [
            {"code": "START", "km": "0"},
            {"code": "FINISH", "km": plan.get("distance_km", "0")},
        ]
        controls: list[Plain] = plan.get("controls", ends)
        codes = plan.get("courses", {}).get(division)
        if codes is not None:
            controls = [c for c in controls if c["code"] in codes]
        found = []
        for control in controls:
            places = ["in", "out"] if control.get("in_out") == "true" else [""]
            if control is controls[-1]:
                places = places[:1]
            for place in places:
                code = f"{control['code']}.{place}" if place else control["code"]
                cutoffs = control.get("cutoff_out" if place == "out" else "cutoff", [])
                found.append(
                    Point(
                        code=code,
                        metres=round(float(control["km"]) * 1000),
                        cutoffs=[cutoffs] if isinstance(cutoffs, dict) else cutoffs,
                        mandatory=control.get("mandatory") != "false",
                        source=control.get("source", ""),
                    )
                )
        source = self.result_from(stage)
        if source:
            last = [i for i, p in enumerate(found) if p.code == source]
            found = found[: last[0] + 1] if last else found
        return found

    # -- when --------------------------------------------------------------------------------------

    def planned(self, text: str, stage: str) -> int:
        """A time of the definition or of a ruling: the stage's day, or as the offset says."""
        moment = instant(text)
        if moment is not None:
            return moment
        day, time = day_and_time(text)
        start = date.fromisoformat(self.stages[stage]["date"])
        return shown_at(date.fromordinal(start.toordinal() + (day or 0)), time, self.zone)[0]

    # -- changed stages ----------------------------------------------------------------------------

    def change(self, stage: str) -> Plain:
        """What was decided about a stage under way (Rules 2.3)."""
        return self.journal.last("stage", stage) or {}

    def is_cancelled(self, stage: str) -> bool:
        """Zero for everyone: cancelled, or neutralised without a source of results."""
        change = self.change(stage)
        action = change.get("action")
        return action == "cancel" or (action == "neutralise" and not change.get("result_from"))

    def result_from(self, stage: str) -> str:
        """The control at which a shortened stage ends."""
        change = self.change(stage)
        if change.get("action") in ("shorten", "stop", "neutralise"):
            return str(change.get("result_from", ""))
        return ""
