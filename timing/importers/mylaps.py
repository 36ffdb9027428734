"""MyLaps (Timing & Scoring, Toolkit): messages that end with ``$``.

``reader@Passing@c=TAG|d=YYMMDD|t=HH:MM:SS.fff@msgNo@$``; several passings may stand in one
message. A message is sent again until it is acknowledged, so what a passing says is its identity:
the number is the message's, and begins anew with each connection.
"""

from __future__ import annotations

import re

from timing.importers.reads import (
    BadRow,
    LineKind,
    LineProblem,
    NoPassing,
    Read,
    Reading,
    WallTime,
    clock_ms,
    day_of,
    numbered_lines,
    word,
)

_DAY = re.compile(r"(\d\d)(\d\d)(\d\d)", re.ASCII)


def read_mylaps(content: bytes) -> Reading:
    """The reads of a file of messages, a message a line or not."""
    reads: list[Read] = []
    problems: list[LineProblem] = []
    for line, text in numbered_lines(content):
        for message in text.split("$"):
            if message.strip():
                found, wrong = mylaps_reads(message, line)
                reads += found
                problems += wrong
    return Reading(reads=tuple(reads), problems=tuple(problems))


def mylaps_reads(message: str, line: int = 0) -> tuple[list[Read], list[LineProblem]]:
    """The reads of one message, without its ``$``, and what in it is none."""
    parts = message.strip().rstrip("@").split("@")
    reads: list[Read] = []
    problems: list[LineProblem] = []
    kind = parts[1] if len(parts) > 1 else ""
    if kind != "Passing":
        told = f"a message “{kind[:20]}”" if kind else "this is no message of MyLaps"
        how = LineKind.PASSED_OVER if kind else LineKind.REJECTED
        return [], [LineProblem(line=line, kind=how, told=told)]
    # The message's number is last; passings stand before it.
    for passing in parts[2:-1] if len(parts) > 3 else parts[2:]:
        try:
            reads.append(_read(parts[0], passing, line))
        except (BadRow, NoPassing) as error:
            how = LineKind.REJECTED if isinstance(error, BadRow) else LineKind.PASSED_OVER
            problems.append(LineProblem(line=line, kind=how, told=str(error)))
    if not reads and not problems:
        problems.append(LineProblem(line=line, kind=LineKind.REJECTED, told="an empty message"))
    return reads, problems


def message_number(message: str) -> str:
    """The number a message is to be acknowledged by."""
    parts = message.strip().rstrip("@").split("@")
    return parts[-1] if len(parts) > 2 else ""


def _read(reader: str, passing: str, line: int) -> Read:
    fields = dict(part.partition("=")[::2] for part in passing.split("|"))
    chip = word(fields.get("c", ""), "chip (c=)")
    match = _DAY.fullmatch(fields.get("d", ""))
    if match is None:
        raise BadRow("the date (d=) is no YYMMDD")
    day = day_of(2000 + int(match[1]), int(match[2]), int(match[3]))
    ms = clock_ms(fields.get("t", ""))
    device = word(reader or "reader", "reader")
    return Read(
        key=f"{device}/{chip}/{day}/{ms}",
        time=WallTime(day, ms),
        line=line,
        chip=chip,
        device=f"mylaps-{device}",
    )
