"""The projected classification as rows: marked as such, and never a result (Rules 9.8)."""

from __future__ import annotations

from collections.abc import Iterable

from timing.core.definition import Race
from timing.core.entries import Entry, written_name
from timing.core.projection import ProjectedLine
from timing.core.times import zone_named
from timing.exports.table import Cell, Column, Kind, Table

PROJECTED_COLUMNS = (
    Column(name="projected_rank", kind=Kind.NUMBER),
    Column(name="bib"),
    Column(name="name"),
    Column(name="division"),
    Column(name="road_rank", kind=Kind.NUMBER),
    Column(name="last_point"),
    Column(name="projected_time", kind=Kind.DURATION),
    Column(name="projected_gap", kind=Kind.DURATION),
    Column(name="earliest", kind=Kind.DURATION),
    Column(name="latest", kind=Kind.DURATION),
)


def projected_table(race: Race, lines: Iterable[ProjectedLine]) -> Table:
    """A line for each on the road; those of whom nothing is to be expected are at the end."""
    return Table(
        columns=PROJECTED_COLUMNS,
        rows=tuple(_row(line) for line in lines),
        precision=race.rules.precision,
        zone=zone_named(race.timezone),
    )


def _row(made: ProjectedLine) -> tuple[Cell, ...]:
    competitor = made.line.line.competitor
    return (
        made.rank,
        competitor.bib if isinstance(competitor, Entry) else "",
        written_name(competitor),
        made.line.line.division,
        made.line.rank,
        made.line.split.point if made.line.split is not None else "",
        made.total,
        made.gap,
        made.earliest,
        made.latest,
    )
