"""GPX files of courses that are made up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from timing.importers.gpx import EARTH_M

DEGREE_M = EARTH_M * math.pi / 180
"""A degree of latitude: on a sphere each is as long."""


def gpx(
    points: Sequence[tuple[float, float | None]],
    *,
    kind: str = "trk",
    waypoints: Sequence[tuple[str, float]] = (),
    off_m: float = 20.0,
) -> bytes:
    """A file of points straight north from the equator, by metres along and height.

    Waypoints are given by name and metres along; they lie ``off_m`` to the east of the line.
    """
    name = {"trk": "trkpt", "rte": "rtept"}[kind]
    written = "".join(
        f'<{name} lat="{along / DEGREE_M:.12f}" lon="0">'
        + (f"<ele>{height}</ele>" if height is not None else "")
        + f"</{name}>"
        for along, height in points
    )
    named = "".join(
        f'<wpt lat="{along / DEGREE_M:.12f}" lon="{off_m / DEGREE_M:.12f}">'
        f"<name>{called}</name></wpt>"
        for called, along in waypoints
    )
    inner = f"<trkseg>{written}</trkseg>" if kind == "trk" else written
    return (
        '<?xml version="1.0"?><gpx version="1.1" creator="tests"'
        f' xmlns="http://www.topografix.com/GPX/1/1">{named}<{kind}>{inner}</{kind}></gpx>'
    ).encode()
