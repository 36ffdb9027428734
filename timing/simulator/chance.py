"""Chance that can be repeated: streams and lots that depend on a name, never on the order.

Every stream has a name of its own, so what is drawn for one runner on one stage changes nothing
for another, and a new kind of event leaves the earlier ones as they were.
"""

from __future__ import annotations

import hashlib
from random import Random
from uuid import UUID

Named = str | int


def stream(*name: Named) -> Random:
    """A generator that gives the same draws for the same name, in every process."""
    return Random(_joined(name))


def record_id(*name: Named) -> str:
    """An id in the form of a UUID, made from a name (RFC 9562, version 8)."""
    return _as_uuid(hashlib.blake2b(_joined(name).encode(), digest_size=16).digest())


class Lot:
    """What chance holds for one record: its id, and draws from [0, 1) kept apart by a slot.

    All come from one digest of the record's name: this is asked for every passing of a race.
    """

    __slots__ = ("_digest",)

    SLOTS = 8

    def __init__(self, name: str) -> None:
        self._digest = hashlib.blake2b(name.encode()).digest()

    @property
    def id(self) -> str:
        """The record's id, in the form of a UUID."""
        return _as_uuid(self._digest[:16])

    def draw(self, slot: int) -> float:
        """The draw of that slot, 0 to 7: always the same, and independent of the others."""
        at = 16 + 4 * slot
        return int.from_bytes(self._digest[at : at + 4], "big") / 2**32


def _joined(name: tuple[Named, ...]) -> str:
    return "/".join(str(part) for part in name)


def _as_uuid(digest: bytes) -> str:
    plain = bytearray(digest)
    plain[6] = plain[6] & 0x0F | 0x80
    plain[8] = plain[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(plain)))
