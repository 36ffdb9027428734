"""Thousands of readers of streams in one process, as ``viewers`` starts it: epoll, no threads.

What all readers of a page are sent is the same bytes, so each different chunk is unpacked and
applied once, and a reader's page is known by the number of a state. That keeps the readers from
taking the processor that the server needs.

Reads its orders as a line of JSON, answers with one line when all are connected, and at the end of
its input with what every reader got.
"""

import json
import select
import socket
import sys
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

_AT_ONCE = 40
_HEAD_OF_PACKED = 10
_BLOCK = 1 << 18


@dataclass(slots=True)
class Told:
    """A chunk of a stream: the events in it, in order, each with its kind and data."""

    events: list[tuple[str, dict[str, Any]]]


@dataclass(slots=True)
class Reader:
    """One connection. ``state`` is the number of what its page shows."""

    number: int
    page: int
    state: int
    revision: int
    buffer: bytes = b""
    is_open: bool = False
    is_begun: bool = False
    began: float = 0.0
    opened: float = 0.0
    gaps: int = 0
    wholes: int = 0
    has_ended: bool = False


@dataclass(slots=True)
class Crowd:
    """All readers, and what they were sent."""

    address: tuple[str, int]
    paths: list[str]
    states: list[dict[str, Any]] = field(default_factory=list)
    steps: dict[tuple[int, bytes], tuple[int, int, int, int, int]] = field(default_factory=dict)
    read: dict[bytes, Told] = field(default_factory=dict)
    got: list[tuple[int, int, float]] = field(default_factory=list)

    def told(self, chunk: bytes) -> Told:
        """What a chunk says; unpacked once, however many readers are sent it."""
        known = self.read.get(chunk)
        if known is None:
            text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(chunk).decode()
            events = []
            for block in text.split("\n\n"):
                lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
                if "event" in lines:
                    events.append((lines["event"], json.loads(lines["data"])))
            known = self.read[chunk] = Told(events)
        return known

    def apply(self, reader: Reader, chunk: bytes, at: float) -> None:
        """Bring a reader's page up to date by a chunk."""
        step = self.steps.get((reader.state, chunk))
        if step is None or step[2] != reader.revision:
            step = self._step(reader, chunk)
            self.steps[reader.state, chunk] = step
        state, revision, _, gaps, wholes = step
        if state != reader.state:
            self.got.append((reader.number, revision, at))
        reader.state, reader.revision = state, revision
        reader.gaps += gaps
        reader.wholes += wholes

    def _step(self, reader: Reader, chunk: bytes) -> tuple[int, int, int, int, int]:
        number, revision, gaps, wholes = reader.state, reader.revision, 0, 0
        for kind, data in self.told(chunk).events:
            if kind == "bye":
                reader.has_ended = True
            if kind == "beat":
                revision = max(revision, data["revision"])
            if kind != "board" or data["revision"] < revision:
                continue
            gaps += data["since"] > revision
            wholes += data["since"] == 0
            revision = data["revision"]
            state = self.states[number] if data["since"] else {"html": {}, "order": {}}
            html = {**state["html"], **data["html"]}
            order = {**state["order"], **data["order"]}
            number = len(self.states)
            self.states.append({"html": html, "order": order})
        return number, revision, reader.revision, gaps, wholes

    def shows(self, number: int, final: int) -> bool:
        """Whether a page is as another; lines that were taken out of it do not count."""
        shown, wanted = self.states[number], self.states[final]
        return shown["order"] == wanted["order"] and all(
            shown["html"].get(name) == html for name, html in wanted["html"].items()
        )

    def feed(self, reader: Reader, data: bytes, at: float) -> None:
        """Take bytes of a connection: the head of the answer, then chunks."""
        buffer = reader.buffer + data if reader.buffer else data
        if not reader.is_open:
            head, found, rest = buffer.partition(b"\r\n\r\n")
            if not found:
                reader.buffer = buffer
                return
            assert b" 200 " in head.split(b"\r\n")[0], head
            assert b"content-encoding: gzip" in head.lower(), head
            reader.is_open = True
            reader.opened = at
            buffer = rest
        while True:
            size, found, rest = buffer.partition(b"\r\n")
            if not found:
                break
            length = int(size, 16)
            if len(rest) < length + 2:
                break
            chunk, buffer = rest[:length], rest[length + 2 :]
            if length == 0:
                reader.has_ended = True
                break
            if not reader.is_begun:
                reader.is_begun = True
                chunk = chunk[_HEAD_OF_PACKED:]
            self.apply(reader, chunk, at)
        reader.buffer = buffer


def page_now(crowd: Crowd, page: int) -> tuple[int, int]:
    """The whole state of a page, and its revision: from a stream of its own."""
    with socket.create_connection(crowd.address, timeout=60) as connection:
        connection.sendall(_request(crowd.paths[page]))
        reader = Reader(number=-1, page=page, state=0, revision=0)
        while reader.wholes == 0:
            data = connection.recv(_BLOCK)
            assert data, "the stream ended"
            crowd.feed(reader, data, time.monotonic())
    return reader.state, reader.revision


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def main() -> None:
    """Connect everybody, then read until told to stop."""
    orders = json.loads(sys.stdin.readline())
    crowd = Crowd(address=("127.0.0.1", orders["port"]), paths=orders["paths"])
    crowd.states.append({"html": {}, "order": {}})
    start = [page_now(crowd, page) for page in range(len(crowd.paths))]
    crowd.got.clear()
    poll = select.epoll()
    poll.register(sys.stdin.fileno(), select.EPOLLIN)
    sockets: dict[int, tuple[socket.socket, Reader]] = {}
    to_come = list(orders["viewers"])
    to_come.reverse()
    opening: set[int] = set()
    is_told = False
    is_going = True
    while is_going:
        while to_come and len(opening) < _AT_ONCE:
            page = to_come.pop()
            state, revision = start[page]
            connection = socket.create_connection(crowd.address, timeout=60)
            path = f"{crowd.paths[page]}&revision={revision}"
            connection.sendall(_request(path))
            connection.setblocking(False)
            reader = Reader(
                number=len(sockets),
                page=page,
                state=state,
                revision=revision,
                began=time.monotonic(),
            )
            sockets[connection.fileno()] = connection, reader
            opening.add(connection.fileno())
            poll.register(connection.fileno(), select.EPOLLIN)
        if not to_come and not opening and not is_told:
            is_told = True
            opens = sorted(r.opened - r.began for _, r in sockets.values())
            print(json.dumps({"opens": opens[len(opens) * 99 // 100]}), flush=True)
        for descriptor, _ in poll.poll():
            at = time.monotonic()
            if descriptor not in sockets:
                is_going = False
                continue
            connection, reader = sockets[descriptor]
            try:
                data = connection.recv(_BLOCK)
            except BlockingIOError:
                continue
            if not data:
                reader.has_ended = True
                poll.unregister(descriptor)
                continue
            crowd.feed(reader, data, at)
            if reader.is_begun:
                opening.discard(descriptor)
    readers = [reader for _, reader in sockets.values()]
    got = list(crowd.got)
    final = [page_now(crowd, page)[0] for page in range(len(crowd.paths))]
    wrong = sum(not crowd.shows(r.state, final[r.page]) for r in readers)
    json.dump(
        {
            "got": got,
            "wrong": wrong,
            "gaps": sum(r.gaps for r in readers),
            "wholes": sum(r.wholes for r in readers),
            "ended": sum(r.has_ended for r in readers),
            "readers": len(readers),
            "chunks": len(crowd.read),
            "bytes": sorted(len(chunk) for chunk in crowd.read)[len(crowd.read) // 2 :],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
