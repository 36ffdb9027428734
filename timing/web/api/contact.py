"""How a device says it is, read leniently: what can't be read is as if it were not said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from timing.operations.devices import Contact

_ORIGIN = re.compile(r"[0-9a-f]{20}", re.ASCII)
_LONGEST_WORD = 40
_MOST = 2**53
_FULL = 100


def contact_from(given: object) -> Contact | None:
    """The contact in a JSON object; None where it does not say which device it is of."""
    if not isinstance(given, Mapping):
        return None
    origin = given.get("origin")
    if not isinstance(origin, str) or not _ORIGIN.fullmatch(origin):
        return None
    clock, storage = _object(given, "clock"), _object(given, "storage")
    return Contact(
        origin=origin,
        name=_word(given, "name"),
        app=_word(given, "app"),
        recorded=_whole(given, "recorded", least=0) or 0,
        unsent=_whole(given, "unsent", least=0) or 0,
        oldest_unsent=_whole(given, "oldest_unsent"),
        clock_offset_ms=_whole(clock, "offset_ms"),
        clock_uncertainty_ms=_whole(clock, "uncertainty_ms", least=0),
        clock_age_ms=_whole(clock, "age_ms"),
        clock_is_guarded=_flag(clock, "is_guarded") or False,
        battery=_whole(given, "battery", least=0, most=_FULL),
        is_charging=_flag(given, "is_charging"),
        storage_used=_whole(storage, "used", least=0),
        storage_quota=_whole(storage, "quota", least=0),
        storage_is_persisted=_flag(storage, "is_persisted"),
        has_ended=given.get("shift") == "ended",
    )


def _object(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = given.get(key)
    return found if isinstance(found, Mapping) else {}


def _word(given: Mapping[str, Any], key: str) -> str:
    found = given.get(key)
    is_word = isinstance(found, str) and len(found) <= _LONGEST_WORD and found.isprintable()
    return str(found) if is_word else ""


def _whole(
    given: Mapping[str, Any], key: str, *, least: int = -_MOST, most: int = _MOST
) -> int | None:
    found = given.get(key)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if least <= found <= most else None


def _flag(given: Mapping[str, Any], key: str) -> bool | None:
    found = given.get(key)
    return found if isinstance(found, bool) else None
