"""The general classification after every stage (Rules 9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.oracle.journal import Plain, texts
from tests.oracle.race import DEFAULT_TIES, Race, by_bib
from tests.oracle.stages import Result, Stages
from tests.oracle.times import rounded

GONE = ("dnf", "otl", "dsq", "withdrawn")


@dataclass(slots=True, kw_only=True)
class Line:
    """A line of a classification, times in milliseconds."""

    identity: str
    bib: str
    team: str
    division: str
    status: str
    stages: int
    time: int | None
    penalty: int
    credit: int
    bonus: int
    metres: int
    results: list[Result] = field(default_factory=list)
    rank: int | None = None
    gap: int | None = None
    is_complete: bool = False


def status_after(race: Race, stages: Stages, entry: Plain, board: Plain, after: str) -> str:
    """The race status of an entry after a stage, over the stages that count (Rules 10.1)."""
    standing = stages.standings[id(entry)]
    division = race.division(entry)
    upto = [n for n in race.run if int(n) <= int(after) and race.runs(division, n)]
    out = [status for stage, status in standing.out.items() if int(stage) <= int(after)]
    if out:
        return "dsq" if "dsq" in out else out[0]
    if any(int(stage) < int(after) for stage in standing.withdrawn):
        return "withdrawn"
    if any(int(s) <= int(after) for s in [*standing.unranked, *standing.dropped]):
        return "unranked"
    mine = [r for n in upto for r in stages.results[n] if r.entry is entry]
    if not any(r.status not in ("dns", "not_started") for r in mine):
        return "registered"
    whole = counted(race, board, race.run[-1])
    done = [r for n in whole for r in stages.results[n] if r.entry is entry and r.done]
    if whole and counted(race, board, after) == whole and len(done) == len(whole):
        return "finished"
    return "racing"


def counted(race: Race, board: Plain, after: str) -> list[str]:
    """The stages that a classification adds up to one stage."""
    named = texts(board.get("stages")) or race.run
    divisions = [d["code"] for d in race.divisions]
    if "division" in board:
        divisions = [board["division"]]
    found = []
    for number in race.run:
        if int(number) > int(after) or number not in named:
            continue
        if not all(race.runs(d, number) for d in divisions):
            continue
        courses = {race.course(d, number) for d in divisions}
        if len(courses) <= 1:
            found.append(number)
    return found


def board_after(race: Race, stages: Stages, board: Plain, after: str) -> list[Line]:
    """A classification by time after a stage, its lines in order."""
    numbers = counted(race, board, after)
    lines = [
        _line(race, stages, entry, board, after)
        for entry in race.entries
        if _stands_in(race, board, entry, after)
    ]
    return ordered(race, board, lines, numbers)


def _stands_in(race: Race, board: Plain, entry: Plain, after: str) -> bool:
    if "division" in board and race.division(entry) != board["division"]:
        return False
    if board.get("teams") == "exclude" and entry.get("team"):
        return False
    return "category" not in board or board["category"] in race.categories(entry, after)


def _line(race: Race, stages: Stages, entry: Plain, board: Plain, after: str) -> Line:
    numbers = counted(race, board, after)
    mine = [r for n in numbers for r in stages.results[n] if r.entry is entry]
    status = status_after(race, stages, entry, board, after)
    line = Line(
        identity=str(entry.get("id", entry["bib"])),
        bib=race.worn(entry, after),
        team=entry.get("team", ""),
        division=race.division(entry),
        status=status,
        stages=sum(r.done for r in mine),
        time=None,
        penalty=sum(r.sums.penalty for r in mine),
        credit=sum(r.sums.credit for r in mine),
        bonus=sum(r.sums.bonus for r in mine),
        metres=sum(r.metres for r in mine),
        results=mine,
    )
    line.time = total(race, line)
    if line.stages == 0 or status in ("dsq", "registered"):
        line.time = None
    line.is_complete = (
        bool(numbers) and line.stages == len(numbers) and status in ("racing", "finished")
    )
    return line


def total(race: Race, line: Line) -> int:
    """The sum of what there is: rounded stage by stage, or once (Rules 1.4, 9.2)."""
    have = [r for r in line.results if r.done]
    adjusted = sum(r.sums.on_stage for r in have) + sum(
        r.sums.penalty - r.sums.credit - r.sums.on_stage - r.sums.bonus for r in line.results
    )
    raws = [r.raw or 0 for r in have]
    if race.rules.get("round", "stage") == "total":
        return rounded(sum(raws), race.precision, race.rounding) + adjusted
    return sum(rounded(raw, race.precision, race.rounding) for raw in raws) + adjusted


def ordered(race: Race, board: Plain, lines: list[Line], numbers: list[str]) -> list[Line]:
    """Ranked by time and tie chain, the incomplete below or hidden (Rules 9.3, 9.5)."""
    complete = [line for line in lines if line.is_complete]
    times = sorted({line.time or 0 for line in complete})
    found: list[Line] = []
    chain: list[Any] = board["ties"] if "ties" in board else race.rules.get("ties", DEFAULT_TIES)
    shared = race.rules.get("equal_rank", "shared") == "shared"
    for time in times:
        equal = [line for line in complete if (line.time or 0) == time]
        for group in parted(race, equal, chain, numbers):
            group.sort(key=name_order)
            rank = len(found) + 1
            for n, line in enumerate(group):
                line.rank = rank + (0 if shared else n)
                line.gap = (line.time or 0) - times[0]
                found.append(line)
    if board.get("incomplete", race.rules.get("incomplete", "below")) == "below":
        rest = [line for line in lines if not line.is_complete]
        rest.sort(key=lambda x: (depth(x), -x.stages, -x.metres, x.time or 0, name_order(x)))
        found += rest
    return found


def depth(line: Line) -> int:
    """Those still racing above those out, then the disqualified, who never started last."""
    return {"dsq": 2, "registered": 3}.get(line.status, int(line.status in GONE))


def name_order(line: Line) -> Any:
    """By bib, a team by its code."""
    return by_bib(line.bib or line.team)


def parted(race: Race, equal: list[Line], chain: list[Any], numbers: list[str]) -> list[list[Line]]:
    """Equal totals in groups, each link of the chain asked in turn."""
    if len(equal) == 1 or not chain:
        return [equal]
    keys = [_key(race, line, chain[0], numbers) for line in equal]
    if any(key is None for key in keys):
        return parted(race, equal, chain[1:], numbers)
    found = []
    for value in sorted({key for key in keys if key is not None}):
        group = [line for line, key in zip(equal, keys, strict=True) if key == value]
        found += parted(race, group, chain[1:], numbers)
    return found


def _key(race: Race, line: Line, link: Any, numbers: list[str]) -> int | None:
    places = [r.rank for r in line.results if r.rank is not None]
    match link:
        case "place_sum":
            return sum(places)
        case "best_place":
            return min(places, default=0)
        case "last_stage_place":
            return places[-1] if places else 0
        case "first_stage_time":
            return line.results[0].time
        case "line_order":
            return line.results[-1].finish
        case _:
            chosen = link["fractions"] if isinstance(link, dict) else numbers
            mine = [r for n, r in zip(numbers, line.results, strict=True) if n in chosen]
            if not all(r.is_exact for r in mine if r.is_clocked):
                return None
            raws = [r.raw or 0 for r in mine if r.is_clocked]
            return sum(raw - rounded(raw, race.precision, race.rounding) for raw in raws)
