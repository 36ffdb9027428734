"""A device's clock put right by a ruling (Rules 4.3, 4.10; racefile, Rulings)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from timing.core.records import ClockOffset, Passing, Ruling
from timing.core.times import DAY, Instant, TimeOfDay


def offsets_by_device(rulings: Sequence[Ruling]) -> dict[str, list[ClockOffset]]:
    """The clock rulings of each device, in their order."""
    found: dict[str, list[ClockOffset]] = {}
    for ruling in rulings:
        if isinstance(ruling, ClockOffset):
            found.setdefault(ruling.device, []).append(ruling)
    return found


def corrected(passing: Passing, offsets: Sequence[ClockOffset]) -> Passing:
    """The passing with its true time: device time plus the offset that was ruled.

    It replaces the measured offset where device time lies in [since, until); the later ruling
    counts. A time of day that is known to no device clock is shifted where the ruling holds for
    all time. The record itself stays as it came.
    """
    offset = ruled_offset(passing, offsets)
    if offset is None:
        return passing
    device_time = _device_time(passing)
    if device_time is not None:
        return replace(passing, time=device_time + offset.offset)
    if isinstance(passing.time, TimeOfDay):
        return replace(passing, time=_shifted(passing.time, offset.offset))
    return passing


def ruled_offset(passing: Passing, offsets: Sequence[ClockOffset]) -> ClockOffset | None:
    """The one of its device's clock rulings that counts for a passing as it came, if any does."""
    for offset in reversed(offsets):
        device_time = _device_time(passing)
        if device_time is not None:
            if _holds(offset, device_time):
                return offset
        elif offset.since is None and offset.until is None and isinstance(passing.time, TimeOfDay):
            return offset
    return None


def _device_time(passing: Passing) -> Instant | None:
    if passing.device_time is not None:
        return passing.device_time
    if isinstance(passing.time, int):
        return passing.time - (passing.offset_ms or 0)
    return None


def _holds(offset: ClockOffset, device_time: Instant) -> bool:
    return (offset.since is None or offset.since <= device_time) and (
        offset.until is None or device_time < offset.until
    )


def _shifted(time: TimeOfDay, offset: int) -> TimeOfDay:
    days, ms = divmod(time.ms + offset, DAY)
    return TimeOfDay(ms, None if time.day is None else time.day + days)
