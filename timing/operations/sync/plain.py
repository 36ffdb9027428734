"""Reading plain values that came from elsewhere: each as expected, or BadParcel."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

from timing.operations.sync.faults import BadParcel

Object: TypeAlias = dict[str, Any]
Kind = TypeVar("Kind", int, str, list[Any], dict[str, Any])

FORMAT = 1
MOST_BYTES = 16 * 1024 * 1024
"""Of what is unpacked at once: more is refused, whatever it claims to be."""

_LEVEL = 6


def take(plain: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind:
    """The value of that name, of that kind."""
    value = plain.get(name)
    if type(value) is not kind:
        raise BadParcel(f"{name} is missing, or of another kind")
    return value


def packed(plain: Object) -> bytes:
    """A value as compressed JSON."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), _LEVEL)


def unpacked(data: bytes) -> Object:
    """The value that `packed` wrote; BadParcel for anything else, and for what is too long."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, MOST_BYTES)
        if not unpacker.eof:
            raise BadParcel("it is cut off, or longer than anything that is sent")
        value = json.loads(text)
    except (zlib.error, ValueError, RecursionError) as error:
        if isinstance(error, BadParcel):
            raise
        raise BadParcel("it can't be unpacked") from error
    if not isinstance(value, dict):
        raise BadParcel("it is no object")
    if value.get("format", FORMAT) != FORMAT:
        raise BadParcel("it is of a newer release than this one")
    return value
