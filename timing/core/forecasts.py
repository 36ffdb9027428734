"""When runners are expected at the controls ahead of them (Rules 11.2, 9.8).

From a runner's own pace against the field's on the legs covered, on this stage and the ones
before; from the ground where nobody has been yet. In and out of a place are apart: stops are
learnt by themselves. A forecast is no evidence: it ranks nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

from timing.core.book import RaceBook
from timing.core.effort import Effort, lamplight, tired_time
from timing.core.paces import (
    ON_THE_WAY,
    USUAL_SCATTER,
    History,
    Paces,
    Runner,
    Scatter,
)
from timing.core.stage_book import StageBook
from timing.core.statuses import StageStatus
from timing.core.times import Duration, Instant

EIGHTY_PERCENT = 1.2816
"""Eight of ten draws of a normal distribution are within so many standard deviations."""

_NORMAL = NormalDist()


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
    """The forecasts of everyone on a stage, which share what is learnt of the field.

    As known at ``at``, by default by all that the book holds.
    """

    def __init__(
        self,
        book: RaceBook,
        stage: int,
        at: Instant | None = None,
        scatter: Scatter = USUAL_SCATTER,
    ) -> None:
        self._book = book.stage_book(stage)
        self._at = at
        self._scatter = scatter
        self._paces = Paces(self._book, history_before(book, stage, at), at, scatter)

    def of(self, entry_id: str) -> tuple[Expected, ...]:
        """The points ahead of an entry; empty where it is not on course.

        From when it was last seen: that it has not come since does not put it off, or nobody
        would ever be overdue.
        """
        runner = self._on_course(entry_id)
        return () if runner is None else tuple(self._ahead(entry_id, runner))

    def to_come(self, entry_id: str) -> tuple[Expected, ...]:
        """The same knowing that they have not come by ``at``: nothing of it is before then.

        For the public: it tells nobody who is late (Rules 12.2).
        """
        ahead = self.of(entry_id)
        if self._at is None or not ahead:
            return ahead
        runner = self._paces.runner(entry_id)
        since = ahead[0].time if runner is None else runner.left
        return _not_before(ahead, since, self._at)

    def finishes(self) -> Mapping[str, Expected]:
        """When everybody on course is `to_come` at the finish, by entry id."""
        rows = {} if self._book.state is None else self._book.state.rows
        ahead = ((entry_id, self.to_come(entry_id)) for entry_id in rows)
        return {entry_id: points[-1] for entry_id, points in ahead if points}

    def last_seen(self, entry_id: str) -> tuple[int, Instant] | None:
        """The point, by its place on the course, that an entry on course left last, and when.

        Whoever was held there left when they were released (Rules 4.11).

        That is the start, at the gun, for who was not seen since. None for who is not under way.
        A stage that is cancelled is still to be run home (Rules 11.1).
        """
        runner = self._on_course(entry_id)
        return None if runner is None else (runner.seen[-1][0], runner.left)

    def _on_course(self, entry_id: str) -> Runner | None:
        rows = {} if self._book.state is None else self._book.state.rows
        row, runner = rows.get(entry_id), self._paces.runner(entry_id)
        if row is None or runner is None or row.status not in ON_THE_WAY:
            return None
        if self._at is None and row.status is StageStatus.NOT_STARTED:
            return None
        # A time from elsewhere may be all there is of a finish.
        is_done = row.status is StageStatus.FINISHED and (
            self._at is None or row.finish is None or row.finish <= self._at
        )
        return None if is_done else runner

    def _ahead(self, entry_id: str, runner: Runner) -> Iterator[Expected]:
        reached, begun = runner.seen[-1][0], runner.left
        midnight = self._book.day.midnight
        ratio, habit = math.exp(runner.way.mean), math.exp(runner.stop.mean)
        wild = runner.chance(self._scatter.slow)
        total = way = stay = guessed = apart = 0.0
        # Sums over what the ratio may drift on the legs ahead: each step counts for all that
        # follows it.
        steps = stretched = drifted = 0.0
        earliest = latest = begun
        for point, pace in self._paces.ahead(entry_id, reached):
            if point.is_out:
                time = pace.time * habit
                stay += time
            else:
                time = pace.time * ratio
                since = begun + round(total)
                time *= lamplight(since, since + round(time), midnight)
                way += time
                steps += pace.drift
                drifted += time * (2 * stretched + time * steps)
                stretched += time * steps
                if not pace.seen:
                    guessed += time * math.sqrt(pace.shared)
            total += time
            chance = pace.chance if point.is_out else pace.chance * wild
            apart += (chance + pace.doubt) * time**2
            variance = (
                apart
                + drifted
                + guessed**2
                + runner.way.variance * way**2
                + runner.stop.variance * stay**2
            )
            spread = EIGHTY_PERCENT * math.sqrt(variance) / total
            # A short leg more may make it surer by how much, but nobody is there before.
            earliest = max(earliest, begun + round(total * math.exp(-spread)))
            latest = max(latest, begun + round(total * math.exp(spread)))
            yield Expected(
                point=point.code,
                ordinal=point.ordinal,
                distance_m=point.distance_m,
                is_mandatory=point.mandatory,
                time=begun + round(total),
                earliest=earliest,
                latest=latest,
                seen=pace.seen,
            )


def _not_before(ahead: tuple[Expected, ...], since: Instant, at: Instant) -> tuple[Expected, ...]:
    """What is to be expected of who is not at the next point by ``at``.

    Of the times to it only those that are longer are left; all that follows is put off alike.
    """
    first = ahead[0]
    if at <= since or first.time <= since:
        return ahead
    middle = math.log(first.time - since)
    deviation = max(1e-6, (math.log(first.latest - since) - middle) / EIGHTY_PERCENT)
    gone = min(1 - 1e-9, _NORMAL.cdf((math.log(at - since) - middle) / deviation))
    if gone < 0.001:
        return ahead

    def left(share: float) -> Instant:
        quantile = _NORMAL.inv_cdf(gone + (1 - gone) * share)
        return max(at, since + round(math.exp(middle + deviation * quantile)))

    earliest, time, latest = left(0.1), left(0.5), left(0.9)
    return tuple(
        replace(
            e,
            earliest=e.earliest + max(0, earliest - first.earliest),
            time=e.time + max(0, time - first.time),
            latest=e.latest + max(0, latest - first.latest),
        )
        for e in ahead
    )


def history_before(book: RaceBook, stage: int, at: Instant | None = None) -> History:
    """What the stages before ``stage`` tell by ``at``: the raw clocks of who finished them.

    An entry's form is its time over the median of those on its course, the ground the median
    over the usual time of the course; logarithms of both, the latter on average.
    """
    form: dict[str, list[float]] = {}
    ground: list[float] = []
    for number in book.stages:
        if number >= stage:
            break
        before = book.stage_book(number)
        for (division, version), times in _finishers(before, at).items():
            median = sorted(raw for _, raw in times)[len(times) // 2]
            for entry_id, raw in times:
                form.setdefault(entry_id, []).append(math.log(raw / median))
            points = before.courses.versions[division][version].points
            effort = Effort(before.stage).between(points[0], points[-1])
            if effort:
                ground.append(math.log(median / tired_time(0.0, effort)))
    return History(form=form, ground=sum(ground) / len(ground) if ground else None)


def _finishers(
    book: StageBook, at: Instant | None
) -> dict[tuple[str, int], list[tuple[str, Duration]]]:
    """The raw clocks of who finished a stage, by division and version of its course."""
    found: dict[tuple[str, int], list[tuple[str, Duration]]] = {}
    for entry_id, row in book.state.rows.items() if book.state is not None else ():
        is_by_now = at is None or row.finish is None or row.finish <= at
        if row.raw and row.status is StageStatus.FINISHED and is_by_now:
            key = row.entry.division, book.courses.version(row.entry)
            found.setdefault(key, []).append((entry_id, row.raw))
    return found
