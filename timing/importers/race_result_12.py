"""RACE RESULT 12's exporter: one passing a request, as JSON.

``{ID, Bib, TimingPoint, Result, Time, Invalid, Passing: {Transponder, DeviceID, IsMarker, FileNo,
PassingNo, UTCTime, …}}``; ``Time`` is in seconds of the day. It repeats what it has sent, and
sends a passing again when somebody declares it invalid.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from timing.core.times import DAY, SECOND, BadTime, TimeOfDay, parse_instant
from timing.importers.reads import BadRow, NoPassing, Read, ReadTime, word

FORMAT = "race-result-12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A passing as it was told; one that ``is_invalid`` counts for nobody any more."""

    read: Read
    is_invalid: bool


def race_result_12_read(row: object) -> Told:
    """The read in a JSON object. BadRow; NoPassing for a marker."""
    if not isinstance(row, Mapping):
        raise BadRow("this is no passing of RACE RESULT 12")
    passing = row.get("Passing")
    details: Mapping[str, Any] = passing if isinstance(passing, Mapping) else {}
    if details.get("IsMarker") is True:
        raise NoPassing("a marker")
    chip = _word(details.get("Transponder"), "Transponder")
    bib = _word(row.get("Bib"), "Bib")
    bib = "" if bib in ("0", "-1") else bib
    if not chip and not bib:
        raise BadRow("no Transponder and no Bib")
    device = _word(details.get("DeviceID"), "DeviceID")
    number = _word(details.get("PassingNo"), "PassingNo")
    own = _word(row.get("ID"), "ID")
    if not own and not (device and number):
        raise BadRow("no ID, and no DeviceID with a PassingNo")
    file = _word(details.get("FileNo"), "FileNo")
    key = f"{device}/{file}/{number}" if device and number else f"id/{own}"
    return Told(
        read=Read(
            key=key,
            time=_time(row.get("Time"), details.get("UTCTime")),
            chip=chip,
            # Whose chip it is is decided here: their answer may change between two repeats.
            bib="" if chip else bib,
            device=f"rr-{device}" if device else "rr12",
        ),
        is_invalid=row.get("Invalid") is True,
    )


def _word(value: object, what: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadRow(f"{what} is neither text nor a number")
    if isinstance(value, int) and abs(value) > 10**18:
        raise BadRow(f"{what} is too large")
    return word(str(value), what)


def _time(seconds: object, utc: object) -> ReadTime:
    if isinstance(utc, str) and utc and not utc.startswith("0"):
        try:
            return parse_instant(utc if utc[-1:] == "Z" or "+" in utc else f"{utc}Z")
        except BadTime:
            raise BadRow("UTCTime is no time") from None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise BadRow("Time is no number of seconds")
    if not math.isfinite(seconds) or not 0 <= seconds < 2 * DAY // SECOND:
        raise BadRow("Time is of no day")
    days, ms = divmod(round(seconds * SECOND), DAY)
    return TimeOfDay(ms, days or None)
