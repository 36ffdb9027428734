"""What the points of a stage are called at the desk."""

from __future__ import annotations

from timing.pages.now_moment import Moment


def point_names(moment: Moment) -> dict[str, str]:
    """What the points of the stage are called: ``CP2 Tizi n’Tleta``."""
    found: dict[str, str] = {}
    courses = moment.book.stage_book(moment.number).courses
    divisions = [d.code for d in moment.book.race.divisions] or [""]
    for division in divisions:
        if division not in courses:
            continue  # whoever entered for other stages only
        points = courses.points_of(division)
        for point in points:
            is_last = point is points[-1]
            label = "Finish" if is_last else point.control
            name = point.name if point.name != point.control and not is_last else ""
            way = f" {point.way[1:]}" if point.way else ""
            found.setdefault(point.code, f"{label}{way} {name}".strip())
    return found
