"""Forecasts as pages print them: to the minute at most, never with seconds (look, Type)."""

from __future__ import annotations

from timing.core.times import HOUR, MINUTE, Duration
from timing.pages.languages import translate


def total(ms: Duration) -> str:
    """``20:25``: hours and minutes of a total that is to be expected, to the nearest minute."""
    hours, minutes = divmod(_minutes(ms), HOUR // MINUTE)
    return f"{hours}:{minutes:02d}"


def between(earliest: Duration, latest: Duration) -> str:
    """``20:10–20:40``: the range of such a total; one figure where its ends are the same."""
    first, last = total(earliest), total(latest)
    return first if first == last else f"{first}\N{EN DASH}{last}"


def behind(ms: Duration) -> str:
    """``+52 min``, ``+1 h 05``: a gap that is to be expected."""
    hours, minutes = divmod(_minutes(ms), HOUR // MINUTE)
    if not hours:
        return translate("+{minutes} min").format(minutes=minutes)
    return translate("+{hours} h {minutes}").format(hours=hours, minutes=f"{minutes:02d}")


def _minutes(ms: Duration) -> int:
    return (ms + MINUTE // 2) // MINUTE
