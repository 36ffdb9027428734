"""Server-sent events as bytes: made once, sent to all, packed where the reader unpacks.

A packed stream is one gzip stream of parts that each end at a byte and refer to nothing before
them. So the parts are the same for every reader, and a reader may begin with any of them.
"""

from __future__ import annotations

import json
import zlib

HEAD_OF_PACKED = bytes.fromhex("1f8b08000000000000ff")
"""What a gzip stream begins with; its parts follow, and no end, since a stream is cut."""

_LEVEL = 5


class Event:
    """One event, or several in a row."""

    __slots__ = ("_packed", "_plain")

    def __init__(self, text: bytes) -> None:
        self._plain: bytes | None = text
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._packed = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)

    @property
    def size(self) -> int:
        """Bytes of it packed."""
        return len(self._packed)

    def put_by(self) -> Event:
        """The same, holding only what is packed: for one that is kept and may never be sent."""
        self._plain = None
        return self

    def written(self, *, packed: bool) -> bytes:
        """As it is written to a stream."""
        if packed:
            return self._packed
        if self._plain is not None:
            return self._plain
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self._packed)


def framed(data: bytes) -> bytes:
    """A chunk of HTTP/1.1's chunked encoding."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(kind: str, data: object = None, *, identity: str = "") -> Event:
    """An event with its data as JSON; ``identity`` is what its reader resumes from."""
    said = "" if data is None else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    number = f"id: {identity}\n" if identity else ""
    return Event(f"event: {kind}\n{number}data: {said}\n\n".encode())
