"""A stage re-routed while under way: from an instant on another course is run (Rules 2.4).

Whoever passed the control where the ways part before that instant ran the old course, whoever
passes it then or later the new one, and so who has not been seen there yet. Both share the
stage's ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from timing.core.courses import Course, course_of, passing_codes
from timing.core.definition import Control, OtherCourse, Stage
from timing.core.moves import plain_control
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Ruling, StageChange
from timing.core.splits import Facts
from timing.core.times import Instant
from timing.core.wearing import Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Reroute:
    """Another course from ``control`` on, for who passes it at ``since`` or later.

    ``courses`` are those of the divisions; ``ruling`` is the record behind it. ``codes`` are
    what a passing may name of it, ``names`` what a ruling may.
    """

    control: str
    since: Instant
    ruling: str
    courses: dict[str, Course] = field(compare=False)
    codes: frozenset[str]
    names: frozenset[str]


def changes_of_course(number: int, rulings: Sequence[Ruling]) -> list[StageChange]:
    """The rulings that re-route a stage, in their order."""
    return [
        r
        for r in rulings
        if isinstance(r, StageChange) and r.stage == number and r.other_course is not None
    ]


def reroutes_of(
    stage: Stage, opening: Opening, planned: Mapping[str, Course], rulings: Sequence[Ruling]
) -> tuple[Reroute, ...]:
    """The other courses of a stage, in the order in which they began to be run.

    ``planned`` are the courses by division; another one is for those that it leads away from.
    """
    begun = [
        (opening.instant_of(r.since), r, r.other_course)
        for r in changes_of_course(stage.number, rulings)
        if r.since is not None and r.other_course is not None
    ]
    begun.sort(key=lambda b: b[0])
    led = {division: [course] for division, course in planned.items()}
    found: list[Reroute] = []
    for since, ruling, said in begun:
        start = stage.controls[0].code if stage.controls else ""
        parting = ruling.control or start
        other = rerouted(stage, said, plain_control(parting))
        courses = {
            division: course_of(_with_course_of(other, stage, division, said), division)
            for division, those in led.items()
            if any(parting_on(course, parting) is not None for course in those)
        }
        for division, course in courses.items():
            led[division].append(course)
        found.append(
            Reroute(
                control=parting,
                since=since,
                ruling=ruling.id,
                courses=courses,
                codes=frozenset(passing_codes(other)),
                names=frozenset((*passing_codes(other), *(c.code for c in other.controls))),
            )
        )
    return tuple(found)


def contradictions(number: int, reroutes: Sequence[Reroute]) -> list[Problem]:
    """Two courses from one control and instant on: the later ruling counts (racefile, Rulings)."""
    alike: dict[tuple[str, Instant], list[str]] = {}
    for reroute in reroutes:
        alike.setdefault((reroute.control, reroute.since), []).append(reroute.ruling)
    return [
        Problem(
            code=ProblemCode.CONTRADICTING_RULINGS,
            stage=number,
            control=control,
            records=tuple(those),
        )
        for (control, _), those in alike.items()
        if len(those) > 1
    ]


def rerouted(stage: Stage, other: OtherCourse, parting: str) -> Stage:
    """The stage over its other course.

    A control that it had before keeps what is not said anew; only how much is climbed to it is
    another matter where it lies behind the ``parting``.
    """
    known = {c.code: c for c in stage.controls}
    codes = [c.code for c in other.controls]
    shared = codes.index(parting) if parting in codes else 0
    controls = tuple(
        _as_before(control, known[control.code], is_behind=nth > shared)
        if control.code in known
        else control
        for nth, control in enumerate(other.controls)
    )
    return replace(
        stage,
        controls=controls,
        distance_m=other.distance_m,
        laps=other.laps,
        courses=other.courses,
    )


_LEFT_OPEN = frozenset({"code", "distance_m"})


def _as_before(control: Control, before: Control, *, is_behind: bool) -> Control:
    said_anew = {"ascent_m"} if is_behind else set()
    kept = {
        f.name: getattr(before, f.name)
        for f in fields(Control)
        if f.name not in _LEFT_OPEN | said_anew and getattr(control, f.name) == f.default
    }
    return replace(control, **kept)


def _with_course_of(other: Stage, stage: Stage, division: str, said: OtherCourse) -> Stage:
    """With what a division runs of the other course that did not run all of the old one.

    Where nothing is said of it: of the controls that both courses have those it ran before, and
    all new ones, as far as its own last control, or to the end where that one is not on it.
    """
    old = dict(stage.courses).get(division)
    if old is None or division in dict(said.courses):
        return other
    planned = {c.code for c in stage.controls}
    codes = [c.code for c in other.controls]
    until = codes.index(old[-1]) if old[-1] in codes else len(codes) - 1
    wanted = tuple(c for c in codes[:until] if c in old or c not in planned)
    return replace(other, courses=((division, (*wanted, codes[until])),))


def versions_of(
    planned: Mapping[str, Course], reroutes: Sequence[Reroute]
) -> dict[str, tuple[Course, ...]]:
    """The courses of each division: as planned, then those of the re-routes.

    One that a re-route does not concern stays as planned.
    """
    return {
        division: (course, *(r.courses.get(division, course) for r in reroutes))
        for division, course in planned.items()
    }


def version_run(
    reroutes: Sequence[Reroute],
    versions: Sequence[Course],
    read_over: Callable[[Course], Facts],
) -> int:
    """Which of the ``versions`` of a division's course a runner was on.

    ``read_over`` tells what was seen of the runner, were it over that course.
    """
    run = 0
    for version, reroute in enumerate(reroutes, start=1):
        parting = parting_on(versions[run], reroute.control)
        is_concerned = versions[version] is not versions[0]
        if (
            is_concerned
            and parting is not None
            and not _has_passed(read_over(versions[run]), parting, reroute.since)
        ):
            run = version
    return run


def parting_on(course: Course, control: str) -> int | None:
    """The ordinal where the ways part; None where the course does not lead on from there."""
    return next((p.ordinal for p in course.points[:-1] if p.is_named(control)), None)


def _has_passed(seen: Facts, parting: int, since: Instant) -> bool:
    """Whether somebody was there before ``since``: seen there, or else further along by then."""
    there = seen.times[parting]
    if parting == 0:
        # Nobody has left before the gun, whatever was read; who leaves late is read late.
        there = max((t for t in (there, seen.start) if t is not None), default=None)
    if there is not None:
        return there < since
    return any(t is not None and t < since for t in seen.times[parting + 1 :])
