"""What a site of files says of itself: when the copy was made and from what."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.definition import Race
from timing.core.times import Instant, format_instant, local_clock, zone_named
from timing.pages import figures, words
from timing.pages.languages import speaking, translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a copy is made from: a file of that name, or else a revision; as of a moment if any."""

    file: str = ""
    revision: int = 0
    at: Instant | None = None


def made_words(race: Race, code: str, now: Instant, origin: Origin) -> str:
    """When the copy was made and from what, in the language of that code."""
    zone = zone_named(race.timezone)
    with speaking(code):
        clock = local_clock(now, zone)
        day, minute = words.long_day(clock.date()), f"{clock:%H:%M}"
        if origin.file:
            said = translate("A copy made on {day} at {time} from {file}.")
        else:
            said = translate("A copy made on {day} at {time} from revision {number}.")
        number = figures.count(origin.revision)
        said = said.format(day=day, time=minute, file=origin.file, number=number)
        if origin.at is not None:
            shown = translate("It shows the race as it stood at {moment}.")
            said += " " + shown.format(moment=format_instant(origin.at, zone))
        unchanging = translate("It does not change any more.")
        return f"{said} {unchanging}"
