"""What a stage's definition becomes by the file of its course."""

from __future__ import annotations

from dataclasses import replace

from timing.core.definition import Race, Stage
from timing.importers.gpx import GpxCourse


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
