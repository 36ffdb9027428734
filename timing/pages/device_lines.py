"""A device at a station in a line: last contact, what it still holds, its clock, its battery."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from timing.core.devices import Device
from timing.core.times import HOUR, MINUTE, SECOND, Duration, Instant, local_clock
from timing.pages import figures, words

LATE: Duration = 15 * MINUTE
"""So long after its last contact a device on duty is out of reach."""

UNSENT_LATE: Duration = 15 * MINUTE
BATTERY_LOW = 20
STORAGE_LOW = 0.95
CLOCK_UNSURE: Duration = 2 * SECOND
CLOCK_FAR: Duration = MINUTE
"""A clock so far off is put right by its offset, and someone should set it all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """A device in words; ``problems`` are what needs somebody, the worst first."""

    name: str
    station: str
    contact: str
    recorded: str
    unsent: str
    clock: str
    battery: str
    storage: str
    app: str
    problems: tuple[str, ...]
    is_over: bool


def device_line(device: Device, station: str, *, now: Instant, zone: ZoneInfo) -> DeviceLine:
    """A device as it is ``now``, going by what it said last."""
    said = device.contact
    return DeviceLine(
        name=said.name or said.origin[:6],
        station=station,
        contact=f"{ago(now - device.last_seen)}, {since(device.last_seen, now, zone)}",
        recorded=figures.count(said.recorded),
        unsent=_unsent(device, now),
        clock=_clock(device),
        battery=_battery(device),
        storage=_storage(device),
        app=said.app,
        problems=tuple(_problems(device, now=now, zone=zone)),
        is_over=device.shift_ended is not None and not said.unsent,
    )


def ago(span: Duration) -> str:
    """How long ago, roughly: ``just now``, ``12 min ago``, ``3 h ago``, ``2 days ago``."""
    if span < MINUTE:
        return "just now"
    return f"{_rough(span)} ago"


def since(at: Instant, now: Instant, zone: ZoneInfo) -> str:
    """``14:02``, and where that was not today ``27 Nov 14:02``."""
    day = local_clock(at, zone).date()
    time = figures.clock_minutes(at, zone)
    return time if day == local_clock(now, zone).date() else f"{words.day_and_month(day)} {time}"


def _rough(span: Duration) -> str:
    if span < 2 * HOUR:
        return f"{span // MINUTE} min"
    if span < 48 * HOUR:
        return f"{span // HOUR} h"
    return f"{span // (24 * HOUR)} days"


def seconds(span: Duration, *, signed: bool = False) -> str:
    """A span in seconds as people read it: ``+90.0 s``, ``0.04 s``, ``1:30:00``."""
    sign = ("+" if span > 0 else figures.MINUS if span < 0 else "") if signed else ""
    size = abs(span)
    if size >= 10 * MINUTE:
        return f"{sign}{figures.short(size)}"
    return f"{sign}{size / SECOND:.{2 if size < SECOND else 1}f} s"


def _unsent(device: Device, now: Instant) -> str:
    said = device.contact
    if not said.unsent:
        return "nothing"
    oldest = "" if said.oldest_unsent is None else f", the oldest {ago(now - said.oldest_unsent)}"
    return f"{figures.count(said.unsent)}{oldest}"


def _clock(device: Device) -> str:
    said = device.contact
    if said.clock_offset_ms is None:
        return "not measured"
    parts = [off(said.clock_offset_ms)]
    if said.clock_uncertainty_ms is not None:
        parts.append(f"±{seconds(said.clock_uncertainty_ms)}")
    if said.clock_age_ms is not None:
        parts.append(
            "measured just before"
            if said.clock_age_ms < MINUTE
            else f"measured {_rough(said.clock_age_ms)} before"
        )
    return ", ".join(parts)


def off(offset: Duration) -> str:
    """How a clock goes wrong, from true time less its own: ``90.0 s slow``, ``exact``."""
    if not offset:
        return "exact"
    return f"{seconds(abs(offset))} {'slow' if offset > 0 else 'fast'}"


def _battery(device: Device) -> str:
    said = device.contact
    if said.battery is None:
        return ""
    return f"{said.battery}\N{NO-BREAK SPACE}%{', charging' if said.is_charging else ''}"


def _storage(device: Device) -> str:
    said = device.contact
    if said.storage_used is None or not said.storage_quota:
        return ""
    share = f"{said.storage_used / said.storage_quota:.0%} full"
    return share if said.storage_is_persisted is not False else f"{share}, not kept for sure"


def _problems(device: Device, *, now: Instant, zone: ZoneInfo) -> list[str]:
    said, found = device.contact, []
    if device.still_holds:
        found.append(
            f"Its shift ended, and it still holds {words.counted('record', device.still_holds)}"
        )
    elif said.unsent and said.oldest_unsent is not None and _is_late(now - said.oldest_unsent):
        found.append(
            f"{words.counted('record', said.unsent).capitalize()} not sent,"
            f" the oldest since {since(said.oldest_unsent, now, zone)}"
        )
    if device.shift_ended is None and now - device.last_seen >= LATE:
        found.append(f"Not heard of since {since(device.last_seen, now, zone)}")
    if device.clock_moved_ms is not None and device.clock_moved_at is not None:
        found.append(
            f"Its clock was set: it moved by {seconds(-device.clock_moved_ms, signed=True)}"
            f" before {since(device.clock_moved_at, now, zone)}"
        )
    if said.clock_offset_ms is None:
        found.append("Its clock was never measured")
    elif abs(said.clock_offset_ms) >= CLOCK_FAR:
        found.append(f"Its clock is {off(said.clock_offset_ms)}; its times are put right")
    if said.clock_uncertainty_ms is not None and said.clock_uncertainty_ms > CLOCK_UNSURE:
        found.append(f"Its times are only sure to ±{seconds(said.clock_uncertainty_ms)}")
    if said.battery is not None and said.battery <= BATTERY_LOW and not said.is_charging:
        found.append(f"Battery {said.battery} %")
    if said.storage_quota and (said.storage_used or 0) / said.storage_quota >= STORAGE_LOW:
        found.append("Its storage is nearly full")
    return found


def _is_late(span: Duration) -> bool:
    return span >= UNSENT_LATE
