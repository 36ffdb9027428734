"""What a stage's definition becomes by the file of its course."""

from __future__ import annotations

from dataclasses import dataclass, replace

from timing.core.definition import Race, Stage
from timing.importers.gpx import GpxCourse, GpxWaypoint


class CourseDoesNotFit(ValueError):
    """The stage's controls lie beyond what the file has."""


def with_course(race: Race, stage: Stage, course: GpxCourse) -> tuple[Race, str]:
    """The race with a stage's line, length and climb from a file of one lap, and what was done.

    The finish moves to the end of the file and other controls stay where they are: raises
    CourseDoesNotFit where one would lie beyond it. Without heights, climb and line stay.
    """
    distance_m = course.distance_m
    beyond = [c.code for c in stage.controls[1:-1] if c.distance_m >= distance_m]
    if beyond:
        raise CourseDoesNotFit(
            f"it ends after {distance_m / 1000:.1f} km, before {', '.join(beyond)};"
            " move those in the text first, or send the whole course"
        )
    controls = stage.controls
    if controls:
        finish = replace(controls[-1], distance_m=distance_m)
        if finish.ascent_m is not None and course.ascent_m is not None:
            finish = replace(finish, ascent_m=course.ascent_m)
        controls = (*controls[:-1], finish)
    changed = replace(stage, distance_m=distance_m * stage.laps, controls=controls)
    told = f"Stage {stage.number} by the GPX file: {distance_m / 1000:.1f} km"
    if course.ascent_m is None:
        told += ", and no heights, so climb and line stay as they are."
    else:
        climb = course.ascent_m * stage.laps
        changed = replace(changed, ascent_m=climb, profile=course.profile)
        told += f", {climb:,} m up, a line of {len(course.profile)} points."
    if stage.laps > 1:
        told += f" It was taken for one lap of {stage.laps}."
    stages = tuple(changed if one.number == stage.number else one for one in race.stages)
    return replace(race, stages=stages), f"{told} Nothing is taken yet."


FURTHEST_OFF_M = 250
"""A waypoint further from the line is not taken for a control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedKilometre:
    """Where a waypoint of a file has a control; ``place`` is the control's, counted from 0."""

    place: int
    label: str
    now_km: str
    then_km: str
    off_m: int


def proposed_kilometres(stage: Stage, course: GpxCourse) -> tuple[ProposedKilometre, ...]:
    """The kilometres of controls that a waypoint is named like, where they differ by 10 m or more.

    A name is like a control's code or name whatever its case, blanks and signs. Start and finish
    are where the course begins and ends. Of several waypoints the nearest to the line counts.
    """
    found = []
    for place, control in enumerate(stage.controls[1:-1], 1):
        names = {_like(control.code), _like(control.name)} - {""}
        fitting = [w for w in course.waypoints if _fits(w, names, course)]
        if not fitting:
            continue
        nearest = min(fitting, key=lambda waypoint: waypoint.off_m)
        then = _km(round(nearest.along_m, -1))
        if then != _km(control.distance_m) and abs(nearest.along_m - control.distance_m) >= 10:
            named = f"{control.code} {control.name}".strip()
            found.append(
                ProposedKilometre(
                    place=place,
                    label=named,
                    now_km=_km(control.distance_m),
                    then_km=then,
                    off_m=nearest.off_m,
                )
            )
    return tuple(found)


def _fits(waypoint: GpxWaypoint, names: set[str], course: GpxCourse) -> bool:
    is_near = waypoint.off_m <= FURTHEST_OFF_M
    return is_near and 0 < waypoint.along_m < course.distance_m and _like(waypoint.name) in names


def _like(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _km(metres: int) -> str:
    return f"{metres / 1000:.3f}".rstrip("0").rstrip(".")
