"""What is known of a device's clock, in words: "1:30 slow, measured 40 min before, ±0.4 s"."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.records import Passing
from timing.core.times import HOUR, MINUTE, SECOND, Duration, format_exact_duration
from timing.pages import figures
from timing.pages.languages import translate


def passing_clock_words(passing: Passing) -> str:
    """What a passing says of the clock behind it; empty where no device's clock is."""
    if passing.device_time is None:
        return ""
    if passing.offset_ms is None:
        return f"clock never measured, {unsure_words(passing.uncertainty_ms)}"
    age = "" if passing.offset_age_ms is None else f", measured {age_words(passing.offset_age_ms)}"
    return f"clock {offset_words(passing.offset_ms)}{age}, {unsure_words(passing.uncertainty_ms)}"


def clock_kind(params: Mapping[str, str | int]) -> tuple[str, str]:
    """Which way an explanation's clock was off, and when that was measured: ``slow``, ``before``.

    ``right`` for one that was not, nothing for one of which it is not known when.
    """
    offset, age = params.get("offset"), params.get("age")
    off = "right"
    if isinstance(offset, int) and abs(offset) >= SECOND // 10:
        off = "slow" if offset > 0 else "fast"
    return off, "" if not isinstance(age, int) else "after" if age < 0 else "before"


def clock_params(params: Mapping[str, str | int]) -> dict[str, str]:
    """The words of an explanation's ``offset``, ``age`` and ``unsure``, those that it has."""
    worded: dict[str, str] = {}
    if isinstance(offset := params.get("offset"), int):
        worded["off"], worded["moved"] = _length(abs(offset)), moved_words(offset)
    if isinstance(age := params.get("age"), int):
        worded["age"] = _age(abs(age))
    if isinstance(unsure := params.get("unsure"), int):
        worded["unsure"] = unsure_words(unsure)
    return worded


def offset_words(offset: Duration) -> str:
    """``1:30 slow``: true time less the device's is what it was slow by."""
    if abs(offset) < SECOND // 10:
        return "right"
    return f"{_length(abs(offset))} {'slow' if offset > 0 else 'fast'}"


def moved_words(offset: Duration) -> str:
    """``+1:30``, ``−0:02.5``: what is added to what the device showed, exactly."""
    hours, minutes, seconds = format_exact_duration(abs(offset)).split(":")
    size = f"{hours}:{minutes}:{seconds}" if hours != "0" else f"{int(minutes)}:{seconds}"
    return f"{figures.MINUS if offset < 0 else '+'}{size}"


def age_words(age: Duration) -> str:
    """``40 min before``: how long before or after the passing the clock was measured."""
    return f"{_age(abs(age))} {'after' if age < 0 else 'before'}"


def _age(length: Duration) -> str:
    if length < MINUTE:
        return translate("{number} s").format(number=length // SECOND)
    if length < 2 * HOUR:
        return translate("{number} min").format(number=length // MINUTE)
    return translate("{number} h").format(number=length // HOUR)


def unsure_words(uncertainty: Duration) -> str:
    """``±0.4 s``, rounded up: never better than it is."""
    if uncertainty < MINUTE:
        tenths = -(-uncertainty // 100)
        return f"±{tenths // 10}.{tenths % 10} s" if tenths % 10 else f"±{tenths // 10} s"
    return f"±{figures.short(-(-uncertainty // SECOND) * SECOND)}"


def _length(ms: Duration) -> str:
    if ms >= MINUTE:
        return figures.short(ms)
    return f"{ms // SECOND}.{ms % SECOND // 100} s" if ms % SECOND >= 100 else f"{ms // SECOND} s"
