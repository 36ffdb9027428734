"""The whole server, as it runs at a race: streams, an orderly end, and an end without order."""

import contextlib
import http.client
import json
import random
import socket
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.live.waiting import eventually
from tests.served import Server, serving
from tests.serving import SLUG, fill, station_key
from timing.db.engines import Database
from timing.db.tables import JournalRow

STREAM = f"/races/{SLUG}/events?board=gc"


class Reader:
    """Reads a stream in a thread."""

    request = "GET {} HTTP/1.0\r\nHost: localhost\r\n\r\n"
    """In HTTP 1.0 the stream comes as it is, not in chunks."""

    def __init__(self, server: Server, path: str = STREAM) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self._socket.sendall(self.request.format(path).encode())
        self._received = b""
        self.has_ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with self._socket, contextlib.suppress(OSError):
            while part := self._socket.recv(65_536):
                self._received += part
        self.has_ended = True

    @property
    def lines(self) -> list[str]:
        """The lines that have come so far as a whole."""
        return self._received.decode(errors="replace").split("\n")[:-1]

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was told of the board."""
        told = [json.loads(line[6:]) for line in self.lines if line.startswith("data: ")]
        return [one for one in told if "html" in one]

    def close(self) -> None:
        """Leave, as a browser does whose page is closed."""
        self._socket.shutdown(socket.SHUT_RDWR)


class BrowserReader(Reader):
    """Reads it as browsers do: in chunks, and packed."""

    request = "GET {} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"

    @property
    def lines(self) -> list[str]:
        """The lines that have come so far as a whole."""
        head, _, rest = self._received.partition(b"\r\n\r\n")
        assert not head or b"content-encoding: gzip" in head.lower()
        packed = b""
        while rest:
            size, found, rest = rest.partition(b"\r\n")
            if not found or len(rest) < int(size, 16) + 2:
                break
            packed += rest[: int(size, 16)]
            rest = rest[int(size, 16) + 2 :]
        return zlib.decompressobj(wbits=31).decompress(packed).decode().split("\n")[:-1]


def post(server: Server, key: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{server.url}/api/v1/races/{SLUG}/passings",
        data=json.dumps({"passings": rows}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def row(record: str, bib: str = "12", time_: str = "11:00:00") -> dict[str, Any]:
    return {"id": record, "stage": 1, "control": "FINISH", "bib": bib, "time": time_}


@pytest.fixture
def raced(either_database: Database) -> Database:
    fill(either_database)
    return either_database


@pytest.fixture
def server(raced: Database, tmp_path: Path) -> Iterator[Server]:
    with serving(raced, tmp_path) as running:
        yield running


def test_a_passing_reaches_every_stream_of_every_process_and_term_ends_them(
    server: Server, raced: Database
) -> None:
    key = station_key(raced, "FINISH")
    readers = [*(Reader(server) for _ in range(4)), *(BrowserReader(server) for _ in range(4))]
    assert eventually(lambda: all(reader.events for reader in readers))
    revision = post(server, key, [row("new")])["revision"]
    assert eventually(lambda: all(reader.events[-1]["revision"] == revision for reader in readers))
    for reader in readers:
        assert reader.events[-1]["order"]["ranked"][0] == "line-12"
    server.terminate()
    assert eventually(lambda: all(reader.has_ended for reader in readers))
    for reader in readers:
        assert "event: bye" in reader.lines


def test_streams_whose_readers_left_are_ended(filled: Database, tmp_path: Path) -> None:
    with serving(filled, tmp_path, workers=1) as server:
        for _ in range(3):
            readers = [Reader(server) for _ in range(20)]
            assert eventually(lambda: all(reader.events for reader in readers))  # noqa: B023
            for reader in readers:
                reader.close()
        # Those of readers that have left do not keep it from ending.
        server.terminate()
        assert "graceful timeout" not in server.log.read_text()


def test_what_was_acknowledged_is_there_once_whenever_the_server_is_killed(
    filled: Database, tmp_path: Path
) -> None:
    chance = random.Random(20260328)
    key = station_key(filled, "FINISH")
    records = [f"k{n:04d}" for n in range(2_000)]
    lists = [records[n : n + 20] for n in range(0, len(records), 20)]
    acknowledged: list[str] = []
    unanswered: list[str] = []
    waiting = iter(lists)
    turn = threading.Lock()

    with serving(filled, tmp_path) as server:

        def send() -> None:
            while True:
                with turn:
                    ids = next(waiting, None)
                if ids is None:
                    return
                rows = [row(record, "12", f"12:{n % 60:02d}:00") for n, record in enumerate(ids)]
                while not sent(rows):
                    unanswered.extend(ids)
                    time.sleep(0.05)
                acknowledged.extend(ids)

        def sent(rows: list[dict[str, Any]]) -> bool:
            try:
                told = post(server, key, rows)
            except (urllib.error.URLError, OSError, http.client.HTTPException, ValueError):
                return False
            assert told["accepted"] + told["known"] == len(rows)
            return True

        senders = [threading.Thread(target=send) for _ in range(4)]
        for sender in senders:
            sender.start()
        moments = sorted(chance.sample(range(40, 1_900, 20), 6))
        for number, moment in enumerate(moments):
            assert eventually(lambda: len(acknowledged) >= moment)  # noqa: B023
            time.sleep(chance.random() / 20)
            if number % 2:
                server.kill_a_worker(chance.randrange(2))
            else:
                server.kill()
                server.start()
        for sender in senders:
            sender.join(120)
            assert not sender.is_alive()

    with filled.reading() as session:
        written = Counter(session.scalars(select(JournalRow.record_id)))
    assert unanswered  # else nothing was killed at a bad moment
    assert len(acknowledged) == len(records)
    assert {record: written[record] for record in acknowledged} == dict.fromkeys(records, 1)
    assert max(written.values()) == 1
