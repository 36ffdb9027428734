"""What a station's device gave out by file, by message or as QR code, read again.

Anything may come, in any order and in several goes: messages pasted with what stood around them,
some twice, some never. Whatever can't be taken is told; nothing is dropped without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from timing.importers import carriage_codes as codes
from timing.importers import carriage_messages as messages
from timing.importers.carriage_bytes import Unreadable
from timing.importers.carriage_files import MAX_FILE, read_file
from timing.importers.carriage_messages import Message, Part
from timing.importers.carriage_stream import Carried

_MARK = re.compile(
    f"{re.escape(messages.BEGIN)}|{re.escape(codes.BEGIN)}|{re.escape(codes.TAKEN_BEGIN)}",
    re.IGNORECASE,
)
_TOLD = 60
"""Characters of a text that was passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record, and where it stood: ``message 3 of 5``."""

    carried: Carried
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that could not be taken, where it stood, and why."""

    where: str
    told: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.where}: {self.told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Messages or codes that were made together; ``missing`` have not come, counted from 1."""

    kind: str
    batch: int
    total: int
    missing: tuple[int, ...]

    def __str__(self) -> str:
        """In one line: ``message 3 of 5 has not come``."""
        which = ", ".join(map(str, self.missing))
        if len(self.missing) == 1:
            return f"{self.kind} {which} of {self.total} has not come"
        return f"{self.kind}s {which} of {self.total} have not come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that was read.

    ``passed_over`` is text that stands between messages and is none; ``parts`` are the texts of
    messages and codes that were read, each once, to be kept until the others of them come.
    """

    found: tuple[Found, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    series: tuple[Series, ...] = ()
    passed_over: tuple[str, ...] = ()
    parts: tuple[tuple[Part, str], ...] = ()

    @property
    def gaps(self) -> tuple[Series, ...]:
        """The series of which something is missing."""
        return tuple(one for one in self.series if one.missing)


def read(content: bytes) -> Reading:
    """The records in a file, or in text with messages or codes in it. Raises nothing."""
    if len(content) > MAX_FILE:
        told = f"it has over {MAX_FILE // 1024 // 1024} MB"
        return Reading(troubles=(Trouble(where="the file", told=told),))
    begin = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin.startswith(b"{"):
        return _read_file(content)
    return read_text(content.decode("utf-8", errors="replace"))


def _read_file(content: bytes) -> Reading:
    try:
        lots = read_file(content)
    except Unreadable as error:
        return Reading(troubles=(Trouble(where="the file", told=str(error)),))
    found: list[Found] = []
    troubles: list[Trouble] = []
    nth = 0
    for lot in lots:
        for record in lot.records:
            nth += 1
            where = f"record {nth}"
            if isinstance(record, dict):
                found.append(Found(carried=lot.carried(record), where=where))
            else:
                troubles.append(Trouble(where=where, told="it is no record"))
    return Reading(found=tuple(found), troubles=tuple(troubles))


def read_text(text: str) -> Reading:
    """The records in text with messages or codes in it, in any order."""
    pile = _Pile()
    begin = _MARK.search(text)
    pile.pass_over(text[: begin.start()] if begin else text)
    for chunk in _chunks(text):
        pile.take(chunk)
    return pile.reading()


def _chunks(text: str) -> Iterator[str]:
    """What begins with a mark, up to the next one."""
    starts = [found.start() for found in _MARK.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        yield text[start:end]


@dataclass(slots=True)
class _Pile:
    """Messages and codes as they come."""

    messages: dict[Part, list[Message]] = field(default_factory=dict)
    codes: dict[Part, codes.Code] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    texts: dict[tuple[Part, str], None] = field(default_factory=dict)

    def take(self, chunk: str) -> None:
        mark = chunk[:5].upper()
        try:
            if mark.startswith(messages.BEGIN):
                self._take_message(chunk)
            elif mark == codes.BEGIN:
                self._take_code(chunk)
            else:
                self.pass_over(chunk)
        except Unreadable as error:
            self.troubles.append(Trouble(where=f"“{_short(chunk)}”", told=str(error)))

    def _take_message(self, chunk: str) -> None:
        body, end, after = chunk.partition(messages.END)
        if not end:
            body, _, after = chunk.partition("\n")
        message = messages.read_message(messages.BEGIN + chunk[len(messages.BEGIN) :])
        same = self.messages.setdefault(message.part, [])
        if message not in same:
            same.append(message)
        self.texts[message.part, "".join(body.split()) + messages.END] = None
        self.pass_over(after)

    def _take_code(self, chunk: str) -> None:
        first, *others = chunk.split()
        try:
            code, text = codes.read_code(first), first
            self.pass_over(" ".join(others))
        except Unreadable:
            code, text = codes.read_code(chunk), "".join(chunk.split())
        if self.codes.setdefault(code.part, code) != code:
            raise Unreadable("it contradicts another of its number")
        self.texts[code.part, text] = None

    def pass_over(self, text: str) -> None:
        self.passed_over += [_short(line) for line in text.splitlines() if line.strip()]

    def reading(self) -> Reading:
        found = [*self._of_messages(), *self._of_codes()]
        return Reading(
            found=tuple(found),
            troubles=tuple(self.troubles),
            series=(*_series("message", self.messages), *_series("code", self.codes)),
            passed_over=tuple(self.passed_over),
            parts=tuple(self.texts),
        )

    def _of_messages(self) -> Iterator[Found]:
        for part in sorted(self.messages, key=_place):
            for message in self.messages[part]:
                if message.pieces == 1:
                    yield from self._found([message], _name("message", part))
                elif message.piece == 1:
                    yield from self._of_pieces(part, message)

    def _of_pieces(self, part: Part, first: Message) -> Iterator[Found]:
        """A record that was cut, if all of it is there; what is missing is told by its series."""
        pieces = [first]
        for n in range(1, first.pieces):
            place = Part(batch=part.batch, nth=part.nth + n, total=part.total)
            for message in self.messages.get(place, ()):
                if (message.piece, message.pieces) == (n + 1, first.pieces):
                    pieces.append(message)
                    break
        if len(pieces) == first.pieces:
            last = part.nth + first.pieces - 1
            yield from self._found(pieces, f"messages {part.nth} to {last} of {part.total}")

    def _of_codes(self) -> Iterator[Found]:
        batches: dict[tuple[int, int], dict[int, codes.Code]] = {}
        for part, code in self.codes.items():
            batches.setdefault((part.batch, part.total), {})[part.nth] = code
        for (_, total), there in batches.items():
            if len(there) == total:
                try:
                    records = codes.records_of(there)
                except Unreadable as error:
                    self.troubles.append(Trouble(where="the codes", told=str(error)))
                    continue
                for record in records:
                    yield Found(carried=record, where="the codes")

    def _found(self, pieces: list[Message], where: str) -> Iterator[Found]:
        try:
            records = messages.records_of(pieces)
        except Unreadable as error:
            self.troubles.append(Trouble(where=where, told=str(error)))
            return
        for record in records:
            yield Found(carried=record, where=where)


def _series(
    kind: str, parts: dict[Part, list[Message]] | dict[Part, codes.Code]
) -> Iterator[Series]:
    batches: dict[tuple[int, int], set[int]] = {}
    for part in parts:
        batches.setdefault((part.batch, part.total), set()).add(part.nth)
    for (batch, total), there in sorted(batches.items()):
        missing = tuple(nth for nth in range(1, total + 1) if nth not in there)
        yield Series(kind=kind, batch=batch, total=total, missing=missing)


def _place(part: Part) -> tuple[int, int, int]:
    return part.batch, part.total, part.nth


def _name(kind: str, part: Part) -> str:
    return f"{kind} {part.nth} of {part.total}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TOLD else f"{text[:_TOLD]}…"
