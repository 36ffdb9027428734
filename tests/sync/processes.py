"""Commands that exchange in processes of their own, and addresses that lead elsewhere."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from tests.keeping import Guard
from tests.served import PROJECT
from tests.sync.camps import SLUG, Camp
from timing.db.engines import Database

TIMING = Path(sys.executable).with_name("timing")


def command(database: Database, *words: str) -> tuple[list[str], dict[str, str]]:
    """The command on this database, and its environment."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")}
    environ["BIVOUAC_DATABASE_URL"] = database.url.render_as_string(hide_password=False)
    environ["BIVOUAC_NODE_NAME"] = "Camp"
    return [str(TIMING), *words], environ


def timing(database: Database, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    call, environ = command(database, *words)
    return subprocess.run(
        call, env=environ, cwd=PROJECT, input=stdin, capture_output=True, text=True, check=False
    )


@contextmanager
def exchanging(
    camp: Camp, url: str, key: str, *more: str, within: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """``timing sync`` under way, ended with the ``with``; ``within`` is what it is called by."""
    call, environ = command(camp.database, "sync", url, "--race", SLUG, *more)
    with running([*within, *call], environ) as process:
        assert process.stdin is not None
        process.stdin.write(key.encode() + b"\n")
        process.stdin.close()
        yield process


@contextmanager
def running(call: list[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, killed at the end of the ``with`` and with the tests."""
    process = subprocess.Popen(
        call,
        env=environ,
        cwd=PROJECT,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    guard = Guard(process.pid)
    try:
        yield process
    finally:
        guard.dismiss()
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


class Way:
    """An address that leads to a port of this machine, as the camp's own name may to another.

    With ``requests`` it carries so many; later ones wait for ever.
    """

    def __init__(self, port: int, *, requests: int | None = None) -> None:
        self._port = port
        self._left = requests
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def lead_to(self, port: int) -> None:
        """Lead to another port from now on; what is open is cut off."""
        self._port = port
        _close(self._open)
        self._open = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _close([self._listening, *self._open])

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                asking, _ = self._listening.accept()
                self._open.append(asking)
                if self._left == 0:
                    continue
                if self._left is not None:
                    self._left -= 1
                answering = socket.create_connection(("127.0.0.1", self._port))
                self._open.append(answering)
                for ends in ((asking, answering), (answering, asking)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _close(sockets: list[socket.socket]) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
