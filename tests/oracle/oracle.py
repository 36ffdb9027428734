"""A race's results, in the form of `timing compute --all --format json`."""

from __future__ import annotations

from typing import Any

from tests.oracle.boards import Line, board_after
from tests.oracle.journal import Plain, made_at
from tests.oracle.race import Race
from tests.oracle.stages import Result, Stages
from tests.oracle.starts import Ranks
from tests.oracle.times import iso


class RanksBefore(Ranks):
    """Ranks after the stage before one, by rulings made up to its first gun (Rules 3.6)."""

    def __init__(self, document: Plain) -> None:
        """Results are computed when they are asked for."""
        self._document = document
        self._known: dict[tuple[str, str], dict[str, int | None]] = {}

    def rank(self, board: str, entry: Plain, stage: str) -> int | None:
        """As in the base class."""
        race = Race(self._document)
        boards = boards_of(race)
        code = board or next(
            b["code"]
            for b in boards
            if b.get("of", "solo") == "solo" and b.get("division", "") in (race.division(entry), "")
        )
        if (code, stage) not in self._known:
            self._known[code, stage] = self._ranks(race, code, stage)
        return self._known[code, stage].get(str(entry.get("id", entry["bib"])))

    def _ranks(self, race: Race, code: str, stage: str) -> dict[str, int | None]:
        before = [n for n in race.run if int(n) < int(stage)]
        if not before:
            return {}
        gun = min(race.planned(w["at"], stage) for w in race.stages[stage]["start"]["waves"])
        then = dict(self._document)
        then["rulings"] = [
            r for r in self._document.get("rulings", []) if made_at({"id": "", **r})[0] <= gun
        ]
        then["stages"] = [s for s in self._document["stages"] if int(s["number"]) < int(stage)]
        earlier = Race(then)
        board = next(b for b in boards_of(race) if b["code"] == code)
        lines = board_after(earlier, Stages(earlier, RanksBefore(then)), board, before[-1])
        return {line.identity: line.rank for line in lines}


def boards_of(race: Race) -> list[Plain]:
    """The classifications, those of a race that names none too."""
    if "classifications" in race.document:
        return list(race.document["classifications"])
    found: list[Plain] = []
    if len(race.divisions) > 1:
        found += [{"code": f"gc-{d['code']}", "division": d["code"]} for d in race.divisions]
    else:
        found.append({"code": "gc"})
    return found


def results(document: Plain) -> Plain:
    """Boards by code and stage, and stages, each with lines in order."""
    race = Race(document)
    stages = Stages(race, RanksBefore(document))
    boards: Plain = {}
    for board in boards_of(race):
        if board.get("measure", "time") != "time" or board.get("of", "solo") != "solo":
            continue
        boards[board["code"]] = {
            n: [_board_line(line) for line in board_after(race, stages, board, n)] for n in race.run
        }
    return {
        "boards": boards,
        "stages": {n: [_stage_line(r) for r in found] for n, found in stages.results.items()},
    }


def _board_line(line: Line) -> dict[str, Any]:
    return {
        "rank": line.rank,
        "bib": line.bib,
        "status": line.status,
        "stages": line.stages,
        "time_ms": line.time,
        "gap_ms": line.gap,
        "penalty_ms": line.penalty,
        "credit_ms": line.credit,
        "bonus_ms": line.bonus,
    }


def _stage_line(result: Result) -> dict[str, Any]:
    return {
        "rank": result.rank,
        "bib": result.bib,
        "status": result.status,
        "stages": int(result.done),
        "time_ms": result.time,
        "gap_ms": result.gap,
        "penalty_ms": result.sums.penalty,
        "credit_ms": result.sums.credit,
        "bonus_ms": result.sums.bonus,
        "start": iso(result.start),
        "finish": iso(result.finish),
    }
