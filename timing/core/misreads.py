"""A bib read where somebody else is missing whose bib looks much like it (Rules 4.5).

A read is odd when nobody wears its bib, or its wearer cannot have been there then, or was there
already. Where exactly one runner with a similar bib is missing at that control, and would have
come by about then, that is who it may have been. It is a question: nothing is assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from timing.core.courses import Point
from timing.core.days import NoSuchTime
from timing.core.effort import Effort, usual_time
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.splits import Facts
from timing.core.stage_book import StageBook
from timing.core.statuses import StageStatus
from timing.core.times import MINUTE, Duration, Instant, TimeOfDay

UNREAD = "*"

NEAR: Duration = 10 * MINUTE
"""A read so near to when somebody was to be expected fits, however short the leg."""

_OFF_BY = 0.35
"""Else it may be off by this share of the leg."""

_CLEARLY = 2.0
"""The better of two that fit is named where the other is so many times further off."""

_ODD = frozenset(
    {
        ProblemCode.REPEATED_ENTRY,
        ProblemCode.SOURCES_DISAGREE,
        ProblemCode.OUT_OF_ORDER,
        ProblemCode.OUT_BEFORE_IN,
        ProblemCode.BEFORE_START,
        ProblemCode.TOO_FAST,
        ProblemCode.TOO_SLOW,
        ProblemCode.UNKNOWN_BIB,
        ProblemCode.UNREAD_BIB,
    }
)
"""Problems that rest on a read which may be another's."""


def is_alike(read: str, bib: str) -> bool:
    """Whether ``bib`` may have been taken for ``read``: one digit off, two swapped, or unread.

    One digit more or less counts too. Bibs that are equal, or of one digit only, are not alike.
    """
    if read == bib or len(bib) < 2:
        return False
    if UNREAD in read:
        return len(read) == len(bib) and all(
            a in (b, UNREAD) for a, b in zip(read, bib, strict=True)
        )
    if len(read) == len(bib):
        apart = [i for i, (a, b) in enumerate(zip(read, bib, strict=True)) if a != b]
        if len(apart) == 1:
            return True
        is_swap = len(apart) == 2 and apart[1] == apart[0] + 1
        return is_swap and read[apart[0]] == bib[apart[1]] and read[apart[1]] == bib[apart[0]]
    shorter, longer = sorted((read, bib), key=len)
    return len(longer) - len(shorter) == 1 and any(
        longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )


def misreads(
    book: StageBook, problems: Iterable[Problem], unplaced: Iterable[Passing]
) -> tuple[Problem, ...]:
    """Whose the odd reads of a settled stage may be.

    ``problems`` are those of the stage, of ``unplaced`` passings too: those that are nobody's.
    """
    nobodys = {p.id: p for p in unplaced}
    odd: list[tuple[Passing, ...]] = []
    for problem in problems:
        if problem.code in _ODD:
            reads = (nobodys.get(r) or _own_read(book, problem.bib, r) for r in problem.records)
            odd.append(tuple(p for p in reads if p is not None and p.id not in book.confirmed))
    lone = tuple(_lone_reads(book))
    if not odd and not lone:
        return ()
    search = _Search(book)
    found = [search.owner_of_one(reads) for reads in odd]
    # Who was seen once may just have been missed elsewhere: it takes somebody surely missing.
    found += [search.owner_of_one((passing,), is_seen_later=True) for passing in lone]
    return tuple(dict.fromkeys(problem for problem in found if problem is not None))


def _own_read(book: StageBook, bib: str, record: str) -> Passing | None:
    """A read of that bib by its wearer; one that was assigned is nobody's misreading any more."""
    bucket = book.bucket.get(book.roster.wearing.get(bib, ""), ())
    return next((p for p in bucket if p.id == record and p.bib == bib), None)


def _lone_reads(book: StageBook) -> Iterator[Passing]:
    """The only reads of people who were seen once, and at no control before it."""
    for entry_id, facts in book.facts.items():
        if facts.last < 2 or facts.times[-1] is not None:
            continue
        taken = [p for p in facts.taken[1:] if p is not None]
        is_own = taken[0].bib == book.roster.entries[entry_id].bib if taken else False
        if len(taken) == 1 and is_own and taken[0].id not in book.confirmed:
            yield taken[0]


@dataclass(frozen=True, slots=True)
class _Fit:
    """A runner who is missing where something was read, and how far the time is off."""

    off: Duration
    bib: str
    passing: Passing
    is_seen_later: bool


class _Search:
    """Who is missing at which control of a stage."""

    def __init__(self, book: StageBook) -> None:
        self._book = book
        self._effort = Effort(book.stage)
        self._missing: dict[str, list[tuple[str, Facts, tuple[Point, ...]]]] = {}
        rows = book.state.rows if book.state is not None else {}
        for entry_id, facts in book.facts.items():
            points = book.courses.of(book.roster.entries[entry_id]).points
            is_away = entry_id in rows and rows[entry_id].status is StageStatus.ON_COURSE
            upto = len(points) if is_away else facts.last + 1
            for point, time in zip(points[1:upto], facts.times[1:upto], strict=True):
                if time is None:
                    self._missing.setdefault(point.code, []).append((entry_id, facts, points))

    def owner_of_one(
        self, reads: Sequence[Passing], *, is_seen_later: bool = False
    ) -> Problem | None:
        """The one runner whom one of the reads fits; None where nobody or several do.

        Of the reads that one problem names only one is wrong. ``is_seen_later`` asks for
        somebody who was seen further on.
        """
        fits = [
            fit
            for passing in reads
            for fit in self._fits(passing)
            if fit.is_seen_later or not is_seen_later
        ]
        fits.sort(key=lambda fit: (fit.off, fit.bib, fit.passing.id))
        if not fits:
            return None
        best = fits[0]
        clearly = _CLEARLY * max(best.off, MINUTE)
        if any(fit.bib != best.bib and fit.off < clearly for fit in fits):
            return None
        return Problem(
            code=ProblemCode.LIKELY_MISREAD,
            stage=self._book.number,
            control=best.passing.control,
            bib=best.passing.bib,
            records=(best.passing.id,),
            params=(("likely", best.bib),),
        )

    def _fits(self, passing: Passing) -> Iterator[_Fit]:
        for entry_id, facts, points in self._missing.get(passing.control, ()):
            bib = self._book.roster.entries[entry_id].bib
            if is_alike(passing.bib, bib):
                off = self._off(passing, facts, points)
                if off is not None:
                    index = next(p.ordinal for p in points if p.code == passing.control)
                    yield _Fit(off, bib, passing, facts.last > index)

    def _off(self, passing: Passing, facts: Facts, points: tuple[Point, ...]) -> Duration | None:
        """How far the read is from when the runner was to be there; None where it cannot be."""
        index = next(p.ordinal for p in points if p.code == passing.control)
        before = [(i, t) for i, t in enumerate(facts.times[:index]) if t is not None and i]
        if facts.start is not None:
            before.insert(0, (0, facts.start))
        if not before:
            return None
        first, left = before[-1]
        time = self._instant(passing, left)
        if time is None or time <= left:
            return None
        way = self._effort.between(points[first], points[index])
        after = next(
            ((i, t) for i, t in enumerate(facts.times) if i > index and t is not None), None
        )
        if after is None:
            # Not seen since: by own pace so far, or by the ground alone.
            pace = self._pace(facts, points)
            expected = left + round(way * pace)
        else:
            second, came = after
            if time >= came:
                return None
            whole = way + self._effort.between(points[index], points[second])
            expected = left + round((came - left) * way / whole) if whole else left
        off = abs(time - expected)
        return off if off <= max(NEAR, _OFF_BY * (expected - left)) else None

    def _pace(self, facts: Facts, points: tuple[Point, ...]) -> float:
        """Milliseconds for a metre of effort, on the way so far."""
        if facts.last > 0 and facts.start is not None and facts.times[facts.last] is not None:
            covered = self._effort.between(points[0], points[facts.last])
            taken = (facts.times[facts.last] or 0) - facts.start
            if covered > 0:
                return taken / covered
        return usual_time(1.0)

    def _instant(self, passing: Passing, left: Instant) -> Instant | None:
        time = passing.time
        if not isinstance(time, TimeOfDay):
            return time
        try:
            if time.day is not None:
                return self._book.day.at(time)
            return self._book.day.not_before(time.ms, left)
        except NoSuchTime:
            return None
