"""Races made up from a seed: small fields, many ties, and times exactly at the limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests.oracle.journal import Plain

T = TypeVar("T")

ZONE = ZoneInfo("Europe/Zurich")
BIBS = ("1", "2", "10", "007", "7a", "12")
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
LEGS = (
    *(60 * MINUTE,) * 4,
    60 * MINUTE + 400,
    60 * MINUTE - 400,
    60 * MINUTE + SECOND,
    60 * MINUTE + 999,
    61 * MINUTE,
    90 * MINUTE,
    90 * MINUTE,
    120 * MINUTE,
    15 * HOUR,
)
SOURCES = ("chip", "chip", "chip", "photo", "line_crew", "checkpoint", "paper", "director")


def racefile(seed: int) -> str:
    """The racefile of a seed."""
    return as_text(MadeUp(Random(seed)).document())


def as_text(document: Plain) -> str:
    """A document as YAML, a line for each item of its lists."""
    found = []
    for key, value in document.items():
        if key == "passings":
            found += [f"{key}: |", *(f"  {line}" for line in value.splitlines())]
        elif isinstance(value, list):
            found += [f"{key}:", *(f"  - {json.dumps(v, ensure_ascii=False)}" for v in value)]
        else:
            found.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    return "".join(f"{line}\n" for line in found)


class MadeUp:
    """One race, drawn part by part."""

    def __init__(self, random: Random) -> None:
        """Every draw comes from here."""
        self.random = random
        self.at_night = self.chance(0.15)
        self.gun = (20 if self.at_night else 8) * HOUR
        self.first = date(2026, 10, 24) if self.at_night else date(2026, 8, 28)
        self.records: list[str] = []
        self.bibs = list(BIBS[: random.randint(2, 6)])
        self.stages: list[Plain] = []
        self.codes: dict[str, list[str]] = {}
        self.divided = self.chance(0.35)
        self.passings: list[str] = []

    def chance(self, share: float) -> bool:
        """True in that share of races."""
        return self.random.random() < share

    def any(self, *values: T) -> T:
        """Any of some values."""
        return self.random.choice(values)

    def some(self, values: Sequence[T]) -> list[T]:
        """One or more of some values, in any order."""
        return self.random.sample(values, self.random.randint(1, len(values)))

    # -- definition --------------------------------------------------------------------------------

    def document(self) -> Plain:
        """A whole race."""
        rules = self.rules()
        divisions: list[Plain] = []
        if self.divided:
            short: Plain = {"code": "short"} | ({"stages": ["1"]} if self.chance(0.5) else {})
            divisions = [{"code": "full"}, short]
        count = self.any(1, 2, 2, 3)
        self.stages = [self.stage(n) for n in range(1, count + 1)]
        race = {
            "slug": "made-up",
            "timezone": "Europe/Zurich",
            "starts_on": self.first.isoformat(),
            "rules": rules,
        }
        entries = [self.entry(bib) for bib in self.bibs]
        for stage in self.stages:
            if stage.get("kind") != "rest":
                for entry in entries:
                    self.run(stage, entry)
        for _ in range(self.any(0, 0, 1, 2)):
            self.stray()
        rulings = [r for n in range(self.any(0, 1, 2, 3, 4, 6)) for r in self.ruling(n)]
        self.random.shuffle(self.passings)
        self.random.shuffle(rulings)
        return {
            "format": "1",
            "race": race,
            **({"divisions": divisions} if divisions else {}),
            "categories": [
                {"code": "W", "gender": "F"},
                {"code": "V", "age": ["40", "49"]},
            ],
            "stages": self.stages,
            "classifications": self.classifications(divisions),
            "entries": entries,
            **({"passings": "".join(f"{x}\n" for x in self.passings)} if self.passings else {}),
            **({"rulings": rulings} if rulings else {}),
        }

    def rules(self) -> Plain:
        """Rules of the race, most of them often left out."""
        choices: dict[str, Callable[[], Any]] = {
            "precision": lambda: self.any("1s", "100ms", "10ms", "1ms"),
            "rounding": lambda: self.any("up", "down", "nearest"),
            "round": lambda: "total",
            "incomplete": lambda: self.any("below", "hidden"),
            "missed_control": lambda: self.any("query", "dnf", {"penalty": "0:20:00"}),
            "ties": self.ties,
            "equal_rank": lambda: "consecutive",
            "age_on": lambda: self.any("stage_day", "year_end"),
            "cutoff": lambda: self.any(
                {"inclusive": "false"},
                {"outcome": "unranked"},
                {"outcome": "dnf"},
                {"apply": "confirm"},
            ),
            "start_tolerance": lambda: "0:02:00",
            "after_out": lambda: self.any("ranked_on_stages", "refuse"),
            "limit": lambda: self.any("4:00:00", "5:01:00"),
        }
        return {key: draw() for key, draw in choices.items() if self.chance(0.22)}

    def ties(self) -> list[Any]:
        """A tie chain."""
        links: list[Any] = [
            "place_sum",
            "best_place",
            "last_stage_place",
            "first_stage_time",
            "fractions",
            {"fractions": ["1"]},
        ]
        return self.random.sample(links, self.random.randint(0, 3))

    def classifications(self, divisions: list[Plain]) -> list[Plain]:
        """Boards by time: of each division, of all, of women, of some stages."""
        found: list[Plain] = [
            {"code": f"gc-{d['code']}", "division": d["code"]} for d in divisions
        ] or [{"code": "gc"}]
        found.append({"code": "all"})
        found.append({"code": "women", "category": "W"})
        if self.chance(0.5):
            found.append({"code": "veterans", "category": "V", "incomplete": "below"})
        if len(self.stages) > 1 and self.chance(0.5):
            found.append(
                {"code": "some", "stages": self.some(list(self.codes)), "ties": self.ties()}
            )
        return found

    def stage(self, number: int) -> Plain:
        """A stage of two to four controls, or a day of rest."""
        day = (self.first + timedelta(days=number - 1)).isoformat()
        if number > 1 and self.chance(0.07):
            return {"number": str(number), "date": day, "kind": "rest"}
        controls: list[Plain] = [{"code": "START", "km": "0"}]
        codes = ["START"]
        if self.chance(0.6):
            controls.append({"code": "CP", "km": "6"} | self.cutoffs("cutoff"))
            if self.chance(0.3):
                controls[-1]["mandatory"] = "false"
            codes.append("CP")
            if self.chance(0.4):
                out = self.cutoffs("cutoff_out")
                controls.append(
                    {"code": "HUT", "km": "12", "in_out": "true"} | self.cutoffs("cutoff") | out
                )
                codes += ["HUT.in", "HUT.out"]
        controls.append({"code": "FINISH", "km": "18"} | self.cutoffs("cutoff", at_finish=True))
        codes.append("FINISH")
        for control in controls:
            if self.chance(0.1):
                control["source"] = self.any("paper", "line_crew")
        self.codes[str(number)] = codes
        stage: Plain = {
            "number": str(number),
            "date": day,
            "start": self.start(number),
            "controls": controls,
        }
        if self.chance(0.06):
            stage["kind"] = "untimed"
        if self.divided and len(controls) > 2 and self.chance(0.4):
            stage["courses"] = {"short": [c["code"] for c in controls[: self.any(2, 3)]]}
        return stage

    def clock(self, after: int) -> str:
        """A time of day of the definition so long after the gun."""
        days, rest = divmod(self.gun + after, 24 * HOUR)
        text = f"{rest // HOUR:02}:{rest // MINUTE % 60:02}"
        return f"+{days} {text}" if days else text

    def start(self, number: int) -> Plain:
        """A mass start, waves, or a window."""
        match self.any("mass", "mass", "waves", "window"):
            case "waves":
                who: Any = {"bibs": self.some(self.bibs)}
                if number > 1 and self.chance(0.5):
                    who = {"rank": ["1", self.any("1", "2")]}
                if self.chance(0.3):
                    who = [who, {"category": "W"}]
                waves = [
                    {"code": "elite", "at": self.clock(30 * MINUTE), "who": who},
                    {"code": "rest", "at": self.clock(0)},
                ]
                basis = {"basis": "own"} if self.chance(0.2) else {}
                return {"mode": "waves", "waves": waves} | basis
            case "window":
                window: Plain = {"mode": "window", "open": self.clock(0)}
                if self.chance(0.5):
                    window["close"] = self.clock(30 * MINUTE)
                if self.chance(0.6):
                    window["early"] = self.any("reset", "refuse", {"penalty": "0:05:00"})
                return window
            case _:
                basis = {"basis": "own"} if self.chance(0.25) else {}
                return {"mode": "mass", "at": self.clock(0)} | basis

    def cutoffs(self, key: str, *, at_finish: bool = False) -> Plain:
        """Often none, else one or two limits that runners come to exactly."""
        if self.chance(0.65):
            return {}
        found = [self.cutoff(at_finish=at_finish) for _ in range(self.any(1, 1, 2))]
        if len(found) > 1:
            found[0][self.any("category", "division")] = "W"
            if "division" in found[0]:
                found[0]["division"] = "short"
            if not self.divided:
                found[0].pop("division", None)
                found[0]["category"] = "W"
        return {key: found[0] if len(found) == 1 else found}

    def cutoff(self, *, at_finish: bool) -> Plain:
        """A limit with what it leads to."""
        measures: list[Plain] = [
            {"at": self.clock(self.any(60, 61, 90, 120, 180) * MINUTE)},
            {"elapsed": self.any("1:00:00", "1:01:00", "2:00:00", "3:00:00")},
            {"elapsed_gun": self.any("1:00:00", "2:00:00", "3:00:00")},
            {"min_speed_kmh": self.any("6", "4", "7")},
        ]
        if at_finish:
            measures.append({"percent_of_winner": self.any("100", "120", "150")})
        limit = self.random.choice(measures)
        if self.chance(0.6):
            limit["outcome"] = self.any(
                "out", "dnf", "unranked", {"penalty": "0:10:00"}, {"strikes": "2"}
            )
        for key, value in (("hard", "false"), ("inclusive", "false"), ("apply", "confirm")):
            if self.chance(0.1):
                limit[key] = value
        return limit

    # -- entries and passings ----------------------------------------------------------------------

    def entry(self, bib: str) -> Plain:
        """An entry, with a birthday near the days that count."""
        entry: Plain = {"bib": bib, "gender": self.any("F", "F", "M")}
        if self.divided:
            entry["division"] = self.any("full", "full", "short")
        if self.chance(0.7):
            entry["born"] = self.any("1986-08-28", "1986-08-29", "1986-12-31", "1976-01-01")
        if self.chance(0.3):
            entry["chips"] = [f"C{bib}"]
        return entry

    def shown(self, stage: Plain, after: int) -> str:
        """A time so long after the gun, in any form a record may have it."""
        start = date.fromisoformat(stage["date"])
        midnight = datetime.combine(start, datetime.min.time(), ZONE).astimezone(UTC)
        moment = midnight + timedelta(milliseconds=self.gun + after)
        local = moment.astimezone(ZONE)
        if self.chance(0.15):
            return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        text = local.strftime("%H:%M:%S.%f")[:-3].removesuffix(".000")
        if self.chance(0.06):
            text = text[:5]
        if self.chance(0.2):
            return f"+{(local.date() - start).days} {text}"
        return text

    def read(self, stage: Plain, control: str, entry: Plain, after: int, source: str) -> None:
        """Write down a passing."""
        bib, keys = entry["bib"], {"id": f"p{len(self.passings)}"}
        if source != "checkpoint":
            keys["source"] = source
        if "chips" in entry and self.chance(0.3):
            bib, keys["chip"] = "-", entry["chips"][0]
        if self.chance(0.06):
            keys["uncertainty_ms"] = self.any("500", "1000", "60000")
        words = " ".join(f"{k}={v}" for k, v in keys.items())
        time = self.shown(stage, after)
        self.passings.append(f"{stage['number']} {control} {bib} {time} {words}")
        self.records.append(keys["id"])

    def run(self, stage: Plain, entry: Plain) -> None:
        """What was seen of an entry on a stage: all of it, part of it, or nothing."""
        codes = self.codes[stage["number"]]
        if self.chance(0.08):
            return
        after = self.any(0, 0, 1, 30, 600, 601, -1, -20, 1200) * SECOND
        if stage["start"]["mode"] == "waves" and self.chance(0.4):
            after += 30 * MINUTE
        reached = len(codes) if self.chance(0.85) else self.random.randint(0, len(codes))
        source = self.any(*SOURCES)
        for code in codes[:reached]:
            if self.chance(0.92) and (code != "START" or self.chance(0.8)):
                self.read(stage, code, entry, after, source)
                if self.chance(0.08):
                    self.again(stage, code, entry, after)
            after = max(after, 0) if code == "START" else after
            after += 10 * MINUTE if code == "HUT.in" else self.any(*LEGS)

    def again(self, stage: Plain, code: str, entry: Plain, after: int) -> None:
        """A second read of one moment: a duplicate, or a backup."""
        apart = self.any(-40, -31, -30, -1, 0, 1, 30, 59, 60, 61, 700) * SECOND
        self.read(stage, code, entry, after + apart, self.any(*SOURCES))

    def stray(self) -> None:
        """A read out of place, or of nobody."""
        stage = self.random.choice([s for s in self.stages if s.get("kind") != "rest"])
        bib = self.any(*self.bibs, "99", "1*")
        code = self.random.choice(self.codes[stage["number"]])
        minutes = self.any(-20, 0, 30, 60, 61, 90, 120, 180, 240)
        self.read(stage, code, {"bib": bib}, minutes * MINUTE, self.any(*SOURCES))

    # -- rulings -----------------------------------------------------------------------------------

    def ruling(self, n: int) -> list[Plain]:
        """A ruling, or none where the drawn one has nothing to be about."""
        number = self.random.choice(list(self.codes))
        stage = next(s for s in self.stages if s["number"] == number)
        makers = (
            self.penalty,
            self.penalty,
            self.credit,
            self.bonus,
            self.status,
            self.status,
            self.stage_time,
            self.finish_order,
            self.corrected_gun,
            self.own_start,
            self.cutoff_move,
            self.close,
            self.stage_change,
            self.void,
            self.assign,
            self.confirm,
        )
        made = self.random.choice(makers)(stage)
        if not made:
            return []
        day = self.first + timedelta(days=self.any(0, 0, 1, 2))
        ruling = {
            **made,
            "id": f"r{n}",
            "by": "jury",
            "reason": "said",
            "at": f"{day.isoformat()}T{self.any('05', '06', '07', '12', '18', '18')}:00:00Z",
        }
        earlier = [r for r in self.records if r.startswith("r")]
        if earlier and made["ruling"] != "void" and self.chance(0.15):
            ruling["supersedes"] = [self.random.choice(earlier)]
        if made["ruling"] != "void":
            self.records.append(ruling["id"])
        return [ruling]

    def time(self) -> str:
        """An amount that makes and breaks ties."""
        return self.any("0:01:00", "0:30:00", "0:00:01", "1:00:00", "0:00:00.4", "5:00:00")

    def whom(self) -> Plain:
        """One bib, several, or nobody's."""
        if self.chance(0.3):
            return {"bibs": self.some(self.bibs)}
        return {"bib": self.random.choice([*self.bibs, *self.bibs, "99"])}

    def penalty(self, stage: Plain) -> Plain:
        """A penalty of an entry, a division, or a wave."""
        made: Plain = {"ruling": "penalty", "stage": stage["number"], "time": self.time()}
        if self.chance(0.1) and self.divided:
            made["division"] = "short"
        elif self.chance(0.2) and stage["start"]["mode"] == "waves":
            made["wave"] = self.any("elite", "rest")
        else:
            made |= self.whom()
        if self.chance(0.3):
            made["scope"] = "gc"
        if self.chance(0.2):
            made["count"] = "2"
        if self.chance(0.1):
            made["served"] = self.codes[stage["number"]][-1]
        return made

    def credit(self, stage: Plain) -> Plain:
        """A credit, perhaps one that extends cut-offs."""
        made = {"ruling": "credit", "stage": stage["number"], "time": self.time()} | self.whom()
        if self.chance(0.4):
            made["extends_cutoffs"] = "true"
        if self.chance(0.2):
            made["scope"] = "gc"
        return made

    def bonus(self, stage: Plain) -> Plain:
        """A bonus."""
        return {"ruling": "bonus", "stage": stage["number"], "time": "0:00:10"} | self.whom()

    def status(self, stage: Plain) -> Plain:
        """A status, of a stage or of the whole race."""
        statuses = ("dns", "dnf", "otl", "dsq", "withdrawn", "unranked", "reinstated", "reinstated")
        made = {"ruling": "status", "status": self.any(*statuses)} | self.whom()
        return made if self.chance(0.1) else made | {"stage": stage["number"]}

    def stage_time(self, stage: Plain) -> Plain:
        """A declared time, perhaps with a place."""
        made: Plain = {
            "ruling": "stage_time",
            "stage": stage["number"],
            "bib": self.random.choice(self.bibs),
            "time": self.any("2:00:00", "1:00:00", "2:00:00.4", "3:30:00"),
        }
        if self.chance(0.3):
            made["place"] = "1"
        return made

    def finish_order(self, stage: Plain) -> Plain:
        """A line judge's order."""
        made: Plain = {
            "ruling": "finish_order",
            "stage": stage["number"],
            "bibs": self.random.sample(self.bibs, len(self.bibs)),
        }
        return made | ({"joint": "true"} if self.chance(0.3) else {})

    def corrected_gun(self, stage: Plain) -> Plain:
        """The actual gun."""
        made: Plain = {"ruling": "start", "stage": stage["number"]}
        if stage["start"]["mode"] == "waves":
            made["wave"] = self.any("elite", "rest")
        return made | {"to": self.clock(self.any(1, 5) * MINUTE)}

    def own_start(self, stage: Plain) -> Plain:
        """A start of one entry, given or posted."""
        bib = self.random.choice(self.bibs)
        if self.chance(0.3) and stage["start"].get("basis") != "own":
            starts = {bib: self.clock(self.any(1, 5) * MINUTE)}
            if stage["start"]["mode"] != "window":
                return {"ruling": "start_list", "stage": stage["number"], "starts": starts}
        to = self.clock(self.any(0, 5, 10) * MINUTE)
        return {"ruling": "start", "stage": stage["number"], "bib": bib, "to": to}

    def cutoff_move(self, stage: Plain) -> Plain:
        """A cut-off moved, or set where there was none."""
        code = self.random.choice(self.codes[stage["number"]][1:])
        made: Plain = {"ruling": "cutoff", "stage": stage["number"], "control": code}
        made |= self.any({"to": self.clock(self.any(60, 61, 120) * MINUTE)}, {"elapsed": "1:00:00"})
        if self.divided and self.chance(0.2):
            made["division"] = self.any("full", "short")
        return made

    def close(self, stage: Plain) -> Plain:
        """A control closed."""
        code = self.random.choice(self.codes[stage["number"]][1:])
        return {"ruling": "close", "stage": stage["number"], "control": code}

    def stage_change(self, stage: Plain) -> Plain:
        """A stage cancelled, neutralised, shortened or stopped."""
        made: Plain = {"ruling": "stage", "stage": stage["number"]}
        between = [c for c in self.codes[stage["number"]][1:-1] if c != "HUT.out"]
        match self.any("cancel", "neutralise", "shorten", "stop"):
            case "shorten" if between:
                made |= {"action": "shorten", "result_from": self.random.choice(between)}
                if self.chance(0.3):
                    made["for_stopped"] = self.any("winner", "last")
            case "stop":
                made |= {"action": "stop", "for_stopped": self.any("winner", "last")}
            case "neutralise":
                made["action"] = "neutralise"
            case _:
                made["action"] = "cancel"
        return made

    def void(self, _: Plain) -> Plain:
        """A record that counts no more."""
        return (
            {"ruling": "void", "record": self.random.choice(self.records)} if self.records else {}
        )

    def assign(self, _: Plain) -> Plain:
        """A read that was another's."""
        reads = [r for r in self.records if r.startswith("p")]
        if not reads:
            return {}
        bib = self.random.choice(self.bibs)
        return {"ruling": "assign", "record": self.random.choice(reads), "bib": bib}

    def confirm(self, stage: Plain) -> Plain:
        """A read that is right, or a control that was missed."""
        reads = [r for r in self.records if r.startswith("p")]
        if reads and self.chance(0.4):
            return {"ruling": "confirm", "record": self.random.choice(reads)}
        between = self.codes[stage["number"]][1:-1]
        if not between:
            return {}
        control = self.random.choice(between)
        return {"ruling": "confirm", "stage": stage["number"], "control": control} | self.whom()
