"""Timing readers and other installations, each in a line of the watch."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from timing.core.times import HOUR, Duration, Instant
from timing.pages import words
from timing.pages.device_lines import CLOCK_FAR, LATE, ago, off, since

EXCHANGE_LATE: Duration = 3 * HOUR
"""So long after it was last heard of, another installation is out of reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderNow:
    """A timing reader that is listened to.

    ``state`` is ``connected``, ``waiting`` or ``stopped``; moments are instants, None for never.
    ``gaps`` are reads that it numbered and that never came, ``offset_ms`` is true time less its
    own.
    """

    name: str
    stage: int
    control: str
    state: str
    last_contact: Instant | None
    last_read: Instant | None
    taken: int
    gaps: int
    offset_ms: Duration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLine:
    """A reader in words; ``problems`` are what needs somebody, the worst first."""

    name: str
    place: str
    state: str
    last_read: str
    taken: str
    clock: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another installation: when it was last heard of, when both last held the same records."""

    name: str
    is_home: bool
    seen: Instant | None
    agreed: Instant | None
    agreed_records: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeNow:
    """Where definition and entries are kept: ``name``, empty where it is here.

    ``rivals`` are the names of those who claim it, where it is more than one; ``is_followed``
    where its version has come here; ``is_set_aside`` where changes made here did not stand.
    """

    name: str
    is_followed: bool
    rivals: tuple[str, ...]
    is_set_aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereLine:
    """Another installation in words."""

    name: str
    is_home: bool
    seen: str
    agreed: str
    problems: tuple[str, ...]


def reader_line(reader: ReaderNow, *, now: Instant, zone: ZoneInfo) -> ReaderLine:
    """A reader as it is ``now``."""
    return ReaderLine(
        name=reader.name,
        place=f"stage {reader.stage}, {reader.control}",
        state=reader.state,
        last_read="none yet" if reader.last_read is None else _when(reader.last_read, now, zone),
        taken=words.counted("read", reader.taken),
        clock="not compared" if reader.offset_ms is None else off(reader.offset_ms),
        problems=tuple(_reader_problems(reader, now, zone)),
    )


def _reader_problems(reader: ReaderNow, now: Instant, zone: ZoneInfo) -> list[str]:
    found = []
    heard = reader.last_contact
    if reader.state == "waiting":
        known = "Not connected"
        found.append(
            f"{known}; never heard yet"
            if heard is None
            else f"{known} since {since(heard, now, zone)}"
        )
    elif reader.state == "connected" and heard is not None and now - heard >= LATE:
        found.append(f"Nothing heard on its line since {since(heard, now, zone)}")
    if reader.gaps:
        found.append(f"{words.counted('read', reader.gaps)} that it numbered never came")
    if reader.offset_ms is not None and abs(reader.offset_ms) >= CLOCK_FAR:
        found.append(f"Its clock is {off(reader.offset_ms)}")
    return found


def elsewhere_line(other: Elsewhere, *, now: Instant, zone: ZoneInfo) -> ElsewhereLine:
    """Another installation as it is ``now``."""
    found = []
    if other.seen is None:
        found.append("Never exchanged with: it was only told of")
    elif now - other.seen >= EXCHANGE_LATE:
        found.append(f"No exchange since {since(other.seen, now, zone)}")
    agreed = "never"
    if other.agreed is not None:
        agreed = _when(other.agreed, now, zone)
        if other.agreed_records is not None:
            agreed += f", at {words.counted('record', other.agreed_records)}"
    return ElsewhereLine(
        name=other.name,
        is_home=other.is_home,
        seen="never" if other.seen is None else _when(other.seen, now, zone),
        agreed=agreed,
        problems=tuple(found),
    )


def home_problems(home: HomeNow) -> tuple[str, ...]:
    """What is wrong about where definition and entries are kept."""
    found = []
    if home.rivals:
        found.append(f"Several claim to keep definition and entries: {', '.join(home.rivals)}")
    if not home.is_followed:
        found.append(f"The definition kept at {home.name or 'this installation'} has not come yet")
    if home.is_set_aside:
        found.append("Changes made here did not stand: they are set aside")
    return tuple(found)


def _when(at: Instant, now: Instant, zone: ZoneInfo) -> str:
    return f"{ago(now - at)}, {since(at, now, zone)}"
