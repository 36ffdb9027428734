"""A stage and the general classification as they would be, were all to finish as expected.

Beside what is known and marked as projected: a forecast, never a result (Rules 9.8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from timing.core.book import RaceBook
from timing.core.entries import Entry, bib_order
from timing.core.forecasts import Expected, Forecasts
from timing.core.road import RoadLine
from timing.core.times import Duration, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectedFinish:
    """When an entry on course is expected at the finish, and its stage time then.

    ``time`` is the clock from its start on, less what does not count of it so far (Rules 4.7);
    without penalties. Eight of ten take between ``earliest`` and ``latest``.
    """

    finish: Expected
    time: Duration
    earliest: Duration
    latest: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectedLine:
    """A line of the road with the total that is to be expected.

    ``earliest`` and ``latest`` hold it in eight of ten cases, and are ``total`` itself for whom
    the stage is behind. All are ``None`` for the unranked and for whom nothing can be expected.
    ``finish`` is what is expected of who is on course, ``None`` of anybody else.
    """

    line: RoadLine
    rank: int | None
    total: Duration | None
    earliest: Duration | None
    latest: Duration | None
    gap: Duration | None
    finish: ProjectedFinish | None = None


def projected_finishes(book: RaceBook, stage: int, at: Instant) -> dict[str, ProjectedFinish]:
    """The expected finish of every entry on course on a stage at ``at``, by entry id.

    Nobody's is before ``at``. Empty where nobody is on course; UnknownStage if there is none.
    """
    of_stage = book.stage_book(stage)
    forecasts = Forecasts(book, stage, at)
    found: dict[str, ProjectedFinish] = {}
    for entry_id, expected in forecasts.finishes().items():
        row = None if of_stage.state is None else of_stage.state.rows.get(entry_id)
        facts = of_stage.facts.get(entry_id)
        start = facts.start if facts is not None else None
        if start is None:
            start = None if row is None else row.start
        last = forecasts.last_seen(entry_id)
        if start is None or last is None:
            continue
        uncounted = (0 if facts is None else facts.behind(last[0])) or 0
        since = start + uncounted
        found[entry_id] = ProjectedFinish(
            finish=expected,
            time=expected.time - since,
            earliest=expected.earliest - since,
            latest=expected.latest - since,
        )
    return found


def projected(
    lines: Sequence[RoadLine], finishes: Mapping[str, ProjectedFinish]
) -> tuple[ProjectedLine, ...]:
    """The lines of the road in the order of their projected totals.

    ``finishes`` are those of `projected_finishes`. Shared ranks as on the road; those without a
    projection follow in their order.
    """
    known: list[ProjectedLine] = []
    others: list[ProjectedLine] = []
    for line in lines:
        made = _projected(line, finishes.get(_entry(line).id))
        (others if made.total is None else known).append(made)
    known.sort(key=lambda made: (made.total or 0, bib_order(_entry(made.line).bib)))
    ranked: list[ProjectedLine] = []
    for place, made in enumerate(known, start=1):
        gap = (made.total or 0) - (known[0].total or 0)
        shared = ranked and ranked[-1].gap == gap
        ranked.append(replace(made, rank=ranked[-1].rank if shared else place, gap=gap))
    return (*ranked, *others)


def _projected(line: RoadLine, finish: ProjectedFinish | None) -> ProjectedLine:
    total = earliest = latest = None
    if line.is_settled:
        finish = None
    if line.rank is not None and line.is_settled:
        total = earliest = latest = line.total
    elif line.rank is not None and finish is not None:
        stage = line.stage
        given = 0 if stage is None else stage.penalty - stage.credit - stage.bonus
        before = (line.line.time or 0) + given
        total, earliest, latest = (
            before + time for time in (finish.time, finish.earliest, finish.latest)
        )
    return ProjectedLine(
        line=line,
        rank=None,
        total=total,
        earliest=earliest,
        latest=latest,
        gap=None,
        finish=finish,
    )


def _entry(line: RoadLine) -> Entry:
    if not isinstance(line.line.competitor, Entry):
        raise TypeError("the road is for entries")
    return line.line.competitor
