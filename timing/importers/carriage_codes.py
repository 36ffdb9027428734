"""Records in a series of QR codes, to be shown to a camera again and again.

The form is that of docs/station-carriage.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from timing.importers.carriage_bytes import (
    MAX_UNPACKED,
    Reader,
    TooLong,
    Unreadable,
    checksum,
    from_base32,
    packed,
    to_base32,
    unpacked,
    whole,
    with_checksum,
    without_checksum,
)
from timing.importers.carriage_messages import Part, part_of
from timing.importers.carriage_stream import Carried, StreamWriter, read_stream

BEGIN = "BVQ1:"
TAKEN_BEGIN = "BVA1:"
PIECE = 150
"""Bytes in one code: it then has 53 squares a side, which a cheap camera reads."""

MOST_CODES = 999
LONGEST = 4_000
"""Characters of a code's text: more than any code holds."""

PLAIN, DEFLATED = 1, 2

_NO_DIGIT = re.compile(r"[^0-9A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What one code of a series holds."""

    part: Part
    payload: bytes


def write_codes(records: Iterable[Carried], piece: int = PIECE) -> list[str]:
    """The texts of the codes that carry the records, with their keys where they have any."""
    writer = StreamWriter()
    for one in records:
        writer.add(one)
    smaller = packed(writer.content)
    if len(smaller) < len(writer.content):
        packet = bytes([DEFLATED]) + smaller
    else:
        packet = bytes([PLAIN]) + writer.content
    batch = checksum(packet)
    total = -(-len(packet) // piece)
    if total > MOST_CODES:
        raise TooLong(f"{total} codes")
    head = batch.to_bytes(4, "big")
    return [
        BEGIN
        + to_base32(
            with_checksum(
                head + whole(nth + 1) + whole(total) + packet[nth * piece : (nth + 1) * piece]
            )
        )
        for nth in range(total)
    ]


def read_code(text: str) -> Code:
    """The code whose text begins with BEGIN; Unreadable."""
    body = _NO_DIGIT.sub("", text.strip()[len(BEGIN) :])
    if len(body) > LONGEST:
        raise Unreadable("it is longer than any code")
    reader = Reader(without_checksum(from_base32(body)))
    batch = int.from_bytes(reader.take(4), "big")
    part = part_of(batch, reader.whole(), reader.whole(), MOST_CODES)
    return Code(part=part, payload=reader.rest())


def records_of(codes: Mapping[int, Code]) -> list[Carried]:
    """The records of a series that is complete, its codes by number; Unreadable."""
    packet = b"".join(codes[nth].payload for nth in sorted(codes))
    if any(checksum(packet) != code.part.batch for code in codes.values()):
        raise Unreadable("its codes don't fit each other")
    match packet[:1]:
        case b"\x01":
            if len(packet) > MAX_UNPACKED:
                raise Unreadable("it holds more than any device")
            return read_stream(packet[1:])
        case b"\x02":
            return read_stream(unpacked(packet[1:]))
        case _:
            raise Unreadable("it is of a newer version")


def taken_word(batch: int) -> str:
    """Six digits by which who has taken a series in tells so: ``4K7-QM2``."""
    word = to_base32(checksum(b"taken" + batch.to_bytes(4, "big")).to_bytes(4, "big"))[:6]
    return f"{word[:3]}-{word[3:]}"


def taken_text(batch: int) -> str:
    """The same as the text of a code."""
    return TAKEN_BEGIN + taken_word(batch)
