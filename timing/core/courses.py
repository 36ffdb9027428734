"""What a division runs on a stage: an ordered course of points (Rules 4.2, 7.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from timing.core.definition import (
    Control,
    Cutoff,
    Division,
    Earliest,
    Race,
    Rest,
    Section,
    Source,
    Stage,
    StageKind,
)
from timing.core.entries import Entry
from timing.core.laps import Passage, distance_of, lap_end, passages_of
from timing.core.times import MINUTE, Duration

USUAL_GAP: Duration = MINUTE
"""Reads at a place that is passed more than once count apart from so much on (Rules 4.9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A control as it is passed: one with in and out is two points of one place.

    ``code`` is what names this passage alone (``PASS``, ``HUT.in``, ``LAP2:PASS``), ``control``
    the same without in and out, ``base`` the control as it is defined; ``place`` is the place
    whose station reads it, empty where that is the control alone (Rules 4.9). ``ordinal``
    counts from 0 at the start; ``in_code`` of an out is the code of its in; ``lap`` is 0 on a
    stage without laps; ``climbed_m`` is from the start, where anybody says so.
    """

    code: str
    control: str
    base: str
    name: str
    distance_m: int
    ordinal: int
    mandatory: bool
    cutoffs: tuple[Cutoff, ...]
    source: Source | None
    place: str = ""
    lap: int = 0
    in_code: str = ""
    min_gap: Duration | None = None
    climbed_m: int | None = None
    rest: Rest | None = None
    earliest: Earliest | None = None

    @property
    def is_out(self) -> bool:
        """Whether this is the way out of a place with in and out times."""
        return self.in_code != ""

    @property
    def way(self) -> str:
        """``.in`` or ``.out`` where the control has both, else empty."""
        return self.code.removeprefix(self.control)

    def is_named(self, control: str) -> bool:
        """Whether what a ruling calls a control means this point.

        A place with in and out is meant at its in, unless its out is named; one that is passed
        more than once each time, unless one passage is.
        """
        names = {self.control, self.base, self.place} - {""}
        ways = (self.way,) if self.is_out else ("", self.way)
        return any(control == name + way for name in names for way in ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted:
    """From one point to a later one, by their ordinals, time does not count (Rules 4.7).

    At the most ``allowance`` of it, ``None`` for all. Without the splits of both it counts,
    unless they are needed: then no time is known from there on.
    """

    since: int
    until: int
    allowance: Duration | None = None
    is_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The points of one stage in running order; the first is the start, the last the finish.

    ``index`` finds the one point that a code names. ``repeats`` has the codes that name several,
    each with their ordinals in running order, and ``gaps`` the places that those are at, with
    the least time between two passages (Rules 4.9). ``beyond`` holds the codes of points that a
    shortened stage no longer reaches (Rules 2.3). ``asked_for`` are the points that are asked for
    where there is no split; ``is_corrected`` says that clocks may differ from the time since the
    start (Rules 4.7, 4.8).
    """

    points: tuple[Point, ...]
    index: dict[str, int] = field(compare=False)
    repeats: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False)
    gaps: dict[str, Duration] = field(default_factory=dict, compare=False)
    beyond: frozenset[str] = frozenset()
    uncounted: tuple[Uncounted, ...] = ()
    asked_for: frozenset[int] = frozenset()
    is_corrected: bool = False

    @property
    def finish(self) -> Point:
        """The point where the stage ends."""
        return self.points[-1]

    @property
    def distance_m(self) -> int:
        """From the start to the finish, in metres."""
        return self.points[-1].distance_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses(Mapping[str, Course]):
    """The courses of one stage: by division as planned, and each entry's own (Rules 2.4).

    ``versions`` has those of a division, first the planned one, then those of re-routes;
    ``run`` says, for each entry that was not on the planned one, which of them it was on.
    """

    versions: Mapping[str, Sequence[Course]]
    run: Mapping[str, int]

    def __getitem__(self, division: str) -> Course:
        """The planned course of a division that runs the stage, else KeyError."""
        return self.versions[division][0]

    def __iter__(self) -> Iterator[str]:
        """The divisions that run the stage."""
        return iter(self.versions)

    def __len__(self) -> int:
        """How many divisions run the stage."""
        return len(self.versions)

    def __contains__(self, division: object) -> bool:
        """Whether a division runs the stage."""
        return division in self.versions

    def of(self, entry: Entry) -> Course:
        """The course that an entry was on; KeyError where its division does not run the stage."""
        those = self.versions[entry.division]
        return those[self.version(entry)] if self.run else those[0]

    def version(self, entry: Entry) -> int:
        """Which one that is: 0 for the planned one."""
        return self.run.get(entry.id, 0) if self.run else 0

    def every(self) -> Iterator[Course]:
        """All of them, the planned ones first."""
        yield from self.values()
        for those in self.versions.values():
            yield from those[1:]

    def points_of(self, division: str) -> tuple[Point, ...]:
        """The points of all courses of a division, each code once, about in running order."""
        those = self.versions[division]
        by_code = {point.code: point for course in reversed(those) for point in course.points}
        codes = in_running_order(*([p.code for p in course.points] for course in those))
        return tuple(by_code[code] for code in codes)


def in_running_order(*courses: Sequence[str]) -> tuple[str, ...]:
    """The codes of several courses, each once: those that are new behind the one before them."""
    codes: list[str] = []
    for course in courses:
        at = 0
        for code in course:
            if code in codes:
                at = codes.index(code)
            else:
                codes.insert(at, code)
            at += 1
    return tuple(codes)


def course_of(stage: Stage, division: str) -> Course:
    """The course that ``division`` runs on ``stage``.

    All controls, unless the stage's ``courses`` name the division's: those of a lapped stage
    for every lap, or one passage by its own code. A course that ends at a control with in and
    out ends at its in (racefile, Divisions).
    """
    wanted = dict(stage.courses).get(division)
    passed = [
        passage
        for passage in passages_of(stage)
        if wanted is None
        or passage.code in wanted
        or (passage.lap and stage.controls[passage.index].code in wanted)
    ]
    points: list[Point] = []
    for passage in passed:
        control = stage.controls[passage.index]
        way = ".in" if control.in_out else ""
        point = _point(stage, passage, way, len(points), control.cutoffs)
        points.append(point)
        if control.in_out and passage is not passed[-1]:
            out = _point(stage, passage, ".out", len(points), control.cutoffs_out)
            points.append(
                replace(out, in_code=point.code, rest=control.rest, earliest=control.earliest_out)
            )
    ordinals = {point.code: point.ordinal for point in points}
    return course_along(tuple(points), _uncounted(stage, ordinals, len(points) - 1))


def _uncounted(stage: Stage, ordinals: Mapping[str, int], last: int) -> tuple[Uncounted, ...]:
    """What does not count of a course: neutral sections, or all but timed ones (Rules 4.7).

    A section of which the course lacks an end is not run.
    """

    def run(sections: tuple[Section, ...]) -> list[tuple[int, int, Section]]:
        return [
            (ordinals[s.start], ordinals[s.end], s)
            for s in sections
            if s.start in ordinals and s.end in ordinals
        ]

    neutral = (
        Uncounted(since=since, until=until, allowance=section.allowance)
        for since, until, section in run(stage.neutral)
    )
    timed = run(stage.timed)
    ends = [0, *(end for since, until, _ in timed for end in (since, until)), last]
    between = (
        Uncounted(since=since, until=until, is_needed=True)
        for since, until in zip(ends[::2], ends[1::2], strict=True)
        if timed and since < until
    )
    return (*neutral, *between)


def course_along(
    points: tuple[Point, ...],
    uncounted: tuple[Uncounted, ...] = (),
    beyond: frozenset[str] = frozenset(),
) -> Course:
    """The course over these points, whose ordinals are their positions.

    What does not count ends where the course does.
    """
    found: dict[str, list[int]] = {}
    for point in points:
        for name in _names(point, points):
            found.setdefault(name, []).append(point.ordinal)
    repeats = {n: tuple(those) for n, those in found.items() if len(those) > 1 or n in beyond}
    index = {name: those[0] for name, those in found.items() if name not in repeats}
    index |= {p.code: p.ordinal for p in points}
    gaps: dict[str, Duration] = {}
    for point in points:
        if point.place in repeats:
            gap = USUAL_GAP if point.min_gap is None else point.min_gap
            gaps[point.place] = max(gap, gaps.get(point.place, 0))
    last = len(points) - 1
    sections = tuple(replace(s, until=min(s.until, last)) for s in uncounted if s.since < last)
    asked_for = {end for section in sections for end in (section.since, section.until)}
    asked_for |= {index[end] for p in points if p.rest for end in (p.code, p.in_code)}
    return Course(
        points=points,
        index=index,
        repeats=repeats,
        gaps=gaps,
        beyond=beyond,
        uncounted=sections,
        asked_for=frozenset(asked_for),
        is_corrected=bool(sections) or any(p.rest or p.earliest for p in points),
    )


def _names(point: Point, points: tuple[Point, ...]) -> set[str]:
    """What a passing may say of this point: its code, its place, its control on every lap."""
    names = {point.code}
    if point.place:
        names |= {point.place, point.place + point.way}
    if point.lap:
        names.add(point.base + point.way)
        start, finish = points[0], points[-1]
        if point is finish and not point.way:
            names.add(lap_end(point.lap))
        if point is start and point.place == finish.place:
            # One line: its reads around the gun are the start, whatever they call it.
            names.add(finish.base)
    return names


def _point(
    stage: Stage, passage: Passage, way: str, ordinal: int, cutoffs: tuple[Cutoff, ...]
) -> Point:
    control = stage.controls[passage.index]
    return Point(
        code=passage.code + way,
        control=passage.code,
        base=control.code,
        name=control.name,
        distance_m=distance_of(passage, stage.controls),
        ordinal=ordinal,
        mandatory=control.mandatory,
        cutoffs=_cutoffs_of(passage, stage, cutoffs),
        source=control.source,
        place=_place(control, stage),
        lap=passage.lap,
        min_gap=control.min_gap,
        climbed_m=_climbed(passage, stage),
        earliest=control.earliest,
    )


def _climbed(passage: Passage, stage: Stage) -> int | None:
    """What is said of a control that is passed once; nothing is climbed to the start."""
    said = stage.controls[passage.index].ascent_m
    if passage.code != stage.controls[passage.index].code:
        return None
    is_told = passage.index == 0 and any(c.ascent_m is not None for c in stage.controls)
    return 0 if said is None and is_told else said


def _cutoffs_of(passage: Passage, stage: Stage, cutoffs: tuple[Cutoff, ...]) -> tuple[Cutoff, ...]:
    """Those of its lap; the finish is where a cut-off of no lap is tested, not the end of each."""
    is_finish = passage.index == len(stage.controls) - 1
    is_last = not is_finish or passage.code == stage.controls[-1].code
    return tuple(c for c in cutoffs if c.lap == passage.lap or (c.lap == 0 and is_last))


def _place(control: Control, stage: Stage) -> str:
    """Its own place, or itself where it is passed on every lap or others are at it."""
    is_shared = stage.laps > 1 or any(c.place == control.code for c in stage.controls)
    return control.place or (control.code if is_shared else "")


def point_codes(stage: Stage) -> tuple[str, ...]:
    """The code of every point of this stage, in the order of the full course."""
    codes: list[str] = []
    for passage in passages_of(stage):
        in_out = stage.controls[passage.index].in_out
        codes += [f"{passage.code}.in", f"{passage.code}.out"] if in_out else [passage.code]
    return tuple(codes)


def passing_codes(stage: Stage) -> tuple[str, ...]:
    """Every code that a passing of this stage may name: points, and places (Rules 4.9)."""
    names: dict[str, None] = dict.fromkeys(point_codes(stage))
    if stage.controls:
        whole = course_of(replace(stage, courses=()), "")
        names |= dict.fromkeys((*whole.index, *whole.repeats))
    return tuple(names)


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
