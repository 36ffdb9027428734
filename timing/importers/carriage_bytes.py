"""Bytes of the carriage formats: numbers, texts, base 32, checksums (docs/station-carriage.md).

Whoever sent them may have sent anything, so reading never goes beyond what is there, and nothing
but `Unreadable` is raised.
"""

from __future__ import annotations

import zlib

LARGEST = 2**53 - 1
"""The largest whole number, since a browser counts no further."""

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, as station keys are written in."""

LONGEST_TEXT = 4_000
"""Bytes of one text in a stream."""

MAX_UNPACKED = 4 * 1024 * 1024
"""Bytes that a stream may unpack to."""

_LOOKALIKES = str.maketrans("OIL", "011")
_VALUES = {digit: value for value, digit in enumerate(DIGITS)}


class Unreadable(ValueError):
    """What came is not what it should be; the message says what is wrong with it."""


class TooLong(ValueError):
    """A record that no stream can hold: it travels as a file."""


def whole(number: int) -> bytes:
    """A number from 0 up, seven bits a byte, the lowest first; the top bit says that more come.

    Raises TooLong beyond what a browser counts to.
    """
    if not 0 <= number <= LARGEST:
        raise TooLong(f"{number} can't be written")
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def signed(number: int) -> bytes:
    """A number of either sign: 0, −1, 1, −2 are written as 0, 1, 2, 3."""
    return whole(number * 2 if number >= 0 else -number * 2 - 1)


def to_base32(content: bytes) -> str:
    """Five bits a digit, the last filled up with zeros."""
    bits = int.from_bytes(content, "big") << (-len(content) * 8 % 5)
    count = -(-len(content) * 8 // 5)
    return "".join(DIGITS[bits >> 5 * n & 31] for n in reversed(range(count)))


def from_base32(text: str) -> bytes:
    """What `to_base32` wrote; small letters and look-alikes read as what they look like."""
    bits = 0
    for letter in text.upper().translate(_LOOKALIKES):
        value = _VALUES.get(letter)
        if value is None:
            raise Unreadable(f"there is a {letter!r} in it")
        bits = bits << 5 | value
    left = len(text) * 5 % 8
    if left >= 5 or bits & ((1 << left) - 1):
        raise Unreadable("it is cut short")
    return (bits >> left).to_bytes(len(text) * 5 // 8, "big")


def checksum(content: bytes) -> int:
    """CRC-32, as zip has it."""
    return zlib.crc32(content)


def with_checksum(content: bytes) -> bytes:
    """The content and four bytes that say whether it is whole."""
    return content + checksum(content).to_bytes(4, "big")


def without_checksum(content: bytes) -> bytes:
    """The content that `with_checksum` sealed."""
    body, seal = content[:-4], content[-4:]
    if len(seal) < 4 or checksum(body).to_bytes(4, "big") != seal:
        raise Unreadable("it was changed on the way, or is cut short")
    return body


def packed(content: bytes) -> bytes:
    """Deflated, without any header."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(content) + deflate.flush()


def unpacked(content: bytes) -> bytes:
    """What `packed` made smaller, never more than MAX_UNPACKED."""
    inflate = zlib.decompressobj(-15)
    try:
        made = inflate.decompress(content, MAX_UNPACKED + 1)
    except zlib.error:
        raise Unreadable("it can't be unpacked") from None
    if len(made) > MAX_UNPACKED:
        raise Unreadable("it unpacks to more than any device holds")
    if not inflate.eof or inflate.unused_data:
        raise Unreadable("it can't be unpacked")
    return made


class Reader:
    """Reads on from where it stands."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._content)

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count > len(self._content) - self._at:
            raise Unreadable("it ends too soon")
        self._at += count
        return self._content[self._at - count : self._at]

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._content) - self._at)

    def whole(self) -> int:
        """A number that `whole` wrote."""
        number = 0
        for shift in range(0, 56, 7):
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                if number > LARGEST:
                    break
                return number
        raise Unreadable("it holds a number that is too large")

    def signed(self) -> int:
        """A number that `signed` wrote."""
        number = self.whole()
        return -(number + 1) // 2 if number % 2 else number // 2

    def text(self, most: int = LONGEST_TEXT) -> str:
        """A text with its length before it."""
        count = self.whole()
        if count > most:
            raise Unreadable("it holds a text that is too long")
        try:
            return self.take(count).decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable("it holds what is no text") from None
