"""Records as plain values (dict, list, str, int, bool, None), and their digests.

The form follows the dataclasses' fields, leaving out what has its default; it is what the
database keeps of a ruling and what digests are taken of. Racefiles have names of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, cast, get_args, get_origin, get_type_hints

from timing.core.records import RULING_NAMES, RULINGS, Passing, Record, Ruling
from timing.core.times import TimeOfDay, format_time_of_day, parse_time_of_day

Plain: TypeAlias = bool | int | str | list["Plain"] | dict[str, "Plain"] | None

_NOT_CONTENT = frozenset({"received"})
"""When a node first saw a record is that node's own: it travels with no digest."""


def _encode(value: object) -> Plain:
    match value:
        case StrEnum():
            return value.value
        case None | bool() | int() | str():
            return value
        case TimeOfDay():
            return format_time_of_day(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_encode(item) for item in value]
        case _ if is_dataclass(value):
            return _encode_fields(value)
        case _:
            raise TypeError(type(value).__name__)


_AS_IT_IS = frozenset({str, int, bool, NoneType})


def _encode_fields(value: Any) -> dict[str, Plain]:  # noqa: ANN401 - any dataclass
    plain: dict[str, Plain] = {}
    for name, default in _DEFAULTS.get(type(value)) or _defaults(type(value)):
        item = getattr(value, name)
        if default is MISSING or item != default:
            plain[name] = item if type(item) in _AS_IT_IS else _encode(item)
    return plain


_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {}
"""The fields of each class with their defaults, once they were looked up."""


def _defaults(cls: type) -> tuple[tuple[str, Any], ...]:
    found = tuple((field.name, field.default) for field in fields(cls) if field.init)
    _DEFAULTS[cls] = found
    return found


def _decode(kind: Any, plain: Any) -> Any:  # noqa: ANN401 - driven by type hints
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _decode_union(get_args(kind), plain)
    if origin is tuple:
        kinds = get_args(kind)
        _expect(list, plain)
        if kinds[1:] == (Ellipsis,):
            return tuple(_decode(kinds[0], item) for item in plain)
        return tuple(_decode(k, item) for k, item in zip(kinds, plain, strict=True))
    if kind is TimeOfDay:
        return parse_time_of_day(plain)
    if kind is date:
        return date.fromisoformat(plain)
    if is_dataclass(kind):
        _expect(dict, plain)
        hints = _hints(cast("type", kind))
        build = cast("Callable[..., Any]", kind)
        return build(**{name: _decode(hints[name], item) for name, item in plain.items()})
    if issubclass(kind, StrEnum):
        return kind(plain)
    _expect(kind, plain)
    return plain


def _expect(kind: type, plain: object) -> None:
    # Not isinstance: true is no number here.
    if type(plain) is not kind:
        raise TypeError(kind)


def _decode_union(kinds: tuple[Any, ...], plain: Any) -> Any:  # noqa: ANN401 - as above
    if plain is None and NoneType in kinds:
        return None
    for kind in kinds:
        if kind is not NoneType and _may_be(kind, plain):
            return _decode(kind, plain)
    raise TypeError(kinds)


def _may_be(kind: Any, plain: Plain) -> bool:  # noqa: ANN401 - as above
    if kind in (bool, int):
        return type(plain) is kind
    if kind in (str, TimeOfDay) or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return isinstance(plain, str)
    return not isinstance(plain, int | str)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def value_to_plain(value: object) -> Plain:
    """Any part of a document, as records are written: defaults left out."""
    return _encode(value)


def record_to_plain(record: Record) -> dict[str, Plain]:
    """The record's fields, its defaults left out; a ruling also has ``ruling``, its name."""
    plain = _encode_fields(record)
    if isinstance(record, Ruling):
        return {"ruling": RULING_NAMES[type(record)], **plain}
    return plain


def ruling_from_plain(plain: Mapping[str, Plain]) -> Ruling:
    """The ruling that `record_to_plain` wrote; KeyError, TypeError or ValueError otherwise."""
    cls = RULINGS[cast("str", plain["ruling"])]
    body = {name: item for name, item in plain.items() if name != "ruling"}
    return cast("Ruling", _decode(cls, body))


def passing_from_plain(plain: Mapping[str, Plain]) -> Passing:
    """The passing that `record_to_plain` wrote; TypeError or ValueError otherwise."""
    return cast("Passing", _decode(Passing, plain))


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(plain: Plain) -> str:
    """The one text of a plain value: keys sorted, no blanks."""
    return _ENCODER.encode(plain)


def digest(record: Record) -> str:
    """SHA-256, in hex, of what the record says; not of its id, nor of when it was received."""
    plain = record_to_plain(record)
    content = {k: v for k, v in plain.items() if k not in _NOT_CONTENT and k != "id"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def derived_id(record: Record, nth: int) -> str:
    """An id for a record written without one: from its content and the number before it.

    Loading the same file twice gives the same ids and so adds nothing (racefile, Rulings).
    """
    text = f"{digest(record)}:{nth}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
