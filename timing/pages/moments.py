"""Which moment a page of the past shows, in words (Rules 9.4)."""

from __future__ import annotations

from timing.core.definition import Race
from timing.core.times import Instant, local_clock, zone_named
from timing.pages import figures, words
from timing.pages.languages import translate


def moment_words(race: Race, *, at: Instant | None, revision: int | None) -> str:
    """Which moment it is, and what counts then; ``at`` an instant, ``revision`` what was known."""
    said = []
    if at is not None:
        zone = zone_named(race.timezone)
        day = words.long_day(local_clock(at, zone).date())
        said.append(
            translate(
                "As it stood on {day} at {clock}: what was seen and decided by then,"
                " under the definition as it is."
            ).format(day=day, clock=figures.clock(at, zone))
        )
    if revision is not None:
        said.append(
            translate(
                "As known here at revision {number}: definition, entries and records as they"
                " were then."
            ).format(number=figures.count(revision))
        )
    return " ".join(said)
