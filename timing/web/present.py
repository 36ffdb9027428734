"""The moment that the desk looks at: now, or where a race is played, its own."""

from __future__ import annotations

from timing.core.times import Instant
from timing.live.played_clock import clock_of_races
from timing.web.installation import installation, now


def present() -> Instant:
    """What the desk takes for the present."""
    return clock_of_races(installation().settings.desk_clock, now)()
