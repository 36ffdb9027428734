"""Keys that are typed with cold fingers: Crockford's base 32, in groups of four.

No I, L, O or U; small letters, blanks and dashes do not matter, and what looks alike is read alike
(docs/station-protocol.md, Keys).
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEY_LENGTH = 16
NAME_LENGTH = 4
"""A key's first characters name it, and are no secret."""

_GROUP = 4
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def new_name() -> str:
    """A name for a key; whether it is taken is the caller's to see.

    Never a number: those name keys of an older release, which do not travel.
    """
    while (name := _some(NAME_LENGTH)).isdigit():
        pass
    return name


def new_station_key(name: str) -> str:
    """A key of that name, as it is kept in mind: without dashes. 60 bits of it are secret."""
    return name + _some(KEY_LENGTH - NAME_LENGTH)


def as_named(text: str) -> str:
    """A key or the name of one, however it was typed, as it is kept."""
    return text.upper().translate(_ALIKE)


def read_station_key(text: str) -> str:
    """The key as `new_station_key` made it; empty where the text is none."""
    key = as_named(text)
    return key if len(key) == KEY_LENGTH and set(key) <= set(ALPHABET) else ""


def written(key: str) -> str:
    """The key in four groups."""
    return "-".join(key[first : first + _GROUP] for first in range(0, len(key), _GROUP))


def _some(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
