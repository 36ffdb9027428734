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
    """``passed`` is the total at each point, ``final`` the new one of who finished."""

    line: Line
    stage: StageLine | None
    splits: tuple[Split, ...]
    passed: dict[str, Duration]
    final: Duration | None

    @property
    def before(self) -> Duration:
        """The total before the stage."""
        return self.line.time or 0

    @property
    def total(self) -> Duration:
        """The newest one that is known."""
        if self.final is not None:
            return self.final
        known = [self.passed[s.point] for s in self.splits if s.point in self.passed]
        return known[-1] if known else self.before

    @property
    def reached(self) -> tuple[bool, int]:
        """How far this one is: finishers are furthest, whatever way they were timed."""
        on_the_way = (s.distance_m for s in self.splits if s.point in self.passed)
        return self.final is not None, max(on_the_way, default=-1)


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
    line: Line, stage: StageLine | None, splits: tuple[Split, ...], final: Duration | None
) -> _Runner:
    # What was given on the running stage counts at once, wherever its runner is.
    given = 0 if stage is None else stage.penalty - stage.credit - stage.bonus
    start = (line.time or 0) + given
    passed = {s.point: start + s.elapsed for s in splits if s.elapsed is not None}
    return _Runner(line=line, stage=stage, splits=splits, passed=passed, final=final)


def _gap(runner: _Runner, first: _Runner) -> Duration:
    """At the finish or the latest control of both; before any, the gap of the totals so far."""
    if runner.final is not None and first.final is not None:
        return runner.final - first.final
    for split in reversed(runner.splits):
        if split.point in runner.passed and split.point in first.passed:
            return runner.passed[split.point] - first.passed[split.point]
    return runner.before - first.before


def _ranked(racing: list[_Runner]) -> list[RoadLine]:
    if not racing:
        return []
    # Compared with the best of those furthest on; whoever was ahead of that one at an earlier
    # control still leads on the road, so gaps are then counted from the smallest.
    furthest = max(r.reached for r in racing)
    first = min(
        (r for r in racing if r.reached == furthest), key=lambda r: (r.total, _entry(r.line).id)
    )
    gaps = {_entry(r.line).id: _gap(r, first) for r in racing}
    least = min(gaps.values())
    ordered = sorted(racing, key=lambda r: (gaps[_entry(r.line).id], bib_order(_entry(r.line).bib)))
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
                total=runner.total,
                gap=gap,
            )
        )
    return lines
