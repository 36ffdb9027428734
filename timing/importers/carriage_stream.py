"""Records of stations as a stream of bytes, each told by what differs from the one before it.

The form is that of docs/station-carriage.md; static/js/station/carriage/stream.js writes and
reads the same. It is exact: what is read is what was written, key by key, since a device may
later send the same records by network. What has no short form travels as its JSON.
"""

from __future__ import annotations

import json
import re
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from timing.core.times import parse_instant
from timing.importers.carriage_bytes import (
    LARGEST,
    LONGEST_TEXT,
    Reader,
    TooLong,
    Unreadable,
    checksum,
    from_base32,
    signed,
    to_base32,
    whole,
)

Wire: TypeAlias = dict[str, Any]

MAX_RECORDS = 20_000
"""Of one stream."""

LONGEST_RECORD = 20_000
"""Bytes of a record that travels as its JSON."""

KEY_DIGITS = 16
NAME_DIGITS = 4
"""The first so many digits of a key name it; the others are its secret."""

PASSING, RULING, CONTEXT, OTHER = range(4)
"""The kinds of items: the two lowest bits of an item's first number."""

# Of a passing.
NUMBER, PLACE, OFFSET, AGE, UNCERTAINTY, SHAPE, SOURCE, TIME, CLOCK, NOTE, DEVICE = (
    1 << n for n in range(11)
)
# Of a ruling, beside NUMBER.
OWN, FOREIGN, BIB, MOVED, HERE, STAGE, REST, SILENT, OBSERVED, BIBS, ITEMS = (
    1 << n for n in range(1, 12)
)
# Of a context, and of anything else.
WITH_KEY = 1
JSON_RECORD, ORIGIN = 0, 1

SHAPE_KEYS = (
    "bib",
    "device",
    "device_time",
    "offset_ms",
    "offset_age_ms",
    "uncertainty_ms",
    "source",
    "note",
)
"""What a passing may have or lack, the lowest bit of a shape first."""

FULL_SHAPE = 2 ** len(SHAPE_KEYS) - 1
_ALWAYS = frozenset({"kind", "id", "stage", "control", "time"})

BEGINNING = 1_767_225_600_000
"""2026-01-01T00:00:00Z: what the first moment of a stream is told from."""

COMMON_TEXTS = (
    "",
    "checkpoint",
    "line_crew",
    "radio",
    "paper",
    "estimate",
    "void",
    "assign",
    "start",
    "observation",
    "Undone at the station",
    "Corrected at the station",
    "Seen at the station",
    "Gun",
    "FINISH",
    "START",
    "withdrawal",
    "answer",
    "kit",
    "water",
    "whistle",
    "blanket",
    "light",
    "helped",
    "note",
)
"""Texts that every stream knows from the start."""

MOST_TEXTS = 256
"""Texts that a stream can refer to, those known from the start among them."""

MOST_IN_A_LIST = 2_000
"""Bibs or items of one ruling."""

DRIFT = 10_000
"""Milliseconds in which a clock may go wrong by one."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_LATEST = 253_402_300_799_999
_NO_NAME = 1 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_NUMBERS = 2**48


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A record on its way, with what is known of where it comes from.

    ``key`` is the station's whole key where it goes along, else empty; ``station`` the four
    digits that name it, empty where there was none; ``race`` the tag of the race (`race_tag`).
    """

    record: Wire
    race: int
    station: str = ""
    key: str = ""


def race_tag(slug: str) -> int:
    """24 bits that tell one race from another."""
    return checksum(slug.encode()) & 0xFFFFFF


def plain_key(text: str) -> str:
    """A key without dashes and blanks; Unreadable where it is none."""
    key = to_base32(from_base32(text.replace("-", "").replace(" ", "")))
    if len(key) != KEY_DIGITS:
        raise Unreadable("it holds what is no key")
    return key


def device_name(origin: bytes) -> str:
    """What records of a device call it: the first six digits of its origin."""
    return to_base32(origin[:4])[:6]


def json_text(value: object) -> str:
    """JSON without blanks; half characters are escaped, as nothing else could carry them."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text


def from_json(text: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What a JSON text says; Unreadable where it is none, or says what no JSON does."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Unreadable("it holds what is no JSON") from None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def instant_text(ms: int) -> str:
    """An instant as browsers write it; Unreadable outside of their years."""
    if not 0 <= ms <= _LATEST:
        raise Unreadable("it holds a moment of no year")
    moment = _EPOCH + timedelta(milliseconds=ms)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def instant_of(text: object) -> int | None:
    """The milliseconds of an instant written so, None for anything else."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        return None
    try:
        ms = parse_instant(text)
    except ValueError:
        return None
    return ms if 0 <= ms <= _LATEST else None


@dataclass(slots=True, kw_only=True)
class _State:
    """What the next item is told from."""

    context: tuple[int, str, str] | None = None
    origin: bytes = b""
    number: int = 0
    stage: int = 0
    control: str = ""
    shape: int = FULL_SHAPE
    source: str = "checkpoint"
    device_time: int = BEGINNING
    has_clock: bool = False
    offset: int = 0
    age: int = 0
    slack: int = 0
    moment: int = BEGINNING
    texts: list[str] = field(default_factory=lambda: list(COMMON_TEXTS))

    def copied(self) -> _State:
        made = copy(self)
        made.texts = self.texts.copy()
        return made

    def remember(self, text: str) -> None:
        if len(self.texts) < MOST_TEXTS:
            self.texts.append(text)


def _drift(age: int) -> int:
    return -(-abs(age) // DRIFT)


class StreamWriter:
    """Writes records one after the other; ``content`` is the stream so far."""

    def __init__(self) -> None:
        self.content = b""
        self._state = _State()

    def add(self, carried: Carried) -> None:
        """Write one more; TooLong where no stream holds it."""
        state = self._state.copied()
        content = _context_item(carried, state)
        item = _short_item(carried.record, state)
        if item is None:
            text = json_text(carried.record).encode()
            if len(text) > LONGEST_RECORD:
                raise TooLong("the record is too long")
            item = whole(OTHER | JSON_RECORD << 2) + whole(len(text)) + text
        self.content += content + item
        self._state = state


def _context_item(carried: Carried, state: _State) -> bytes:
    context = (carried.race, carried.station, carried.key)
    if context == state.context:
        return b""
    state.context = context
    tag = carried.race.to_bytes(3, "big")
    if carried.key:
        return whole(CONTEXT | WITH_KEY << 2) + tag + from_base32(carried.key)
    name = int.from_bytes(from_base32(carried.station + "0000"), "big") >> 20
    return whole(CONTEXT) + tag + (name if carried.station else _NO_NAME).to_bytes(3, "big")


def _short_item(record: Wire, state: _State) -> bytes | None:
    """The item of a record that has a short form, and the state after it; else None."""
    after = state.copied()
    try:
        content = _Item(after).written(record)
        if content is None:
            return None
        # The proof of exactness is the reading: whatever comes back otherwise has no short form.
        read = _read_items(Reader(content), state.copied())
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    if len(read) != 1 or _canonical(read[0].record) != _canonical(record):
        return None
    for name in _State.__slots__:
        setattr(state, name, getattr(after, name))
    return content


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)


class _Item:
    """Writes the short form of one record, and sets the state to what it is afterwards."""

    def __init__(self, state: _State) -> None:
        self._state = state
        self._flags = 0
        self._parts: list[bytes] = []

    def written(self, record: Wire) -> bytes | None:
        identity = record.get("id")
        if not isinstance(identity, str) or not _UUID.fullmatch(identity):
            return None
        content = bytes.fromhex(identity.replace("-", ""))
        state, before = self._state, b""
        if content[:10] != state.origin:
            state.origin, state.number = content[:10], 0
            before = whole(OTHER | ORIGIN << 2) + state.origin
        number = int.from_bytes(content[10:], "big")
        self._differs(NUMBER, number - state.number - 1)
        state.number = number
        kind = {"passing": PASSING, "ruling": RULING}.get(record.get("kind", ""))
        if kind is None:
            return None
        if not (self._passing(record) if kind == PASSING else self._ruling(record)):
            return None
        return before + whole(kind | self._flags << 2) + b"".join(self._parts)

    def _passing(self, record: Wire) -> bool:
        state = self._state
        if not record.keys() <= {*_ALWAYS, *SHAPE_KEYS}:
            return False
        if (record["stage"], record["control"]) != (state.stage, state.control):
            self._flags |= PLACE
            self._place(record)
        shape = sum(1 << n for n, key in enumerate(SHAPE_KEYS) if key in record)
        if shape != state.shape:
            self._flags |= SHAPE
            self._parts.append(whole(shape))
            state.shape = shape
        if "source" in record and record["source"] != state.source:
            self._flags |= SOURCE
            state.source = record["source"]
            self._text(state.source)
        if "bib" in record:
            self._bib(record["bib"])
        self._clock(record)
        moment = instant_of(record["time"])
        if moment is None:
            self._flags |= CLOCK
            self._text(record["time"])
        else:
            self._differs(TIME, moment - state.moment)
            state.moment = moment
        if record.get("note"):
            self._flags |= NOTE
            self._text(record["note"])
        if "device" in record and record["device"] != device_name(state.origin):
            self._flags |= DEVICE
            self._text(record["device"])
        return True

    def _clock(self, record: Wire) -> None:
        """Device time, offset, age and uncertainty; ``moment`` is then what they come to."""
        state = self._state
        passed = 0
        if "device_time" in record:
            device_time = instant_of(record["device_time"])
            if device_time is None:
                raise TooLong("a device time in other words")
            self._parts.append(signed(device_time - state.device_time))
            passed = device_time - state.device_time if state.has_clock else 0
            state.device_time, state.has_clock = device_time, True
            state.moment = device_time
        if "offset_ms" in record:
            self._differs(OFFSET, record["offset_ms"] - state.offset)
            state.offset = record["offset_ms"]
            state.moment += state.offset
        if "offset_age_ms" in record:
            self._differs(AGE, record["offset_age_ms"] - state.age - passed)
            state.age = record["offset_age_ms"]
        if "uncertainty_ms" in record:
            drift = _drift(state.age)
            self._differs(UNCERTAINTY, record["uncertainty_ms"] - state.slack - drift)
            state.slack = record["uncertainty_ms"] - drift

    def _ruling(self, record: Wire) -> bool:
        state = self._state
        left = {k: v for k, v in record.items() if k not in ("kind", "id", "ruling", "at")}
        at = instant_of(record.get("at"))
        if at is None:
            return False
        self._text(record["ruling"])
        self._parts.append(signed(at - state.moment))
        state.moment = at
        if "record" in left:
            self._record(left.pop("record"))
        if "bib" in left:
            self._flags |= BIB
            self._bib(left.pop("bib"))
        if "stage" in left and "control" in left:
            here = (left["stage"], left["control"])
            if here == (state.stage, state.control):
                self._flags |= HERE
            else:
                self._flags |= MOVED
                self._place(left)
            del left["stage"], left["control"]
        elif "stage" in left:
            self._flags |= STAGE
            self._parts.append(whole(left.pop("stage")))
        self._observation(left)
        if "reason" in left:
            self._text(left.pop("reason"))
        else:
            self._flags |= SILENT
        if left:
            self._flags |= REST
            self._text(json_text(left))
        return True

    def _observation(self, left: Wire) -> None:
        if "observed" in left:
            self._flags |= OBSERVED
            self._text(left.pop("observed"))
        for flag, key, write in ((BIBS, "bibs", self._bib), (ITEMS, "items", self._text)):
            if key in left:
                self._flags |= flag
                several = left.pop(key)
                self._parts.append(whole(len(several)))
                for one in several:
                    write(one)

    def _record(self, named: str) -> None:
        state = self._state
        content = bytes.fromhex(named.replace("-", "")) if _UUID.fullmatch(named) else b""
        if content[:10] == state.origin:
            self._flags |= OWN
            self._parts.append(signed(state.number - int.from_bytes(content[10:], "big")))
        else:
            self._flags |= FOREIGN
            self._text(named)

    def _differs(self, flag: int, difference: int) -> None:
        if difference:
            self._flags |= flag
            self._parts.append(signed(difference))

    def _place(self, record: Wire) -> None:
        self._state.stage, self._state.control = record["stage"], record["control"]
        self._parts.append(whole(self._state.stage))
        self._text(self._state.control)

    def _bib(self, bib: str) -> None:
        if _NUMBER.fullmatch(bib):
            self._parts.append(whole(int(bib) * 2))
        else:
            self._parts.append(whole(1))
            self._text(bib)

    def _text(self, text: str) -> None:
        known = self._state.texts
        if text in known:
            self._parts.append(whole(known.index(text) + 1))
            return
        content = text.encode()
        if len(content) > LONGEST_TEXT:
            raise TooLong("a text is too long")
        self._parts.append(whole(0) + whole(len(content)) + content)
        self._state.remember(text)


def read_stream(content: bytes) -> list[Carried]:
    """The records of a stream; Unreadable where it is none, and nothing else is raised."""
    return _read_items(Reader(content), _State())


def _read_items(reader: Reader, state: _State) -> list[Carried]:
    found: list[Carried] = []
    while not reader.is_done:
        tag = reader.whole()
        record = _read_item(reader, state, tag & 3, tag >> 2)
        if record is None:
            continue
        if len(found) >= MAX_RECORDS:
            raise Unreadable("it holds more records than any device")
        race, station, key = state.context or (0, "", "")
        found.append(Carried(record=record, race=race, station=station, key=key))
    return found


def _read_item(reader: Reader, state: _State, kind: int, flags: int) -> Wire | None:
    """The record of an item; None where it only says what follows."""
    match kind:
        case 0:  # PASSING
            return _read_passing(reader, state, flags)
        case 1:  # RULING
            return _read_ruling(reader, state, flags)
        case 2:  # CONTEXT
            state.context = _read_context(reader, flags)
            return None
        case _ if flags == ORIGIN:
            state.origin, state.number = reader.take(10), 0
            return None
        case _ if flags == JSON_RECORD:
            record = from_json(reader.text(LONGEST_RECORD))
            if not isinstance(record, dict):
                raise Unreadable("it holds what is no record")
            return record
        case _:
            raise Unreadable("it is of a newer version")


def _read_context(reader: Reader, flags: int) -> tuple[int, str, str]:
    if flags > WITH_KEY:
        raise Unreadable("it is of a newer version")
    race = int.from_bytes(reader.take(3), "big")
    if flags:
        key = to_base32(reader.take(10))
        return race, key[:NAME_DIGITS], key
    name = int.from_bytes(reader.take(3), "big")
    if name > _NO_NAME:
        raise Unreadable("it names no station")
    return race, "" if name == _NO_NAME else to_base32((name << 4).to_bytes(3, "big"))[:4], ""


def _read_passing(reader: Reader, state: _State, flags: int) -> Wire:
    if flags >= DEVICE << 1:
        raise Unreadable("it is of a newer version")
    record: Wire = {"kind": "passing", "id": _read_id(reader, state, flags)}
    if flags & PLACE:
        _read_place(reader, state)
    record |= {"stage": state.stage, "control": state.control}
    if flags & SHAPE:
        state.shape = reader.whole()
        if state.shape > FULL_SHAPE:
            raise Unreadable("it is of a newer version")
    if flags & SOURCE:
        state.source = _read_text(reader, state)
    has = {key: bool(state.shape >> n & 1) for n, key in enumerate(SHAPE_KEYS)}
    if has["bib"]:
        record["bib"] = _read_bib(reader, state)
    record |= _read_clock(reader, state, flags, has)
    if flags & CLOCK:
        record["time"] = _read_text(reader, state)
    else:
        state.moment = _bounded(state.moment + (reader.signed() if flags & TIME else 0))
        record["time"] = instant_text(state.moment)
    if has["source"]:
        record["source"] = state.source
    note = _read_text(reader, state) if flags & NOTE else ""
    if has["note"]:
        record["note"] = note
    device = _read_text(reader, state) if flags & DEVICE else device_name(state.origin)
    if has["device"]:
        record["device"] = device
    return record


def _read_clock(reader: Reader, state: _State, flags: int, has: dict[str, bool]) -> Wire:
    record: Wire = {}
    passed = 0
    if has["device_time"]:
        difference = reader.signed()
        passed = difference if state.has_clock else 0
        state.device_time = _bounded(state.device_time + difference)
        state.has_clock = True
        state.moment = state.device_time
        record["device_time"] = instant_text(state.device_time)
    if has["offset_ms"]:
        state.offset = _bounded(state.offset + (reader.signed() if flags & OFFSET else 0))
        state.moment = _bounded(state.moment + state.offset)
        record["offset_ms"] = state.offset
    if has["offset_age_ms"]:
        state.age = _bounded(state.age + passed + (reader.signed() if flags & AGE else 0))
        record["offset_age_ms"] = state.age
    if has["uncertainty_ms"]:
        drift = _drift(state.age)
        more = reader.signed() if flags & UNCERTAINTY else 0
        state.slack = _bounded(state.slack + more)
        record["uncertainty_ms"] = _bounded(state.slack + drift)
    return record


def _read_ruling(reader: Reader, state: _State, flags: int) -> Wire:
    if flags >= ITEMS << 1:
        raise Unreadable("it is of a newer version")
    record: Wire = {"kind": "ruling", "id": _read_id(reader, state, flags)}
    record["ruling"] = _read_text(reader, state)
    state.moment = _bounded(state.moment + reader.signed())
    record["at"] = instant_text(state.moment)
    if flags & OWN:
        record["record"] = _id_of(state.origin, state.number - reader.signed())
    if flags & FOREIGN:
        record["record"] = _read_text(reader, state)
    if flags & BIB:
        record["bib"] = _read_bib(reader, state)
    if flags & MOVED:
        _read_place(reader, state)
    if flags & (MOVED | HERE):
        record |= {"stage": state.stage, "control": state.control}
    if flags & STAGE:
        record["stage"] = reader.whole()
    record |= _read_observation(reader, state, flags)
    if not flags & SILENT:
        record["reason"] = _read_text(reader, state)
    if flags & REST:
        rest = from_json(_read_text(reader, state))
        if not isinstance(rest, dict) or rest.keys() & record.keys():
            raise Unreadable("it holds what is no record")
        record |= rest
    return record


def _read_observation(reader: Reader, state: _State, flags: int) -> Wire:
    record: Wire = {}
    if flags & OBSERVED:
        record["observed"] = _read_text(reader, state)
    if flags & BIBS:
        record["bibs"] = [_read_bib(reader, state) for _ in range(_few(reader))]
    if flags & ITEMS:
        record["items"] = [_read_text(reader, state) for _ in range(_few(reader))]
    return record


def _few(reader: Reader) -> int:
    count = reader.whole()
    if count > MOST_IN_A_LIST:
        raise Unreadable("it holds a list that is too long")
    return count


def _read_id(reader: Reader, state: _State, flags: int) -> str:
    if not state.origin:
        raise Unreadable("it does not say of which device it is")
    difference = reader.signed() if flags & NUMBER else 0
    state.number += 1 + difference
    return _id_of(state.origin, state.number)


def _id_of(origin: bytes, number: int) -> str:
    if not 0 <= number < _MOST_NUMBERS or not origin:
        raise Unreadable("it counts a record that no device has")
    text = (origin + number.to_bytes(6, "big")).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _read_place(reader: Reader, state: _State) -> None:
    state.stage = reader.whole()
    state.control = _read_text(reader, state)


def _read_bib(reader: Reader, state: _State) -> str:
    number = reader.whole()
    if number % 2 == 0:
        return str(number // 2)
    if number != 1:
        raise Unreadable("it is of a newer version")
    return _read_text(reader, state)


def _read_text(reader: Reader, state: _State) -> str:
    nth = reader.whole()
    if nth:
        if nth > len(state.texts):
            raise Unreadable("it refers to a text that is not there")
        return state.texts[nth - 1]
    text = reader.text()
    state.remember(text)
    return text


def _bounded(number: int) -> int:
    if abs(number) > LARGEST:
        raise Unreadable("it holds a number that is too large")
    return number
