"""When runners are expected at the controls ahead of them (Rules 11.2, 9.8).

From a runner's own pace against the field's on the legs covered, on this stage and the ones
before; from the ground where nobody has been yet. In and out of a place are apart: stops are
learnt by themselves. A forecast is no evidence: it ranks nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from timing.core.book import RaceBook
from timing.core.courses import Point
from timing.core.effort import Effort, lamplight, usual_time
from timing.core.paces import History, Paces
from timing.core.stage_book import StageBook
from timing.core.statuses import StageStatus
from timing.core.times import Duration, Instant

EIGHTY_PERCENT = 1.2816
"""Eight of ten draws of a normal distribution are within so many standard deviations."""


_ON_THE_WAY = frozenset({StageStatus.ON_COURSE, StageStatus.FINISHED, StageStatus.NEUTRALISED})
_ON_THE_WAY_BY_NOW = _ON_THE_WAY | {StageStatus.NOT_STARTED}
"""At an instant, also those whose planned gun is behind them though nobody was seen yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """When a runner is expected at a point ahead.

    Eight of ten come between ``earliest`` and ``latest``, half of them by ``time``. ``seen`` is
    how many of the field have covered the last leg to it: 0 where it is guessed from the ground.
    """

    point: str
    ordinal: int
    distance_m: int
    is_mandatory: bool
    time: Instant
    earliest: Instant
    latest: Instant
    seen: int


def forecast(
    book: RaceBook, stage: int, entry_id: str, at: Instant | None = None
) -> tuple[Expected, ...]:
    """The points ahead of an entry on a stage, in running order, as known at ``at``.

    Splits after ``at`` are not looked at. Empty for whoever has not started by then, has
    finished or is out. Raises UnknownStage. For many runners make one `Forecasts`.
    """
    return Forecasts(book, stage, at).of(entry_id)


class Forecasts:
    """The forecasts of everyone on a stage, which share what is learnt of the field."""

    def __init__(self, book: RaceBook, stage: int, at: Instant | None = None) -> None:
        self._book = book.stage_book(stage)
        self._at = at
        self._paces = Paces(self._book, history_before(book, stage), at)

    def of(self, entry_id: str) -> tuple[Expected, ...]:
        """The points ahead of an entry; empty where it is not on course."""
        where = self.last_seen(entry_id)
        if where is None:
            return ()
        entry = self._book.roster.entries[entry_id]
        points = self._book.courses.of(entry).points
        return tuple(self._ahead(entry_id, points[where[0] :], where[1]))

    def last_seen(self, entry_id: str) -> tuple[int, Instant] | None:
        """The point, by its place on the course, that an entry on course left last, and when.

        That is the start, at the gun, for who was not seen since. None for who is not under way.
        A stage that is cancelled is still to be run home (Rules 11.1).
        """
        state = self._book.state
        row = None if state is None else state.rows.get(entry_id)
        away = _ON_THE_WAY if self._at is None else _ON_THE_WAY_BY_NOW
        if row is None or row.status not in away:
            return None
        seen = self._paces.last_seen(entry_id)
        if seen is None and row.start is not None and (self._at is None or row.start <= self._at):
            seen = (0, row.start)
        is_done = row.status is StageStatus.FINISHED and (
            self._at is None or row.finish is None or row.finish <= self._at
        )
        return None if is_done else seen

    def _ahead(
        self, entry_id: str, points: tuple[Point, ...], begun: Instant
    ) -> Iterable[Expected]:
        ratio = self._paces.ratio(entry_id)
        midnight = self._book.day.midnight
        moving, variance, total = 0.0, 0.0, 0.0
        for first, second in pairwise(points):
            pace = self._paces.leg(first, second)
            time = pace.time
            if not second.is_out:
                time *= ratio.value
                since = begun + round(total)
                time *= lamplight(since, since + round(time), midnight)
                moving += time
            total += time
            variance += (pace.spread * time) ** 2
            deviation = math.sqrt(variance + (ratio.spread * moving) ** 2)
            spread = EIGHTY_PERCENT * deviation / total if total else 0.0
            yield Expected(
                point=second.code,
                ordinal=second.ordinal,
                distance_m=second.distance_m,
                is_mandatory=second.mandatory,
                time=begun + round(total),
                earliest=begun + round(total * math.exp(-spread)),
                latest=begun + round(total * math.exp(spread)),
                seen=pace.seen,
            )


def history_before(book: RaceBook, stage: int) -> History:
    """What the stages before ``stage`` tell: the raw clocks of who finished them.

    An entry's form is its time over the median of those on its course, the ground the median
    over the usual time of the course; on average over those stages.
    """
    form: dict[str, list[float]] = {}
    ground: list[float] = []
    for number in book.stages:
        if number >= stage:
            break
        before = book.stage_book(number)
        for (division, version), times in _finishers(before).items():
            median = sorted(raw for _, raw in times)[len(times) // 2]
            for entry_id, raw in times:
                form.setdefault(entry_id, []).append(raw / median)
            points = before.courses.versions[division][version].points
            effort = Effort(before.stage).between(points[0], points[-1])
            if effort:
                ground.append(median / usual_time(effort))
    return History(
        form={entry_id: sum(those) / len(those) for entry_id, those in form.items()},
        ground=sum(ground) / len(ground) if ground else None,
    )


def _finishers(book: StageBook) -> dict[tuple[str, int], list[tuple[str, Duration]]]:
    """The raw clocks of who finished a stage, by division and version of its course."""
    found: dict[tuple[str, int], list[tuple[str, Duration]]] = {}
    for entry_id, row in book.state.rows.items() if book.state is not None else ():
        if row.raw and row.status is StageStatus.FINISHED:
            key = row.entry.division, book.courses.version(row.entry)
            found.setdefault(key, []).append((entry_id, row.raw))
    return found
