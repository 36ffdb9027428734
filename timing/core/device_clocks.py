"""Devices whose clocks cannot both be right (Rules 4.5, 4.10).

Two devices that read the same runners at one control and differ by about the same for all of
them have clocks that differ; where the difference grows, one of them drifts. A measured offset
that changes does so too. When something was received tells nothing here: each node has its own
moment for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from timing.core.problems import Problem, ProblemCode
from timing.core.results import UnusedReason
from timing.core.stage_book import StageBook
from timing.core.times import MINUTE, SECOND, Duration, Instant

LEAST_PAIRS = 5
"""So many runners must have been read by both: one or two may be the volunteer's error."""

LEAST_THIRD = 3
"""A drift is told from the first and the last third of them, if these are so many."""

APART: Duration = 10 * SECOND
"""Two people who note one runner differ by some seconds; clocks that are set, by less."""

OFFSET_MOVED: Duration = MINUTE
"""A measured offset that changes by more on one stage: measured wrongly, or a clock was set."""

_RIVALS = frozenset(
    {UnusedReason.LATER_READ, UnusedReason.LOWER_PRIORITY, UnusedReason.BACKUP_STANDS}
)


def clocks_off(book: StageBook) -> Iterator[Problem]:
    """The devices of a settled stage whose clocks differ, or whose measured offset moved."""
    for (control, one, other), pairs in sorted(_pairs(book).items()):
        if len(pairs) < LEAST_PAIRS:
            continue
        pairs.sort()
        apart = [d for _, d, _ in pairs]
        whole = _median(apart)
        is_off = abs(whole) > APART and _scatter(apart) <= abs(whole) // 4
        third = len(apart) // 3
        early, late = apart[:third], apart[len(apart) - third :]
        drift = _median(late) - _median(early) if third >= LEAST_THIRD else 0
        is_drifting = abs(drift) > APART and max(_scatter(early), _scatter(late)) <= abs(drift) // 4
        if is_off or is_drifting:
            yield Problem(
                code=ProblemCode.CLOCK_OFF,
                stage=book.number,
                control=control,
                records=tuple(sorted(record for _, _, record in pairs)[:LEAST_PAIRS]),
                params=(
                    ("device", one),
                    ("other", other),
                    ("apart_ms", max(abs(whole), abs(drift))),
                ),
            )
    yield from _moved_offsets(book)


def _pairs(
    book: StageBook,
) -> dict[tuple[str, str, str], list[tuple[Instant, Duration, str]]]:
    """Where two devices read one runner: when, by how much they differ, and a record.

    By control and the two devices in the order of their names; the difference is the second's
    time minus the first's.
    """
    found: dict[tuple[str, str, str], list[tuple[Instant, Duration, str]]] = {}
    for entry_id, facts in book.facts.items():
        if not facts.unused:
            continue
        of_id = {p.id: p for p in book.bucket[entry_id]}
        index = book.courses.of(book.roster.entries[entry_id]).index
        for unused in facts.unused:
            if unused.reason not in _RIVALS or unused.time is None:
                continue
            point = index.get(unused.control)
            if point is None:
                # A place that is passed more than once: which passage it was, nobody knows.
                continue
            taken, time = facts.taken[point], facts.times[point]
            device = of_id[unused.record].device
            if taken is None or time is None or not device or device == taken.device:
                continue
            if not taken.device:
                continue
            apart = unused.time - time
            key = (unused.control, taken.device, device)
            if device < taken.device:
                key, apart = (unused.control, device, taken.device), -apart
            found.setdefault(key, []).append((time, apart, unused.record))
    return found


def _moved_offsets(book: StageBook) -> Iterator[Problem]:
    extremes: dict[str, tuple[int, str, int, str]] = {}
    for passings in book.bucket.values():
        for p in passings:
            offset = p.offset_ms
            if offset is None or not p.device or book.offsets.get(p.device):
                continue
            low, first, high, last = extremes.get(p.device, (offset, p.id, offset, p.id))
            low, first = min((low, first), (offset, p.id))
            high, last = max((high, last), (offset, p.id))
            extremes[p.device] = (low, first, high, last)
    for device, (low, first, high, last) in sorted(extremes.items()):
        if high - low > OFFSET_MOVED:
            yield Problem(
                code=ProblemCode.CLOCK_OFF,
                stage=book.number,
                records=(first, last),
                params=(("device", device), ("other", device), ("apart_ms", high - low)),
            )


def _scatter(values: Sequence[int]) -> int:
    """The median distance from the median."""
    median = _median(values)
    return _median([abs(value - median) for value in values])


def _median(values: Sequence[int]) -> int:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
