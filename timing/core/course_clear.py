"""Who is out on a stage, who is home, and whom to look for (Rules 11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from timing.core.book import RaceBook
from timing.core.courses import Course
from timing.core.cutoffs import Limit, limits_of, waited
from timing.core.entries import Entry, bib_order
from timing.core.forecasts import Expected, Forecasts
from timing.core.holds import hold_periods, kept_by
from timing.core.records import Account, Acknowledgement, Close, Status
from timing.core.results import UnusedReason
from timing.core.safety import (
    Alert,
    AlertKind,
    ControlWatch,
    Register,
    RegisterLine,
    Whereabouts,
    level_of,
)
from timing.core.silence import SilentStation, silent_stations
from timing.core.splits import Facts
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row
from timing.core.statuses import StageStatus
from timing.core.times import HOUR, MINUTE, Duration, Instant, TimeOfDay

SWEEP = "sweep"
"""Entries with this tag follow the last of the field (Rules 11.3)."""

LEAST_GRACE: Duration = 15 * MINUTE
"""Nobody is overdue sooner after the time expected."""

GRACE_IN_RANGES = 2
"""Overdue is who is later by so many times what eight of ten are late at the most: about one in
two hundred of those who are only slow."""

HANDED_OVER_WITHIN: Duration = 2 * HOUR
"""A runner in a vehicle is asked after, once nobody has said for so long where they were put."""

_ELSEWHERE = frozenset({StageStatus.DNS, StageStatus.NOT_IN_DIVISION})
_ENDED = frozenset({StageStatus.DNF, StageStatus.OTL, StageStatus.DSQ, StageStatus.DNS})
_SEEN_ALL_THE_SAME = frozenset(
    {UnusedReason.AT_LATEST, UnusedReason.BEYOND_RESULT, UnusedReason.AFTER_OUT}
)
"""Reads that make no result but tell where somebody was."""


def register(book: RaceBook, stage: int, at: Instant) -> Register:
    """The register of a stage at an instant, from a book as of then; UnknownStage if none.

    The book decides what is known, ``at`` how late it is: ask for records up to ``at`` with
    `compute`, where an earlier instant is meant.
    """
    return _Registrar(book, book.stage_book(stage), at).register()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Where somebody was seen last: the index on the full course, and when."""

    index: int
    time: Instant
    is_at_latest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runner:
    """One who started, before anything is made of it. ``ahead`` is what is expected of them."""

    row: Row
    course: Course
    seen: _Seen | None
    is_home: bool
    account: Account | None
    ahead: tuple[Expected, ...]

    @property
    def entry(self) -> Entry:
        return self.row.entry

    @property
    def is_sweep(self) -> bool:
        return SWEEP in self.row.entry.tags


_LimitsKey: TypeAlias = tuple[str, int, tuple[str, ...], str]
"""A division, the version of its course, categories and a wave."""


class _Registrar:
    def __init__(self, book: RaceBook, stage: StageBook, at: Instant) -> None:
        self._book = book
        self._stage = stage
        self._at = at
        self._forecasts = Forecasts(book, stage.number, at)
        rulings = [r for r in book.rulings if r.at <= at]
        self._rulings = rulings
        self._accounts: dict[str, Account] = {}
        for ruling in rulings:
            if isinstance(ruling, Account) and ruling.stage == stage.number:
                for entry_id in stage.roster.ids_of(ruling.bibs):
                    self._accounts[entry_id] = ruling
        self._acks = [r for r in rulings if isinstance(r, Acknowledgement)]
        self._closed = [r for r in rulings if isinstance(r, Close) and r.stage == stage.number]
        self._seen_later = self._on_later_stages()
        self._known_limits: dict[_LimitsKey, tuple[Limit, ...]] = {}
        periods = hold_periods(stage.number, rulings, stage.day, stage.roster.wearing)
        self._holds = [p for p in periods if p.since <= at]

    def register(self) -> Register:
        runners = list(self._runners())
        swept = self._swept(runners)
        silent = silent_stations(
            # Whoever a hold keeps back is awaited nowhere: no station is silent for it.
            [
                (
                    r.course.points,
                    self._stage.facts.get(r.entry.id),
                    () if self._kept(r) else r.ahead,
                )
                for r in runners
            ],
            self._at,
        )
        lines = sorted(
            (self._line(r, swept, silent) for r in runners),
            key=lambda line: (*line.sort_key(), bib_order(line.entry.bib)),
        )
        return Register(
            stage=self._stage.number,
            at=self._at,
            lines=tuple(lines),
            controls=tuple(self._controls(runners, lines, swept, silent)),
        )

    # -- who started, and where they were seen -------------------------------------------------

    def _runners(self) -> Iterator[_Runner]:
        state = self._stage.state
        for entry_id, row in state.rows.items() if state is not None else ():
            facts = self._stage.facts.get(entry_id)
            course = self._stage.full_courses.of(row.entry)
            seen = self._last_seen(course, row, facts)
            if seen is None and not self._has_left(row):
                continue
            is_home = (seen is not None and seen.index == len(course.points) - 1) or (
                # A time from elsewhere is all that is known of who was not followed at all.
                facts is None and entry_id in self._stage.declared
            )
            yield _Runner(
                row=row,
                course=course,
                seen=seen,
                is_home=is_home,
                account=self._accounts.get(entry_id),
                ahead=() if is_home else self._forecasts.of(entry_id),
            )

    def _has_left(self, row: Row) -> bool:
        """On a gun everyone who is not DNS is on course from the gun (Rules 11.1).

        From the planned one on, though nothing was seen of the stage yet.
        """
        return row.status not in _ELSEWHERE and row.start is not None and row.start <= self._at

    def _last_seen(self, course: Course, row: Row, facts: Facts | None) -> _Seen | None:
        if facts is None:
            return None
        seen = [
            _Seen(index=index, time=time)
            for index, time in enumerate(facts.times)
            if time is not None
        ]
        for unused in facts.unused:
            if unused.reason in _SEEN_ALL_THE_SAME and unused.control in course.index:
                time = unused.time or self._time_of(unused.record, row)
                if time is not None:
                    seen.append(
                        _Seen(
                            index=course.index[unused.control],
                            time=time,
                            is_at_latest=unused.reason is UnusedReason.AT_LATEST,
                        )
                    )
        return max(seen, key=lambda s: (s.index, s.time), default=None)

    def _time_of(self, record: str, row: Row) -> Instant | None:
        passing = self._book.passing(record)
        time = None if passing is None else passing.time
        if not isinstance(time, TimeOfDay):
            return time
        if time.day is not None or row.start is None:
            return self._stage.day.scheduled(time)
        return self._stage.day.not_before(time.ms, row.start)

    def _on_later_stages(self) -> frozenset[str]:
        """Whoever is seen on a later stage has come home from this one."""
        later = [n for n in self._book.stages if n > self._stage.number]
        return frozenset(
            entry_id
            for number in later
            for entry_id, facts in self._book.stage_book(number).facts.items()
            if facts.last >= 0
        )

    def _kept(self, runner: _Runner) -> bool:
        """Whether a hold keeps them where they were seen last (Rules 4.11)."""
        seen = runner.seen
        if seen is None or not self._holds:
            return False
        point = runner.course.points[seen.index]
        return kept_by(runner.entry.id, point, seen.time, self._holds, self._at) is not None

    # -- a line ----------------------------------------------------------------------------------

    def _line(
        self, runner: _Runner, swept: dict[str, Instant], silent: dict[str, SilentStation]
    ) -> RegisterLine:
        account, seen = runner.account, runner.seen
        is_seen_after = (
            account is not None
            and seen is not None
            and not runner.is_home
            and seen.time > account.at
        )
        whereabouts = self._whereabouts(runner, is_seen_after=is_seen_after)
        ahead = self._awaited(runner, silent) if whereabouts is Whereabouts.OUT else None
        status = self._status_ruling(runner)
        last_seen = runner.row.start if seen is None else seen.time
        return RegisterLine(
            entry=runner.entry,
            whereabouts=whereabouts,
            last_point=runner.course.points[0 if seen is None else seen.index].code,
            last_seen=last_seen,
            is_at_latest=seen is not None and seen.is_at_latest,
            next=ahead,
            alerts=tuple(
                self._alerts(runner, whereabouts, ahead, swept, is_seen_after=is_seen_after)
            ),
            where=account.where or account.control if account is not None else "",
            vehicle=account.vehicle if account is not None else "",
            handed_to=account.handed_to if account is not None else "",
            said=account.at if account is not None else None,
            by=account.by if account is not None else (status.by if status is not None else ""),
        )

    def _whereabouts(self, runner: _Runner, *, is_seen_after: bool) -> Whereabouts:
        if runner.is_home:
            return Whereabouts.FINISHED
        if runner.account is not None and not is_seen_after:
            # Somebody in a vehicle is followed until they are handed over (Rules 11.1).
            is_final = bool(runner.account.handed_to) or not runner.account.vehicle
            return Whereabouts.ACCOUNTED if is_final else Whereabouts.COLLECTED
        if runner.entry.id in self._seen_later:
            return Whereabouts.ACCOUNTED
        return Whereabouts.RETIRED if runner.row.status in _ENDED else Whereabouts.OUT

    def _status_ruling(self, runner: _Runner) -> Status | None:
        decisions = [
            r
            for r in self._rulings
            if isinstance(r, Status)
            and r.stage in (None, self._stage.number)
            and runner.entry.bib in r.bibs
        ]
        return decisions[-1] if decisions and runner.row.status in _ENDED else None

    def _awaited(self, runner: _Runner, silent: dict[str, SilentStation]) -> Expected | None:
        """The next point that must be passed, and where a station would tell."""
        passed = -1 if runner.seen is None else runner.seen.index
        ahead = [e for e in runner.ahead if e.is_mandatory and e.ordinal > passed]
        heard = [e for e in ahead if e.point not in silent or not silent[e.point].is_sure]
        return next(iter(heard or ahead[-1:]), None)

    # -- alerts ----------------------------------------------------------------------------------

    def _alerts(
        self,
        runner: _Runner,
        whereabouts: Whereabouts,
        ahead: Expected | None,
        swept: dict[str, Instant],
        *,
        is_seen_after: bool,
    ) -> Iterator[Alert]:
        account, seen = runner.account, runner.seen
        if is_seen_after and seen is not None and not whereabouts.is_home():
            control = runner.course.points[seen.index].code
            yield self._alert(AlertKind.SEEN_AFTER_ACCOUNTED, control, seen.time, runner.entry)
        if whereabouts is Whereabouts.COLLECTED and account is not None:
            since = account.at + HANDED_OVER_WITHIN
            if since <= self._at:
                yield self._alert(AlertKind.NOT_HANDED_OVER, account.control, since, runner.entry)
        if whereabouts is not Whereabouts.OUT or runner.is_sweep:
            return
        yield from self._sweep_alerts(runner, swept)
        if ahead is not None and (since := self._overdue_from(runner, ahead)) <= self._at:
            yield self._alert(AlertKind.OVERDUE, ahead.point, since, runner.entry)

    def _overdue_from(self, runner: _Runner, ahead: Expected) -> Instant:
        """Past what may be expected, or not seen when the control closed (Rules 5.6, 11.2)."""
        due = ahead.time + max(LEAST_GRACE, GRACE_IN_RANGES * (ahead.latest - ahead.time))
        seen = runner.row.start if runner.seen is None else runner.seen.time
        closing = self._closing(runner, ahead.ordinal)
        if closing is not None and (seen is None or closing > seen):
            return min(due, closing)
        return due

    def _closing(self, runner: _Runner, index: int) -> Instant | None:
        """When a control closes for a runner: its hard cut-off, or when it was closed."""
        start, found = runner.row.start, []
        frame = self._stage.frame
        gun = None if frame is None else frame.clock_of(runner.entry.id).gun
        for limit in self._limits(runner):
            if limit.point != index or not limit.is_hard:
                continue
            if (closing := limit.closing(start, gun)) is not None:
                found.append(closing + waited(limit, runner.row.holds))
        return min(found, default=None)

    def _limits_key(self, runner: _Runner) -> _LimitsKey:
        frame = self._stage.frame
        wave = "" if frame is None else frame.clock_of(runner.entry.id).wave
        version = self._stage.full_courses.version(runner.entry)
        return runner.entry.division, version, runner.row.categories, wave

    def _limits(self, runner: _Runner) -> tuple[Limit, ...]:
        stage = self._stage
        key = division, _, categories, wave = self._limits_key(runner)
        if key not in self._known_limits:
            self._known_limits[key] = limits_of(
                runner.course,
                stage.day,
                self._book.race.rules.cutoff,
                self._rulings,
                stage=stage.number,
                division=division,
                categories=categories,
                wave=wave,
            )
        return self._known_limits[key]

    def _sweep_alerts(self, runner: _Runner, swept: dict[str, Instant]) -> Iterator[Alert]:
        """Seen behind the sweep, or left behind by it unseen (Rules 11.1)."""
        seen = runner.seen
        reached = 0 if seen is None else seen.index
        points = runner.course.points
        if seen is not None:
            passed = points[reached].code
            gone = [r.at for r in self._closed if points[reached].is_named(r.control)]
            gone += [swept[passed]] if passed in swept else []
            if any(seen.time > t for t in gone):
                yield self._alert(AlertKind.BEHIND_SWEEP, passed, seen.time, runner.entry)
        for point in points[reached + 1 :]:
            if (since := swept.get(point.code)) is not None and since <= self._at:
                yield self._alert(AlertKind.PASSED_BY_SWEEP, point.code, since, runner.entry)
                return

    def _alert(self, kind: AlertKind, control: str, since: Instant, entry: Entry | None) -> Alert:
        """With its level: one ack answers an alert at its control, or any that stood by then."""
        by = ""
        for ack in self._acks:
            is_whom = not ack.bibs if entry is None else self._names(ack, entry)
            is_where = ack.control == control or (not ack.control and ack.at >= since)
            if ack.alert == kind and is_whom and is_where:
                by = ack.by
        level = level_of(since, self._at, is_acknowledged=bool(by))
        return Alert(kind=kind, control=control, since=since, level=level, by=by)

    def _names(self, ack: Acknowledgement, entry: Entry) -> bool:
        return ack.stage in (None, self._stage.number) and entry.id in self._stage.roster.ids_of(
            ack.bibs
        )

    # -- controls --------------------------------------------------------------------------------

    def _swept(self, runners: Iterable[_Runner]) -> dict[str, Instant]:
        """When the last sweep came through each point."""
        swept: dict[str, Instant] = {}
        for runner in runners:
            facts = self._stage.facts.get(runner.entry.id)
            if not runner.is_sweep or facts is None:
                continue
            for point, time in zip(runner.course.points, facts.times, strict=False):
                if time is not None and point.ordinal:
                    swept[point.code] = max(time, swept.get(point.code, time))
        return swept

    def _controls(
        self,
        runners: list[_Runner],
        lines: list[RegisterLine],
        swept: dict[str, Instant],
        silent: dict[str, SilentStation],
    ) -> Iterator[ControlWatch]:
        out = {line.entry.id for line in lines if line.whereabouts is Whereabouts.OUT}
        courses = self._stage.full_courses
        codes = dict.fromkeys(p.code for d in courses for p in courses.points_of(d)[1:])
        for code in codes:
            of_course = [r for r in runners if code in r.course.index]
            to_come = [
                r
                for r in of_course
                if r.entry.id in out and (r.seen is None or r.seen.index < r.course.index[code])
            ]
            expected = [(e.time, r.entry.bib) for r in to_come for e in r.ahead if e.point == code]
            # Those who share course, categories, wave and waits share their closing times.
            alike = {(self._limits_key(r), r.row.holds): r for r in of_course}.values()
            closing = [
                c for r in alike if (c := self._closing(r, r.course.index[code])) is not None
            ]
            last, bib = max(expected, default=(None, ""))
            station = silent.get(code)
            yield ControlWatch(
                point=code,
                through=len(self._stage.times_at(code)),
                to_come=len(to_come),
                closes=max(closing, default=None),
                swept=swept.get(code),
                last_expected=last,
                last_bib=bib,
                alert=None
                if station is None
                else self._alert(AlertKind.STATION_SILENT, code, station.since, None),
            )
