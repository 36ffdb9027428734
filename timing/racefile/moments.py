"""Fields for days, times of day, durations and instants (Rules 1)."""

from __future__ import annotations

import re
from datetime import date

from timing.core.times import (
    DAY,
    BadTime,
    Duration,
    Instant,
    Reading,
    TimeOfDay,
    format_exact_duration,
    format_instant,
    format_reading,
    format_time_of_day,
    parse_duration,
    parse_instant,
    parse_reading,
    parse_time_of_day,
)
from timing.racefile.faults import quoted, refusal
from timing.racefile.texts import Text

MAX_DURATION: Duration = 1_000 * DAY
"""No race, cut-off or penalty lasts longer."""

EARLIEST: Instant = parse_instant("1900-01-01T00:00:00Z")
LATEST: Instant = parse_instant("2200-01-01T00:00:00Z")
"""Instants outside are slips of the pen."""


class Day(Text):
    """A calendar day."""

    kind = "a date"
    like = "2026-08-28"
    _form = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d", re.ASCII)

    def read(self, text: str) -> date:
        """The day."""
        if not self._form.fullmatch(text):
            raise self.refused(text)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise refusal(f"there is no day {text}", "correct the day or the month") from None

    def given(self, value: date) -> str:
        """As ISO date."""
        return value.isoformat()


class ClockTime(Text):
    """A time of day, with a day offset where it is not on the stage's own date."""

    kind = "a time of day"
    like = '"08:00", "10:12:33" or "+1 02:00"'

    def read(self, text: str) -> TimeOfDay:
        """The time of day."""
        try:
            return parse_time_of_day(text)
        except BadTime:
            raise self.refused(text) from None

    def given(self, value: TimeOfDay) -> str:
        """With seconds."""
        return format_time_of_day(value)


class Lasting(Text):
    """A duration that is not negative."""

    kind = "a duration"
    like = '"1:30:00" or "45:00"'

    def read(self, text: str) -> Duration:
        """Its milliseconds."""
        try:
            ms = parse_duration(text)
        except BadTime:
            raise self.refused(text) from None
        if abs(ms) > MAX_DURATION:
            most = format_exact_duration(MAX_DURATION)
            raise refusal(f"{quoted(text)} is too long", f"write at most {most}")
        self.check(text, ms)
        return ms

    def check(self, text: str, ms: Duration) -> None:
        """Refuse what lies outside of the field's range."""
        if ms < 0:
            raise refusal(f"{quoted(text)} is negative", "write it without the minus")

    def given(self, value: Duration) -> str:
        """Nothing finer is lost."""
        return format_exact_duration(value)


class LastingSome(Lasting):
    """A duration longer than nothing."""

    def check(self, text: str, ms: Duration) -> None:
        """Refuse nothing and less."""
        super().check(text, ms)
        if not ms:
            raise refusal(f"{quoted(text)} is no time at all", f"write {self.expected()}")


class Fine(Lasting):
    """The time of a penalty; a negative one would be a credit."""

    def check(self, text: str, ms: Duration) -> None:
        """Refuse what is a credit."""
        if ms < 0:
            raise refusal(f"{quoted(text)} is negative", "write a credit instead")


class Shift(Lasting):
    """A difference between clocks, of either sign."""

    kind = "a difference"
    like = '"0:00:02.5" or "-0:00:02.5"'

    def check(self, text: str, ms: Duration) -> None:
        """Take either sign."""


class Moment(Text):
    """An instant."""

    kind = "an instant"
    like = "2026-08-28T18:00:00Z"

    def read(self, text: str) -> Instant:
        """Its milliseconds since 1970."""
        try:
            return in_our_age(text, parse_instant(text))
        except BadTime:
            raise self.refused(text) from None

    def given(self, value: Instant) -> str:
        """In UTC."""
        return format_instant(value)


def in_our_age(text: str, instant: Instant) -> Instant:
    """The instant, or ValidationError where no race can have been."""
    if not EARLIEST <= instant < LATEST:
        raise refusal(f"{quoted(text)} is far from any race", "correct the year")
    return instant


class ClockReading(Text):
    """A time of day, one with its day offset, or an instant."""

    kind = "a time"
    like = '"10:12:33", "+1 00:14:05" or 2026-08-28T08:12:33Z'

    def read(self, text: str) -> object:
        """The reading."""
        return self.reading(text)

    def reading(self, text: str) -> Reading:
        """The reading, or ValidationError."""
        try:
            reading = parse_reading(text)
        except BadTime:
            raise self.refused(text) from None
        return reading if isinstance(reading, TimeOfDay) else in_our_age(text, reading)

    def given(self, value: Reading) -> str:
        """As it was read, with seconds."""
        return format_reading(value)
