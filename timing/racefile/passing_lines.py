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
from timing.racefile.passings import AT_LATEST, PassingSchema, passing_of
from timing.racefile.report import Report, faults

KEY = "passings"

_SCHEMA = PassingSchema()
_FIELDS: dict[str, Any] = dict(_SCHEMA.load_fields)
_BEHIND = tuple(key for key in _FIELDS if key not in ("stage", "control", "bib", "time"))
_REPEATING = frozenset({"source", "device", "offset_ms", "uncertainty_ms"})

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
    """Reads lines, remembering what it made of their parts."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], tuple[int, str]] = {}
        self._pairs: dict[str, tuple[str, Any]] = {}

    def values(self, line: str) -> dict[str, Any]:
        """The values of a line, by the core's names, or ValidationError by key."""
        tokens = _tokens(line)
        if len(tokens) < 4:
            raise ValidationError(
                [Fault(f"{len(tokens)} of 4 parts", "write: stage control bib time")]
            )
        stage, control, bib, time, *rest = tokens
        if rest and _DAY_OFFSET.fullmatch(time):
            time = f"{time} {rest.pop(0)}"
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        place = self._places.get((stage, control))
        if place is None:
            self._read(stage, "stage", values, errors)
            self._read(control, "control", values, errors)
            if not errors:
                self._places[stage, control] = (values["stage"], values["control"])
        else:
            values["stage"], values["control"] = place
        self._read(bib, "bib", values, errors)
        self._read(time, "time", values, errors)
        for token in rest:
            if token[0] == "#":
                break
            self._pair(token, values, errors)
        if errors:
            raise ValidationError(errors)
        return values

    def _pair(self, token: str, values: dict[str, Any], errors: dict[str, Any]) -> None:
        known = self._pairs.get(token)
        if known is not None and known[0] not in values:
            values[known[0]] = known[1]
            return
        key, sign, text = token.partition("=")
        if not sign or key not in _BEHIND:
            remedy = did_you_mean(key, _BEHIND)
            errors[key] = [Fault(f"{quoted(token)} is no key=value known here", remedy)]
        elif key in values:
            errors[key] = [Fault(f"{key} given twice", "keep one of them")]
        else:
            self._read(text, key, values, errors)
            if key in _REPEATING and key in values:
                self._pairs[token] = (key, values[key])

    def _read(self, text: str, key: str, values: dict[str, Any], errors: dict[str, Any]) -> None:
        try:
            values[key] = _FIELDS[key].deserialize(Written(text))
        except ValidationError as error:
            errors[key] = error.messages


def _tokens(line: str) -> list[str]:
    if '"' not in line:
        return line.split()
    if _TOKEN.sub("", line).strip():
        raise ValidationError([Fault("a quote that is never closed", "close it")])
    return [_unquoted(token) for token in _TOKEN.findall(line)]


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
