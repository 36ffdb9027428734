"""SPORTident Center: its JSON of results, as the start and finish of each stage.

Durations ``+DD:HH:MM:SS.mmm`` count from ``referenceDateTime``. Its stages are numbered as they
stand; how they are the race's is said by whoever imports (special stage 1 is stage 1, and so on).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from timing.core.times import DAY, HOUR, MINUTE, SECOND, BadTime, Duration, Instant, parse_instant
from timing.importers.reads import (
    MAX_FILE,
    MAX_LINES,
    BadFile,
    BadRow,
    LineKind,
    LineProblem,
    NoPassing,
    Read,
    Reading,
    word,
)

START, FINISH = "START", "FINISH"
_DURATION = re.compile(r"\+(\d{2,3}):(\d\d):(\d\d):(\d\d)\.(\d{3})", re.ASCII)


def read_sportident(content: bytes) -> Reading:
    """Starts and finishes; ``line`` is the result's place in the file, from 1. BadFile."""
    if len(content) > MAX_FILE:
        raise BadFile(f"the file has over {MAX_FILE // 1024 // 1024} MB")
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadFile("this is no JSON") from error
    results = whole.get("results") if isinstance(whole, Mapping) else None
    if not isinstance(results, list):
        raise BadFile("this is no result of SPORTident Center: it has no results")
    if len(results) > MAX_LINES:
        raise BadFile(f"the file has over {MAX_LINES:,} results")
    reference = _reference(whole.get("referenceDateTime"))
    reads: list[Read] = []
    problems: list[LineProblem] = []
    for line, result in enumerate(results, 1):
        try:
            reads += _of_result(result, reference, line, problems)
        except (BadRow, NoPassing) as error:
            is_bad = isinstance(error, BadRow)
            kind = LineKind.REJECTED if is_bad else LineKind.PASSED_OVER
            problems.append(LineProblem(line=line, kind=kind, told=str(error)))
    return Reading(reads=tuple(reads), problems=tuple(problems))


def _reference(text: object) -> Instant:
    try:
        return parse_instant(text if isinstance(text, str) else "")
    except BadTime as error:
        raise BadFile("referenceDateTime is missing or no time") from error


def _of_result(
    result: object, reference: Instant, line: int, problems: list[LineProblem]
) -> Iterator[Read]:
    athlete = _mapping(_mapping(result, "result").get("athlete"), "athlete")
    given = athlete.get("bib")
    bib = word(str(given) if isinstance(given, str | int) else "", "bib")
    stages = _mapping(result, "result").get("stages")
    if stages is None:
        raise NoPassing(f"bib {bib} has no stages")
    if not isinstance(stages, list):
        raise BadRow(f"bib {bib}: no stages")
    for number, stage in enumerate(stages, 1):
        try:
            yield from _of_stage(_mapping(stage, "stage"), reference, number, bib, line)
        except BadRow as error:
            told = f"bib {bib}, stage {number}: {error}"
            problems.append(LineProblem(line=line, kind=LineKind.REJECTED, told=told))


def _of_stage(
    stage: Mapping[str, Any], reference: Instant, number: int, bib: str, line: int
) -> Iterator[Read]:
    for name, control in (("actualStartTime", START), ("actualFinishTime", FINISH)):
        since = stage.get(name)
        if since is None:
            continue
        yield Read(
            key=f"{bib}/{number}/{control}",
            time=reference + _duration(since),
            line=line,
            bib=bib,
            device="sportident",
            stage=number,
            control=control,
        )


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadRow(f"no {what}")
    return value


def _duration(text: object) -> Duration:
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadRow("a time is no +DD:HH:MM:SS.mmm")
    days, hours, minutes, seconds, ms = (int(part) for part in match.groups())
    return days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + ms
