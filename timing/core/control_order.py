"""The order at a control: by elapsed time, everyone who passed (racefile, Who is ranked)."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.courses import Courses
from timing.core.definition import EqualRank
from timing.core.entries import bib_order
from timing.core.ranking import rank_by
from timing.core.records import Passing
from timing.core.results import ControlBoard, ControlLine
from timing.core.splits import Facts
from timing.core.stage_rows import StageState
from timing.core.times import Duration, Instant


def control_board(
    state: StageState,
    facts: Mapping[str, Facts],
    point: str,
    division: str,
    courses: Courses,
) -> ControlBoard:
    """The order of a division at a point of its course.

    Ranks are shared among equal elapsed times; without a known start a line has no rank.
    """
    timed: list[tuple[str, Instant, Duration, Passing]] = []
    untimed: list[tuple[str, Instant, Passing]] = []
    for entry_id, row in state.rows.items():
        found = facts.get(entry_id)
        if row.entry.division != division or found is None:
            continue
        index = courses.of(row.entry).index.get(point)
        if index is None:
            continue
        time, passing = found.times[index], found.taken[index]
        if time is None or passing is None:
            continue
        elapsed_here = found.elapsed(index)
        if elapsed_here is None:
            untimed.append((entry_id, time, passing))
        else:
            timed.append((entry_id, time, elapsed_here, passing))
    timed.sort(key=lambda t: bib_order(state.rows[t[0]].entry.bib))
    lines = []
    leader = min((t[2] for t in timed), default=0)
    for item in rank_by(timed, lambda t: t[2], (), EqualRank.SHARED):
        entry_id, time, elapsed, passing = item.item
        row = state.rows[entry_id]
        lines.append(
            ControlLine(
                entry=row.entry,
                division=division,
                categories=row.categories,
                rank=item.rank,
                time=time,
                elapsed=elapsed,
                gap=elapsed - leader,
                record=passing.id,
                source=passing.source,
            )
        )
    for entry_id, time, passing in sorted(untimed, key=lambda t: (t[1], t[0])):
        row = state.rows[entry_id]
        lines.append(
            ControlLine(
                entry=row.entry,
                division=division,
                categories=row.categories,
                rank=None,
                time=time,
                elapsed=None,
                gap=None,
                record=passing.id,
                source=passing.source,
            )
        )
    return ControlBoard(stage=state.number, point=point, division=division, lines=tuple(lines))
