"""What a division runs on a stage: an ordered course of points (Rules 4.2, 7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from timing.core.definition import Control, Cutoff, Division, Race, Source, Stage, StageKind
from timing.core.times import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A control as it is passed: one with in and out is two points of one place.

    ``code`` is what a passing names (``PASS``, ``HUT.in``); ``ordinal`` counts from 0 at the
    start; ``in_code`` of an out is the code of its in.
    """

    code: str
    control: str
    name: str
    distance_m: int
    ordinal: int
    mandatory: bool
    cutoffs: tuple[Cutoff, ...]
    source: Source | None
    in_code: str = ""
    min_gap: Duration = 0

    @property
    def is_out(self) -> bool:
        """Whether this is the way out of a place with in and out times."""
        return self.in_code != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The points of one stage in running order; the first is the start, the last the finish.

    ``beyond`` holds the codes of points that a shortened stage no longer reaches (Rules 2.3).
    """

    points: tuple[Point, ...]
    index: dict[str, int] = field(compare=False)
    beyond: frozenset[str] = frozenset()

    @property
    def finish(self) -> Point:
        """The point where the stage ends."""
        return self.points[-1]

    @property
    def distance_m(self) -> int:
        """From the start to the finish, in metres."""
        return self.points[-1].distance_m


def course_of(stage: Stage, division: str) -> Course:
    """The course that ``division`` runs on ``stage``.

    All controls, unless the stage's ``courses`` name the division's. A course that ends at a
    control with in and out ends at its in (racefile, Divisions).
    """
    wanted = dict(stage.courses).get(division)
    controls = [c for c in stage.controls if wanted is None or c.code in wanted]
    points: list[Point] = []
    for control in controls:
        is_last = control is controls[-1]
        if not control.in_out:
            points.append(_point(control, control.code, len(points), control.cutoffs))
            continue
        code = f"{control.code}.in"
        points.append(_point(control, code, len(points), control.cutoffs))
        if not is_last:
            out = f"{control.code}.out"
            points.append(_point(control, out, len(points), control.cutoffs_out, in_code=code))
    return Course(points=tuple(points), index={p.code: p.ordinal for p in points})


def _point(
    control: Control, code: str, ordinal: int, cutoffs: tuple[Cutoff, ...], in_code: str = ""
) -> Point:
    return Point(
        code=code,
        control=control.code,
        name=control.name,
        distance_m=control.distance_m,
        ordinal=ordinal,
        mandatory=control.mandatory,
        cutoffs=cutoffs,
        source=control.source,
        in_code=in_code,
        min_gap=control.min_gap,
    )


def point_codes(stage: Stage) -> tuple[str, ...]:
    """Every code that a passing of this stage may name, in the order of the full course."""
    codes: list[str] = []
    for control in stage.controls:
        codes += [f"{control.code}.in", f"{control.code}.out"] if control.in_out else [control.code]
    return tuple(codes)


def stages_of(race: Race, division: str) -> tuple[int, ...]:
    """The numbers of the stages a division runs, rest days left out (Rules 7.1)."""
    chosen = next((d for d in race.divisions if d.code == division), Division(code=division))
    return tuple(
        s.number
        for s in race.stages
        if s.kind is not StageKind.REST and (not chosen.stages or s.number in chosen.stages)
    )


def shared_stages(race: Race) -> tuple[int, ...]:
    """The stages that all divisions run over the same course (Rules 7.3)."""
    divisions = [d.code for d in race.divisions] or [""]
    numbers = [set(stages_of(race, code)) for code in divisions]
    return tuple(
        stage.number
        for stage in race.stages
        if all(stage.number in those for those in numbers)
        and len({course_of(stage, code).points for code in divisions}) == 1
    )
