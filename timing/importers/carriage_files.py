"""A device's records as a file: JSON that people can open too (docs/station-carriage.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from timing.core.times import Instant
from timing.importers.carriage_bytes import Unreadable
from timing.importers.carriage_stream import (
    MAX_RECORDS,
    NAME_DIGITS,
    Carried,
    from_json,
    instant_text,
    plain_key,
    race_tag,
)

FORMAT = "bivouac-station"
VERSION = 1
NO_SECRET = "0" * 12
"""Behind the digits that name a key, to read them as a key is read."""

MAX_FILE = 16 * 1024 * 1024
"""Bytes of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What a file holds of one race and station; ``records`` are whatever stands there."""

    race: str
    station: str
    key: str
    records: tuple[Any, ...]

    def carried(self, record: dict[str, Any]) -> Carried:
        """One of its records, with where it comes from."""
        return Carried(record=record, race=race_tag(self.race), station=self.station, key=self.key)


def write_file(slug: str, device: str, made: Instant, records: Iterable[Carried]) -> bytes:
    """The file of a device's records, which are all of the race ``slug``; without any key."""
    by_station: dict[str, list[object]] = {}
    for one in records:
        by_station.setdefault(one.station, []).append(one.record)
    lots = [{"station": s, "records": r} for s, r in by_station.items()] or [{"records": []}]
    first = {
        "format": FORMAT,
        "version": VERSION,
        "race": slug,
        "device": device,
        "made": instant_text(made),
        **lots[0],
    }
    if also := [{"race": slug, **lot} for lot in lots[1:]]:
        first["also"] = also
    return json.dumps(first, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass") + b"\n"


def read_file(content: bytes) -> tuple[Lot, ...]:
    """What a file holds, each race and station by itself; Unreadable where it is none."""
    if len(content) > MAX_FILE:
        raise Unreadable(f"it has over {MAX_FILE // 1024 // 1024} MB")
    data = from_json(content.removeprefix(b"\xef\xbb\xbf"))
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise Unreadable("it is no file of a station")
    if data.get("version") != VERSION or type(data.get("version")) is not int:
        raise Unreadable("it is of a newer version")
    lots = tuple(_lots(data))
    if sum(len(lot.records) for lot in lots) > MAX_RECORDS:
        raise Unreadable("it holds more records than any device")
    return lots


def _lots(data: Mapping[str, Any]) -> Iterator[Lot]:
    yield _lot(data)
    also = data.get("also", [])
    if not isinstance(also, list):
        raise Unreadable("it is no file of a station")
    for one in also:
        if not isinstance(one, Mapping):
            raise Unreadable("it is no file of a station")
        yield _lot(one)


def _lot(data: Mapping[str, Any]) -> Lot:
    race, records = data.get("race"), data.get("records")
    station, key = data.get("station", ""), data.get("key", "")
    if not (isinstance(race, str) and isinstance(records, list)):
        raise Unreadable("it does not say of which race it is, or holds no list of records")
    if not (isinstance(station, str) and isinstance(key, str)):
        raise Unreadable("it names no station")
    try:
        race.encode()
    except UnicodeEncodeError:
        raise Unreadable("it is of no race") from None
    if key:
        key = plain_key(key)
    name = key[:NAME_DIGITS] or (
        plain_key(f"{station}000000000000")[:NAME_DIGITS] if station else ""
    )
    return Lot(race=race, station=name, key=key, records=tuple(records))
