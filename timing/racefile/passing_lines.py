"""Passings as lines of a text block: ``stage control bib time [key=value…]``.

A race of a thousand entries has sixty thousand of them, so what repeats is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from marshmallow import ValidationError

from timing.core.definition import Source
from timing.core.records import Passing
from timing.core.times import format_instant, format_reading
from timing.racefile.faults import Fault, did_you_mean, quoted
from timing.racefile.nodes import Written
from timing.racefile.passings import AT_LATEST, PassingSchema, PassingTime, passing_of
from timing.racefile.report import Report, faults

KEY = "passings"

_FIELDS: dict[str, Any] = dict(PassingSchema().load_fields)
_TIME = PassingTime()
_FIRST = ("stage", "control", "bib", "time")
_BEHIND = tuple(key for key in _FIELDS if key not in _FIRST)
_REPEATING = frozenset({"source", "device", "offset_ms", "uncertainty_ms"})
"""Keys that have few values in a race."""

_TOKEN = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_DAY_OFFSET = re.compile(r"<?[+-]\d{1,2}", re.ASCII)


class ReadPassing(NamedTuple):
    """A passing with the line it stands in and its number among the passings, from 0."""

    line: int
    number: int
    passing: Passing


def read_passing_lines(text: str, first_line: int, report: Report) -> Iterator[ReadPassing]:
    """The passing of each line; what is wrong goes to ``report`` instead."""
    reader = _LineReader()
    index = -1
    for number, line in enumerate(text.split("\n"), first_line):
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        index += 1
        try:
            yield ReadPassing(number, index, passing_of(reader.values(stripped)))
        except ValidationError as error:
            for path, fault in faults(error.messages, (KEY, index)):
                report.at_line(number, fault.message, fault.remedy, path=path)


class _LineReader:
    """Reads lines, each part that repeats but once."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], dict[str, Any]] = {}
        self._bibs: dict[str, Any] = {}
        self._pairs: dict[str, tuple[str, Any]] = {}

    def values(self, line: str) -> dict[str, Any]:
        """The values of a line, by the core's names, or ValidationError by key."""
        tokens = line.split() if '"' not in line else _tokens(line)
        if len(tokens) < len(_FIRST):
            raise ValidationError(
                [Fault(f"{len(tokens)} of 4 parts", "write: stage control bib time")]
            )
        stage, control, bib, time, *rest = tokens
        if rest and time[0] in "+-<" and _DAY_OFFSET.fullmatch(time):
            time = f"{time} {rest.pop(0)}"
        errors: dict[str, Any] = {}
        place = self._places.get((stage, control))
        if place is None:
            place = {"stage": _read("stage", stage, errors)}
            place["control"] = _read("control", control, errors)
            if not errors:
                self._places[stage, control] = place
        values = place.copy()
        worn = self._bibs.get(bib)
        if worn is None:
            worn = _read("bib", bib, errors)
            if "bib" not in errors:
                self._bibs[bib] = worn
        values["bib"] = worn
        values["time"] = _read("time", time, errors)
        for token in rest:
            if token[0] == "#":
                break
            key, value = self._pairs.get(token) or self._pair(token, errors)
            if key in values:
                errors[key] = [Fault(f"{key} given twice", "keep one of them")]
            values[key] = value
        if errors:
            raise ValidationError(errors)
        return values

    def _pair(self, token: str, errors: dict[str, Any]) -> tuple[str, Any]:
        key, sign, text = token.partition("=")
        if not sign or key not in _BEHIND:
            fault = Fault(f"{quoted(token)} is not known here", did_you_mean(key, _BEHIND))
            errors[key] = [fault]
            return key, None
        pair = key, _read(key, text, errors)
        if key in _REPEATING and key not in errors:
            self._pairs[token] = pair
        return pair


def _read(key: str, text: str, errors: dict[str, Any]) -> Any:  # noqa: ANN401 - as the field has it
    """The value of a key; None, with its faults noted, where it has none."""
    try:
        # The token of a time can't hold what `taken` looks for; there are too many of them.
        return _TIME.read(text) if key == "time" else _FIELDS[key].taken(Written(text))
    except ValidationError as error:
        errors[key] = error.messages
        return None


def _tokens(line: str) -> list[str]:
    """The parts of a line that has quotes in it."""
    found: list[str] = []
    position = 0
    while position < len(line):
        if line[position].isspace():
            position += 1
            continue
        match = _TOKEN.match(line, position)
        if match is None:
            raise ValidationError([Fault("a quote that is never closed", "close it")])
        found.append(_unquoted(match[0]))
        position = match.end()
    return found


def _unquoted(token: str) -> str:
    return _QUOTED.sub(lambda match: _ESCAPE.sub(r"\1", match[1]), token)


def passing_line(passing: Passing) -> str:
    """The line that reads back as the passing."""
    time = format_reading(passing.time)
    parts = [
        str(passing.stage),
        passing.control,
        _word(passing.bib) if passing.bib else "-",
        f"{AT_LATEST}{time}" if passing.at_latest else time,
    ]
    if passing.source is not Source.CHECKPOINT:
        parts.append(f"source={passing.source.value}")
    parts.append(f"id={_word(passing.id)}")
    if passing.chip:
        parts.append(f"chip={_word(passing.chip)}")
    if passing.device:
        parts.append(f"device={_word(passing.device)}")
    if passing.device_time is not None:
        parts.append(f"device_time={format_instant(passing.device_time)}")
    if passing.offset_ms is not None:
        parts.append(f"offset_ms={passing.offset_ms}")
    if passing.offset_age_ms is not None:
        parts.append(f"offset_age_ms={passing.offset_age_ms}")
    if passing.uncertainty_ms:
        parts.append(f"uncertainty_ms={passing.uncertainty_ms}")
    if passing.received is not None:
        parts.append(f"received={format_instant(passing.received)}")
    if passing.note:
        parts.append(f"note={_word(passing.note)}")
    return " ".join(parts)


_BARE = re.compile(r'[^\s"#\\][^\s"\\]*')


def _word(text: str) -> str:
    """The text as one token: quoted where it would not be one otherwise."""
    if _BARE.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
