"""Readers that play a race over a socket and break off as often as they are told.

Each writes its rows by itself, from the published layouts, and shares nothing with what reads
them. ``cuts`` are how many rows have gone out when the line breaks, each time in mid-row.
"""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PATIENCE_SECONDS = 20.0
_LONGEST = 65_536
_ULTRA_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the reader's own clock, without a zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Somebody's chip over a mat; ``at`` is what the reader's clock showed."""

    chip: str
    at: datetime


class Cut(Exception):
    """The line is to break here."""


class Emulator(ABC):
    """A reader with crossings in its memory; ``connections`` counts how often it was talked to."""

    def __init__(self, crossings: Sequence[Crossing], cuts: Sequence[int] = ()) -> None:
        self.crossings = tuple(crossings)
        self.connections = 0
        self.done = threading.Event()
        self._cuts = sorted(cuts)
        self._sent = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._buffer = b""

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until it has."""
        self._stop.set()
        self._thread.join(PATIENCE_SECONDS)

    @abstractmethod
    def _run(self) -> None:
        """Connect, or let itself be connected to, until it is stopped."""

    @abstractmethod
    def _talk(self, line: socket.socket) -> None:
        """Talk over one connection; ends when there is nothing more to say, or by Cut."""

    def _talked(self, line: socket.socket) -> None:
        self.connections += 1
        self._buffer = b""
        line.settimeout(0.05)
        try:
            with line:
                self._talk(line)
        except (Cut, OSError):
            return

    def _send_row(self, line: socket.socket, row: str) -> None:
        """Send a row; where a cut is due only half of it, and break the line."""
        if self._cuts and self._sent >= self._cuts[0]:
            self._cuts.pop(0)
            line.sendall(row[: len(row) // 2].encode("ascii"))
            raise Cut
        line.sendall(row.encode("ascii"))
        self._sent += 1

    def _hear(self, line: socket.socket, end: bytes) -> str | None:
        """The next thing said to it, without its end; None where it was stopped meanwhile."""
        while not self._stop.is_set():
            if end in self._buffer:
                text, self._buffer = self._buffer.split(end, 1)
                return text.decode("ascii").strip("\r\n")
            try:
                data = line.recv(_LONGEST)
            except TimeoutError:
                continue
            if not data:
                raise ConnectionError
            self._buffer += data
        return None


class Called(Emulator):
    """A reader that is connected to, at ``port``."""

    def __init__(self, crossings: Sequence[Crossing], cuts: Sequence[int] = ()) -> None:
        super().__init__(crossings, cuts)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.05)
        self.port: int = self._listening.getsockname()[1]

    def _run(self) -> None:
        with self._listening:
            while not self._stop.is_set():
                try:
                    line, _ = self._listening.accept()
                except TimeoutError:
                    continue
                self._talked(line)


class Calling(Emulator):
    """A reader that connects to whoever listens at ``port``."""

    def __init__(
        self, crossings: Sequence[Crossing], cuts: Sequence[int] = (), *, port: int
    ) -> None:
        super().__init__(crossings, cuts)
        self._port = port

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                line = socket.create_connection(("127.0.0.1", self._port), timeout=1)
            except OSError:
                self._stop.wait(0.02)
                continue
            self._talked(line)


class RaceResultDecoder(Called):
    """A decoder: it tells how many passings there are, and gives those that are asked for."""

    file = 7

    def _talk(self, line: socket.socket) -> None:
        while (command := self._hear(line, b"\n")) is not None:
            name, _, rest = command.partition(";")
            first, colon, count = command.partition(":")
            if name == "GETPROTOCOL":
                line.sendall(b"GETPROTOCOL;2.0;1.2\r\n")
            elif name == "SETPROTOCOL":
                line.sendall(f"SETPROTOCOL;{rest}\r\n".encode("ascii"))
            elif name == "GETSTATUS":
                line.sendall(b"GETSTATUS;2026-03-28;11:00:00.000;1;12345678;1\r\n")
            elif name == "PASSINGS":
                line.sendall(f"PASSINGS;{len(self.crossings)};{self.file}\r\n".encode("ascii"))
            elif colon:
                for number in range(int(first), int(first) + int(count)):
                    self._send_row(line, self.row(number))
                line.sendall(b"\r\n")
                if int(first) + int(count) > len(self.crossings):
                    self.done.set()

    def row(self, number: int) -> str:
        """The passing of that number, from 1."""
        crossing = self.crossings[number - 1]
        date = crossing.at.strftime("%Y-%m-%d")
        time = crossing.at.strftime("%H:%M:%S.%f")[:12]
        return (
            f"{number};{crossing.chip};{date};{time};0;12;-51;0000;0;1;1;0;0;0;0;0;"
            f"D-5001;{self.file};2;D5001\r\n"
        )


class IpicoReader(Called):
    """A reader that sends what it sees; what falls into a break is in its log only."""

    def _talk(self, line: socket.socket) -> None:
        while self._sent < len(self.crossings) and not self._stop.is_set():
            try:
                self._send_row(line, f"{self.row(self._sent)}\r\n")
            except Cut:
                self._sent += 1
                raise
        self.done.set()
        self._stop.wait()

    def log(self) -> bytes:
        """The file that it has kept."""
        return "".join(f"{self.row(n)}\r\n" for n in range(len(self.crossings))).encode("ascii")

    def row(self, index: int) -> str:
        """A line of 36 characters."""
        crossing = self.crossings[index]
        stamp = crossing.at.strftime("%y%m%d%H%M%S")
        body = f"40{crossing.chip}0a2a{stamp}{crossing.at.microsecond // 10_000:02x}"
        return f"aa{body}{sum(map(ord, body)) % 256:02x}"


class Ultra(Called):
    """An Ultra: numbered reads, some of which get lost, and rewinds."""

    lost: frozenset[int] = frozenset()
    """LogIDs that never go out by themselves."""

    def _talk(self, line: socket.socket) -> None:
        line.sendall(b"Connected,26-03-28\nV=24.1\n")
        while not self._stop.is_set():
            self._obey(line)
            if self._sent < len(self.crossings):
                if self._sent + 1 in self.lost:
                    self._sent += 1
                else:
                    self._send_row(line, self.row(self._sent))
            else:
                self.done.set()

    def _obey(self, line: socket.socket) -> None:
        line.settimeout(0.002)
        try:
            data = line.recv(_LONGEST)
        except TimeoutError:
            return
        if not data:
            raise ConnectionError
        self._buffer += data
        while b"\n" in self._buffer:
            command, self._buffer = self._buffer.split(b"\n", 1)
            text = command.decode("ascii")
            first, _, last = text[3:].partition("\r")
            for index in range(len(self.crossings)):
                is_asked = (
                    int(first) <= index + 1 <= int(last)
                    if text.startswith("600")
                    else text.startswith("800")
                    and int(first) <= self.seconds(index) <= int(last)
                    and index < self._sent
                )
                if is_asked:
                    line.sendall(self.row(index, is_rewind=True).encode("ascii"))

    def seconds(self, index: int) -> int:
        """Seconds since 1980 on its clock."""
        return int((self.crossings[index].at - _ULTRA_EPOCH) / timedelta(seconds=1))

    def row(self, index: int, *, is_rewind: bool = False) -> str:
        """A line, with its LogID last."""
        crossing = self.crossings[index]
        ms = crossing.at.microsecond // 1000
        return (
            f"0,{crossing.chip},{self.seconds(index)},{ms},1,-62,{int(is_rewind)},1,3,0,0,"
            f"{index + 1}\n"
        )


class MyLapsToolkit(Calling):
    """A toolkit: it sends a message again until it is acknowledged."""

    def _talk(self, line: socket.socket) -> None:
        line.sendall(b"Finish@Pong@$")
        self._hear(line, b"$")
        number = 0
        while self._sent < len(self.crossings) and not self._stop.is_set():
            number += 1
            index = self._sent
            self._send_row(line, self.message(index, number))
            self._sent = index  # sent is not acknowledged
            answer = self._hear(line, b"$") or ""
            if answer.endswith(f"@AckPassing@{number}@"):
                self._sent = index + 1
                if self._cuts and self._sent >= self._cuts[0]:
                    # The acknowledgement is lost with the line.
                    self._cuts.pop(0)
                    self._sent = index
                    raise Cut
        self.done.set()
        self._stop.wait()

    def message(self, index: int, number: int) -> str:
        """A message of one passing."""
        crossing = self.crossings[index]
        day, time = crossing.at.strftime("%y%m%d"), crossing.at.strftime("%H:%M:%S.%f")[:12]
        return f"Finish@Passing@c={crossing.chip}|d={day}|t={time}@{number}@$"


class ChronoTrackReader(Calling):
    """A reader of CTP01: it starts where it is told to."""

    def _talk(self, line: socket.socket) -> None:
        line.sendall(b"SimpleClient~4.0~CTP01\r\n")
        greeting = self._hear(line, b"\r\n") or "~~0"
        for _ in range(int(greeting.split("~")[2])):
            self._hear(line, b"\r\n")
            line.sendall(b"ack~init\r\n")
        while (command := self._hear(line, b"\r\n")) is not None:
            if command == "getlocations":
                line.sendall(b"ack~getlocations~finish\r\nping\r\n")
            elif command.startswith("start~"):
                line.sendall(b"ack~start~finish\r\n")
                for index in range(int(command.split("~")[2]) - 1, len(self.crossings)):
                    self._send_row(line, self.row(index))
                self.done.set()

    def row(self, index: int) -> str:
        """A line of a tag."""
        crossing = self.crossings[index]
        time = crossing.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:22]
        return f"CT01_33~{index + 1}~finish~{crossing.chip}~{time}~0~0F2A38~1\r\n"


class JChipReceiver(Calling):
    """A receiver whose clock is off; after a break it sends from its memory again."""

    slow = timedelta(0)
    """How far its clock is behind."""

    kept = 5
    """How many reads it sends once more."""

    now: datetime = datetime(2026, 3, 28, 12)  # noqa: DTZ001 - its own clock, without a zone

    def _talk(self, line: socket.socket) -> None:
        line.sendall(b"N0000Arch 1\r")
        self._hear(line, b"\r")
        shown = self.now - self.slow
        hundredths = shown.microsecond // 10_000
        line.sendall(f"GT0{shown:%H%M%S}{hundredths:02d} date={shown:%Y%m%d}\r".encode("ascii"))
        self._hear(line, b"\r")
        self._sent = max(0, self._sent - self.kept)
        while self._sent < len(self.crossings) and not self._stop.is_set():
            self._send_row(line, self.row(self._sent))
        self.done.set()
        self._stop.wait()

    def row(self, index: int) -> str:
        """A line of a tag."""
        crossing = self.crossings[index]
        time = (crossing.at - self.slow).strftime("%H:%M:%S.%f")[:13]
        return f"DJ{crossing.chip} {time} 10 10000C0\r"
