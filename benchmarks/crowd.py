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
_PATIENCE_SECONDS = 120


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
    same: dict[tuple[int, int], bool] = field(default_factory=dict)

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
        if number == final:
            return True
        known = self.same.get((number, final))
        if known is None:
            known = self.same[number, final] = self._is_same(number, final)
        return known

    def _is_same(self, number: int, final: int) -> bool:
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


@dataclass(slots=True)
class Hall:
    """The connections: those open, and those to come."""

    crowd: Crowd
    start: list[tuple[int, int]]
    to_come: list[int]
    poll: select.epoll
    sockets: dict[int, tuple[socket.socket, Reader]] = field(default_factory=dict)
    opening: set[int] = field(default_factory=set)
    is_over: bool = False

    def let_in(self) -> None:
        """Connect the next ones, some at a time."""
        while self.to_come and len(self.opening) < _AT_ONCE:
            page = self.to_come.pop()
            state, revision = self.start[page]
            connection = socket.create_connection(self.crowd.address, timeout=60)
            connection.sendall(_request(f"{self.crowd.paths[page]}&revision={revision}"))
            connection.settimeout(0)
            reader = Reader(
                number=len(self.sockets),
                page=page,
                state=state,
                revision=revision,
                began=time.monotonic(),
            )
            self.sockets[connection.fileno()] = connection, reader
            self.opening.add(connection.fileno())
            self.poll.register(connection.fileno(), select.EPOLLIN)

    def read_ready(self) -> None:
        """Take what has come."""
        # What is ready now has come by now, however long it takes to read all of it.
        ready, at = self.poll.poll(1), time.monotonic()
        for descriptor, _ in ready:
            if descriptor in self.sockets:
                self.read(descriptor, at)
            else:
                self.is_over = True
                self.poll.unregister(descriptor)

    def read(self, descriptor: int, at: float) -> None:
        """Take what a connection has, which came at ``at`` at the latest."""
        connection, reader = self.sockets[descriptor]
        try:
            data = connection.recv(_BLOCK)
        except BlockingIOError:
            return
        if not data:
            reader.has_ended = True
            self.poll.unregister(descriptor)
            return
        self.crowd.feed(reader, data, at)
        if reader.is_begun:
            self.opening.discard(descriptor)


def main() -> None:
    """Connect everybody, then read until told to stop."""
    orders = json.loads(sys.stdin.readline())
    crowd = Crowd(address=("127.0.0.1", orders["port"]), paths=orders["paths"])
    crowd.states.append({"html": {}, "order": {}})
    start = [page_now(crowd, page) for page in range(len(crowd.paths))]
    crowd.got.clear()
    hall = Hall(crowd, start, list(reversed(orders["viewers"])), select.epoll())
    hall.poll.register(sys.stdin.fileno(), select.EPOLLIN)
    has_told = False
    while not hall.is_over:
        hall.let_in()
        if not hall.to_come and not hall.opening and not has_told:
            has_told = True
            opens = sorted(r.opened - r.began for _, r in hall.sockets.values())
            _write({"opens": opens[len(opens) * 99 // 100]})
        hall.read_ready()
    readers = [reader for _, reader in hall.sockets.values()]
    final = [page_now(crowd, page)[0] for page in range(len(crowd.paths))]
    # Pages of runners are brought up to date by and by.
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end and not all(crowd.shows(r.state, final[r.page]) for r in readers):
        hall.read_ready()
    sizes = sorted(len(chunk) for chunk in crowd.read)
    _write(
        {
            "got": [one for one in crowd.got if one[0] >= 0],
            "wrong": sum(not crowd.shows(r.state, final[r.page]) for r in readers),
            "gaps": sum(r.gaps for r in readers),
            "wholes": sum(r.wholes for r in readers),
            "ended": sum(r.has_ended for r in readers),
            "readers": len(readers),
            "largest": sizes[-len(sizes) // 10] if sizes else 0,
        }
    )


def _write(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
