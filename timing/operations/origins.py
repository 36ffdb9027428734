"""Devices' own numbers in the ids of records (docs/station-protocol.md, Devices and ids)."""

from __future__ import annotations

import uuid

_VERSION = 8
_NUMBER_BYTES = 6


def origin_of(record_id: str) -> str:
    """The origin that an id of the protocol's form tells, as 20 hex digits; else empty.

    The version and variant bits that stand in it are part of it: all ids of a device have them.
    """
    try:
        read = uuid.UUID(record_id)
    except ValueError:
        return ""
    if read.version != _VERSION or read.variant != uuid.RFC_4122:
        return ""
    return read.bytes[:-_NUMBER_BYTES].hex()
