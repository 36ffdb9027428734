"""The names of the world's time zones."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> tuple[str, ...]:
    """All names that a race may give, in alphabetical order."""
    return tuple(sorted(available_timezones()))
