"""Finished answers, remembered until the race they are of moves on.

Everybody at the finish line asks for the same few pages: making one takes a tenth of a second,
sending it again next to nothing. What is remembered is the bytes as they are sent.
"""

from __future__ import annotations

import re
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeAlias

Key: TypeAlias = tuple[str, str]
"""A path and a query string, as they came."""

Headers: TypeAlias = list[tuple[str, str]]

MOST_BYTES = 96 * 1024 * 1024
"""Of remembered answers in one process; what was asked for longest ago is forgotten first."""

_WORTH_PACKING = 1_000
_LEVEL = 5

_GZIP = re.compile(
    r"(?:^|[,\s])(?:gzip|\*)\s*(?:;\s*q=(?P<weight>[01](?:\.[0-9]{0,3})?))?\s*(?:,|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A body, as it is and packed, with its headers and the ETag it goes by."""

    etag: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    packed: bytes

    def chosen(self, *, if_none_match: str, accept_encoding: str) -> tuple[str, Headers, bytes]:
        """Status, headers and body for what a request says it has and takes."""
        headers: Headers = [*self.headers, ("ETag", self.etag), ("Vary", "Accept-Encoding")]
        if if_none_match and matches(if_none_match, self.etag):
            return "304 Not Modified", headers, b""
        body = self.body
        if self.packed and takes_gzip(accept_encoding):
            headers.append(("Content-Encoding", "gzip"))
            body = self.packed
        headers.append(("Content-Length", str(len(body))))
        return "200 OK", headers, body


def answer(text: str, *, content_type: str, etag: str, headers: Headers) -> Answer:
    """An answer of that text, packed where it is worth it."""
    body = text.encode()
    return Answer(
        etag=etag,
        headers=(("Content-Type", content_type), *headers),
        body=body,
        packed=_packed(body) if len(body) >= _WORTH_PACKING else b"",
    )


def _packed(body: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, wbits=31)
    return packer.compress(body) + packer.flush()


def matches(if_none_match: str, etag: str) -> bool:
    """Whether a list of ETags has this one; compared weakly, as 304 asks for."""
    ours = etag.removeprefix("W/")
    return any(
        tag == "*" or tag.removeprefix("W/") == ours
        for tag in (part.strip() for part in if_none_match.split(","))
    )


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header takes gzip, by name or by ``*``."""
    found = _GZIP.search(accept_encoding)
    return found is not None and (found["weight"] is None or float(found["weight"]) > 0)


class Answers:
    """Answers by path and query, each with the stamp of what it was made from."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, tuple[str, object, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def slug_of(self, key: Key) -> str | None:
        """The race that the answer kept for this is of; empty for all races, None for none."""
        kept = self._kept.get(key)
        return None if kept is None else kept[0]

    def get(self, key: Key, stamp: object) -> Answer | None:
        """The answer made at that very stamp, or None."""
        kept = self._kept.get(key)
        return kept[2] if kept is not None and kept[1] is stamp else None

    def keep(self, key: Key, slug: str, stamp: object, made: Answer) -> None:
        """Remember an answer; one of an earlier stamp is forgotten."""
        size = _size(made)
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes -= _size(before[2]) if before is not None else 0
            if size > self._most_bytes:
                return
            self._kept[key] = (slug, stamp, made)
            self._bytes += size
            while self._bytes > self._most_bytes:
                _, (_, _, oldest) = self._kept.popitem(last=False)
                self._bytes -= _size(oldest)


def _size(made: Answer) -> int:
    return len(made.body) + len(made.packed)
