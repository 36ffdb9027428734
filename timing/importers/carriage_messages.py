"""Records in messages of 160 characters, each readable by itself (docs/station-carriage.md)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from timing.importers.carriage_bytes import (
    Reader,
    TooLong,
    Unreadable,
    checksum,
    whole,
    with_checksum,
    without_checksum,
)
from timing.importers.carriage_stream import Carried, StreamWriter, read_stream

BEGIN = "BV1:"
END = "."
LONGEST = 160
"""Characters of a message, all of them in the basic alphabet of GSM."""

MOST_MESSAGES = 999
"""Of one batch."""

MOST_PIECES = 300
"""Of one record, or of one series of codes."""

WHOLE, PIECE = 1, 2

_CAPACITY = (LONGEST - len(BEGIN) - len(END)) * 6 // 8
_NARROW, _WIDE = 1, 2
"""Bytes of an index: up to 127 messages, or more."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]+")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A message's or a code's place among those made with it; ``nth`` counts from 1."""

    batch: int
    nth: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. ``pieces`` above 1: the ``piece``-th of so many that one record was cut into."""

    part: Part
    payload: bytes
    piece: int = 1
    pieces: int = 1


def write_messages(records: Iterable[Carried]) -> list[str]:
    """The messages that carry the records; never with a key.

    The same records give the same messages, so that they may be sent again one by one. Raises
    TooLong where there are more than MOST_MESSAGES.
    """
    carried = [
        Carried(record=one.record, race=one.race, station=one.station or one.key[:4])
        for one in records
    ]
    made = list(_payloads(carried, _NARROW))
    if len(made) > 127:
        made = list(_payloads(carried, _WIDE))
    if len(made) > MOST_MESSAGES:
        raise TooLong(f"{len(made)} messages")
    batch = checksum(b"".join(payload for payload, _, _ in made)) & 0xFFFF
    return [
        _text(
            Message(
                part=Part(batch=batch, nth=nth, total=len(made)),
                payload=payload,
                piece=piece,
                pieces=pieces,
            )
        )
        for nth, (payload, piece, pieces) in enumerate(made, start=1)
    ]


def _payloads(carried: Sequence[Carried], width: int) -> Iterator[tuple[bytes, int, int]]:
    """What goes into each message, with which piece of how many it is."""
    room = _CAPACITY - 1 - 2 - 2 * width - 4
    writer = StreamWriter()
    for one in carried:
        before = writer.content
        writer.add(one)
        if len(writer.content) <= room:
            continue
        if before:
            yield before, 1, 1
            writer = StreamWriter()
            writer.add(one)
        if len(writer.content) > room:
            yield from _cut(writer.content, room - 4)
            writer = StreamWriter()
    if writer.content:
        yield writer.content, 1, 1


def _cut(content: bytes, room: int) -> Iterator[tuple[bytes, int, int]]:
    pieces = -(-len(content) // room)
    if pieces > MOST_PIECES:
        raise TooLong("the record is too long")
    for nth in range(pieces):
        yield content[nth * room : (nth + 1) * room], nth + 1, pieces


def _text(message: Message) -> str:
    part = message.part
    head = part.batch.to_bytes(2, "big") + whole(part.nth) + whole(part.total)
    if message.pieces > 1:
        pieces = whole(message.piece) + whole(message.pieces)
        content = bytes([PIECE]) + head + pieces + message.payload
    else:
        content = bytes([WHOLE]) + head + message.payload
    coded = base64.b64encode(with_checksum(content)).decode().rstrip("=")
    return f"{BEGIN}{coded}{END}"


def read_message(text: str) -> Message:
    """The message in a text that begins with BEGIN, whatever blanks were put into it.

    Raises Unreadable.
    """
    body, end, _ = text.removeprefix(BEGIN).partition(END)
    if not end:
        body = next(iter(body.split()), "")
    body = _BLANKS.sub("", body)
    if not _BASE64.fullmatch(body) or len(body) > LONGEST:
        raise Unreadable("it was changed on the way, or is cut short")
    try:
        content = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except binascii.Error:
        raise Unreadable("it was changed on the way, or is cut short") from None
    reader = Reader(without_checksum(content))
    kind = reader.take(1)[0]
    if kind not in (WHOLE, PIECE):
        raise Unreadable("it is of a newer version")
    batch = int.from_bytes(reader.take(2), "big")
    part = part_of(batch, reader.whole(), reader.whole(), MOST_MESSAGES)
    if kind == WHOLE:
        return Message(part=part, payload=reader.rest())
    piece, pieces = reader.whole(), reader.whole()
    if not 1 <= piece <= pieces <= min(MOST_PIECES, part.total) or piece > part.nth:
        raise Unreadable("its numbers contradict each other")
    return Message(part=part, payload=reader.rest(), piece=piece, pieces=pieces)


def part_of(batch: int, nth: int, total: int, most: int) -> Part:
    """The place among others; Unreadable where there can be none such."""
    if not 1 <= nth <= total <= most:
        raise Unreadable("its numbers contradict each other")
    return Part(batch=batch, nth=nth, total=total)


def records_of(messages: Sequence[Message]) -> list[Carried]:
    """The records in a message, or in all the pieces of one; Unreadable."""
    return read_stream(b"".join(message.payload for message in messages))
