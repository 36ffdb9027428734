"""The general classification on the road, while a stage runs (Rules 9.8).

Everyone's gap is taken at their latest control, against whoever leads there: the total before
the stage plus the time elapsed to that control. It settles as they finish, when the gap is that
of the new totals. It is a picture of the race, never a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from timing.core.entries import Entry, bib_order
from timing.core.results import Board, Line, Split, StageLine
from timing.core.statuses import StageStatus
from timing.core.times import Duration

_TO_COME = frozenset({StageStatus.NOT_STARTED, StageStatus.ON_COURSE})
_IN_THE_RACE = _TO_COME | {StageStatus.FINISHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadLine:
    """One entry on the road.

    ``line`` is the one after the last closed stage, ``stage`` the running stage's, ``None`` for
    who doesn't run it. ``split`` is where the entry was last seen, ``None`` before the start.
    ``total`` is the time at ``split``, or the new total once finished; ``rank`` and ``gap`` are
    ``None`` for the unranked.
    """

    line: Line
    stage: StageLine | None
    split: Split | None
    rank: int | None
    total: Duration | None
    gap: Duration | None

    @property
    def is_settled(self) -> bool:
        """Whether the stage is behind this entry, so that nothing of the line is provisional."""
        return self.stage is None or self.stage.status not in _TO_COME


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runner:
    line: Line
    stage: StageLine | None
    splits: tuple[Split, ...]
    totals: dict[str, Duration]
    """Total at each point passed."""


def on_the_road(
    before: Board,
    stage_lines: Mapping[str, StageLine],
    splits: Mapping[str, tuple[Split, ...]],
    totals: Mapping[str, Duration],
) -> tuple[RoadLine, ...]:
    """The lines of a solo time classification while a stage runs, in order (Rules 9.8).

    ``before`` is the board after the last closed stage; ``stage_lines`` and ``splits`` are of
    the running stage, by entry id; ``totals`` the new totals of those who finished it. Whoever
    was unranked before, or is out on this stage, stands at the end in the order of ``before``.
    """
    racing: list[_Runner] = []
    others: list[RoadLine] = []
    for line in before.lines:
        entry_id = _entry(line).id
        stage = stage_lines.get(entry_id)
        known = splits.get(entry_id, ())
        is_ranked = line.rank is not None or before.after == 0
        if is_ranked and (stage is None or stage.status in _IN_THE_RACE):
            racing.append(_runner(line, stage, known, totals.get(entry_id)))
        else:
            others.append(
                RoadLine(
                    line=line,
                    stage=stage,
                    split=known[-1] if known else None,
                    rank=None,
                    total=line.time,
                    gap=None,
                )
            )
    return (*_ranked(racing), *others)


def _entry(line: Line) -> Entry:
    if not isinstance(line.competitor, Entry):
        raise TypeError("the road is for entries; a team's time is not known before its last")
    return line.competitor


def _runner(
    line: Line, stage: StageLine | None, splits: tuple[Split, ...], total: Duration | None
) -> _Runner:
    # What was given on the running stage counts at once, wherever its runner is.
    given = 0 if stage is None else stage.penalty - stage.credit - stage.bonus
    start = (line.time or 0) + given
    passed = {s.point: start + s.elapsed for s in splits if s.elapsed is not None}
    if total is not None and splits:
        passed[splits[-1].point] = total
    return _Runner(line=line, stage=stage, splits=splits, totals=passed)


def _total(runner: _Runner) -> Duration:
    known = [s.point for s in runner.splits if s.point in runner.totals]
    return runner.totals[known[-1]] if known else runner.line.time or 0


def _gap(runner: _Runner, first: _Runner) -> Duration:
    """At the latest control that both passed; before any, the gap of the totals so far."""
    for split in reversed(runner.splits):
        if split.point in runner.totals and split.point in first.totals:
            return runner.totals[split.point] - first.totals[split.point]
    return (runner.line.time or 0) - (first.line.time or 0)


def _ranked(racing: list[_Runner]) -> list[RoadLine]:
    if not racing:
        return []
    # Compared with the best of those furthest on; whoever was ahead of that one at an earlier
    # control still leads on the road, so gaps are then counted from the smallest.
    first = min(racing, key=lambda r: (-_reached(r), _total(r), _entry(r.line).id))
    gaps = {_entry(r.line).id: _gap(r, first) for r in racing}
    least = min(gaps.values())
    ordered = sorted(
        racing,
        key=lambda r: (gaps[_entry(r.line).id], bib_order(_entry(r.line).bib), _entry(r.line).id),
    )
    lines: list[RoadLine] = []
    for place, runner in enumerate(ordered, start=1):
        gap = gaps[_entry(runner.line).id] - least
        shared = lines and lines[-1].gap == gap
        lines.append(
            RoadLine(
                line=runner.line,
                stage=runner.stage,
                split=runner.splits[-1] if runner.splits else None,
                rank=lines[-1].rank if shared else place,
                total=_total(runner),
                gap=gap,
            )
        )
    return lines


def _reached(runner: _Runner) -> int:
    return max((s.distance_m for s in runner.splits if s.point in runner.totals), default=-1)
