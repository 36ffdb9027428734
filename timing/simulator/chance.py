"""Chance that can be repeated: streams and lots that depend on a name, never on the order.

Every stream has a name of its own, so what is drawn for one runner on one stage changes nothing
for another, and a new kind of event leaves the earlier ones as they were.
"""

from __future__ import annotations

import hashlib
from random import Random
from struct import Struct

Named = str | int


def stream(*name: Named) -> Random:
    """A generator that gives the same draws for the same name, in every process."""
    return Random(_joined(name))


def record_id(*name: Named) -> str:
    """An id in the form of a UUID, made from a name (RFC 9562, version 8)."""
    return _as_uuid(hashlib.blake2b(_joined(name).encode(), digest_size=16).digest())


class Lot:
    """What chance holds for one record: its id, and draws from [0, 1) that are independent.

    All come from one digest of the record's name: this is asked for every passing of a race.
    """

    __slots__ = ("_digest", "draws")

    def __init__(self, name: str) -> None:
        self._digest = hashlib.blake2b(name.encode(), digest_size=40).digest()
        self.draws = [n * 2**-32 for n in _SIX_NUMBERS.unpack_from(self._digest, 16)]

    @property
    def id(self) -> str:
        """The record's id, in the form of a UUID."""
        return _as_uuid(self._digest)


_SIX_NUMBERS = Struct(">6I")


def _joined(name: tuple[Named, ...]) -> str:
    return "/".join(map(str, name))


def _as_uuid(digest: bytes) -> str:
    # By hand, for the class of the standard library takes thrice as long.
    text = digest[:16].hex()
    variant = "89ab"[digest[8] & 3]
    return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"
