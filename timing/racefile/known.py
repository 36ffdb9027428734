"""What a document declares, for the checks of what refers to it.

The typed values may be of a document with faults. Where a code or a whole part could not be
read, nobody can tell what refers to nothing: such a set is None, and is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from timing.core.definition import Division, StageKind, TeamKind
from timing.core.laps import ends_at_line, lap_end, passages
from timing.racefile.classifications import default_classifications
from timing.racefile.faults import Path
from timing.racefile.stages import FINISH, START

Typed: TypeAlias = Mapping[str, Any]
"""What a schema read of a part, by the core's names; what had a fault is missing."""

Given: TypeAlias = Callable[[Path], bool]
"""Whether the document says anything at a path, readable or not."""

Codes: TypeAlias = frozenset[str] | None


@dataclass(slots=True)
class KnownStage:
    """A stage's codes: ``points`` as passings name them, ``controls`` without in and out.

    ``places`` are the names that may stand for several of the points (Rules 4.9); ``order`` has
    the points in running order.
    """

    points: Codes
    controls: Codes
    waves: Codes
    places: frozenset[str] = frozenset()
    in_out: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()


@dataclass(slots=True)
class Known:
    """Every code that may be referred to."""

    divisions: Codes
    categories: Codes
    kinds: Codes
    boards: Codes
    penalties: Codes
    teams: Codes
    bibs: Codes
    stages: dict[int, KnownStage] = field(default_factory=dict)
    all_stages: bool = True
    """Whether every stage's number could be read."""


def known_in(data: Typed, given: Given) -> Known:
    """What the document declares."""
    stages = _items(data, "stages", given)
    known = {
        stage["number"]: known_stage(stage, ("stages", index), given)
        for index, stage in enumerate(stages or ())
        if "number" in stage
    }
    for index, ruling in enumerate(_items(data, "rulings", given) or ()):
        number = ruling.get("stage")
        if number in known and "replacement" in ruling:
            new = known_stage(ruling["replacement"], ("rulings", index, "with"), given)
            known[number] = _either(known[number], new)
    return Known(
        divisions=_codes(data, "divisions", given),
        categories=_codes(data, "categories", given),
        kinds=_codes(data, "team_kinds", given),
        boards=_boards(data, given),
        penalties=_penalties(data, given),
        teams=_codes(data, "teams", given),
        bibs=_codes(data, "entries", given, "bib"),
        stages=known,
        all_stages=stages is not None and all("number" in stage for stage in stages),
    )


def _either(planned: KnownStage, new: KnownStage) -> KnownStage:
    """What may be named of a stage that another was put in the place of: the old and the new."""

    def both(one: Codes, other: Codes) -> Codes:
        return None if one is None or other is None else one | other

    return KnownStage(
        points=both(planned.points, new.points),
        controls=both(planned.controls, new.controls),
        waves=both(planned.waves, new.waves),
        places=planned.places | new.places,
        in_out=planned.in_out | new.in_out,
    )


def _items(data: Typed, key: str, given: Given) -> list[Typed] | None:
    """The items of a part; none where it was left out, None where it could not be read."""
    if key in data:
        items: list[Typed] = data[key]
        return items
    return None if given((key,)) else []


def _codes(data: Typed, key: str, given: Given, name: str = "code") -> Codes:
    items = _items(data, key, given)
    return None if items is None else _all(items, name)


def _all(items: list[Typed], name: str) -> Codes:
    codes = [item.get(name) for item in items]
    return frozenset(code for code in codes if code is not None) if None not in codes else None


def _penalties(data: Typed, given: Given) -> Codes:
    rules = data.get("race", {}).get("rules", {})
    if "penalties" in rules:
        return _all(rules["penalties"], "code")
    return None if given(("race", "rules", "penalties")) else frozenset()


def _boards(data: Typed, given: Given) -> Codes:
    if given(("classifications",)):
        return _codes(data, "classifications", given)
    divisions, kinds = (_items(data, key, given) for key in ("divisions", "team_kinds"))
    if divisions is None or kinds is None or any("code" not in i for i in (*divisions, *kinds)):
        return None
    defaults = default_classifications(
        tuple(Division(code=division["code"]) for division in divisions),
        tuple(TeamKind(code=kind["code"], size=(1, 1)) for kind in kinds),
    )
    return frozenset(classification.code for classification in defaults)


def known_stage(stage: Typed, path: Path, given: Given) -> KnownStage:
    """The codes of the stage that stands at ``path``."""
    waves: Codes = None
    if "start" in stage:
        waves = _all(stage["start"].get("waves", []), "code")
    elif not given((*path, "start")):
        waves = frozenset()
    controls = controls_of(stage, path, given)
    codes = None if controls is None else _all(controls, "code")
    if controls is None or codes is None:
        return KnownStage(points=None, controls=None, waves=waves)
    return _passed(controls, stage.get("laps", 1), waves)


def _passed(controls: list[Typed], laps: int, waves: Codes) -> KnownStage:
    """The codes of a stage whose controls could all be read, on every lap (Rules 4.9)."""
    codes = [c["code"] for c in controls]
    end_at_line = ends_at_line([(c["code"], c.get("place", "")) for c in controls])
    points: list[str] = []
    places: set[str] = set()
    in_out: set[str] = set()
    for passage in passages(codes, laps, end_at_line=end_at_line):
        control = controls[passage.index]
        ways = (".in", ".out") if control.get("in_out") else ("",)
        points += [passage.code + way for way in ways]
        if control.get("in_out"):
            in_out |= {passage.code, control["code"]}
        if passage.lap:
            places |= {control["code"] + way for way in ("", *ways)}
        if "place" in control:
            places |= {control["place"] + way for way in ("", *ways)}
    if laps > 1:
        places.add(lap_end(laps))
    return KnownStage(
        points=frozenset(points),
        controls=frozenset(codes),
        waves=waves,
        places=frozenset(places),
        in_out=frozenset(in_out),
        order=tuple(points),
    )


def controls_of(stage: Typed, path: Path, given: Given) -> list[Typed] | None:
    """A stage's controls, start and finish where it names none; None if they can't be read."""
    if "controls" in stage:
        controls: list[Typed] = stage["controls"]
        return controls
    if given((*path, "controls")):
        return None
    if stage.get("kind") is StageKind.REST:
        return []
    return [
        {"code": START, "distance_m": 0},
        {"code": FINISH, "distance_m": stage.get("distance_m", 0)},
    ]
