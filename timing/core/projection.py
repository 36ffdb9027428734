"""The general classification as it would be, were everyone to finish as expected (Rules 9.8).

Beside the one on the road and marked as projected: a forecast, never a result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timing.core.entries import Entry, bib_order
from timing.core.forecasts import Expected
from timing.core.road import RoadLine
from timing.core.times import Duration, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectedLine:
    """A line of the road with the total that is to be expected.

    ``earliest`` and ``latest`` hold it in eight of ten cases, and are ``total`` itself for whom
    the stage is behind. All are ``None`` for the unranked and for whom nothing can be expected.
    """

    line: RoadLine
    rank: int | None
    total: Duration | None
    earliest: Duration | None
    latest: Duration | None
    gap: Duration | None


def projected(
    lines: Sequence[RoadLine], finishes: Mapping[str, Expected], at: Instant
) -> tuple[ProjectedLine, ...]:
    """The lines of the road in the order of their projected totals.

    ``finishes`` holds by entry id when somebody under way is expected at the finish; nobody who
    is out there at ``at`` finishes before it. Shared ranks as on the road; those without a
    projection follow in their order.
    """
    known: list[ProjectedLine] = []
    others: list[ProjectedLine] = []
    for line in lines:
        made = _projected(line, finishes, at)
        (others if made.total is None else known).append(made)
    known.sort(key=lambda made: (made.total or 0, bib_order(_entry(made.line).bib)))
    ranked: list[ProjectedLine] = []
    for place, made in enumerate(known, start=1):
        gap = (made.total or 0) - (known[0].total or 0)
        shared = ranked and ranked[-1].gap == gap
        rank = ranked[-1].rank if shared else place
        ranked.append(
            ProjectedLine(
                line=made.line,
                rank=rank,
                total=made.total,
                earliest=made.earliest,
                latest=made.latest,
                gap=gap,
            )
        )
    return (*ranked, *others)


def _projected(line: RoadLine, finishes: Mapping[str, Expected], at: Instant) -> ProjectedLine:
    total = earliest = latest = None
    expected = finishes.get(_entry(line).id)
    start = None if line.stage is None else line.stage.start
    if line.rank is not None and line.is_settled:
        total = earliest = latest = line.total
    elif line.rank is not None and expected is not None and start is not None:
        stage = line.stage
        given = 0 if stage is None else stage.penalty - stage.credit - stage.bonus
        before = (line.line.time or 0) + given - start
        total, earliest, latest = (
            before + max(at, moment)
            for moment in (expected.time, expected.earliest, expected.latest)
        )
    return ProjectedLine(
        line=line, rank=None, total=total, earliest=earliest, latest=latest, gap=None
    )


def _entry(line: RoadLine) -> Entry:
    if not isinstance(line.line.competitor, Entry):
        raise TypeError("the road is for entries")
    return line.line.competitor
