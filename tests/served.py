"""A real server: gunicorn with gevent on a port of this machine, as it runs at a race."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.keeping import Guard
from timing.db.engines import Database

PROJECT = Path(__file__).parent.parent
STARTS_WITHIN_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Server:
    """A server on a database; it can be killed and started again."""

    def __init__(self, database: Database, folder: Path, *, workers: int = 2) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")},
            "BIVOUAC_ENVIRONMENT": "development",
            "BIVOUAC_SECRET_KEY": "a key of tests, of more than thirty-two characters",
            "BIVOUAC_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "BIVOUAC_INSTANCE": str(folder),
            "BIVOUAC_WORKERS": str(workers),
            "PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None

    def start(self, **changes: str) -> None:
        """Start, with settings that changed, and wait until it answers."""
        self._environ.update(changes)
        command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.conf.py"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "wsgi:app"],
                cwd=PROJECT,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._guard = Guard(self._process.pid)
        end = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End all of it at once, as when the power goes."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._wait()

    def terminate(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            self._process.terminate()
            self._wait()

    def kill_a_worker(self, number: int) -> int | None:
        """End one of the processes that serve, and say which; the others go on."""
        workers = self._workers()
        if not workers:
            return None
        killed = workers[number % len(workers)]
        os.kill(killed, signal.SIGKILL)
        return killed

    def _workers(self) -> list[int]:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def _wait(self) -> None:
        assert self._process is not None
        if self._guard is not None:
            self._guard.dismiss()
            self._guard = None
        self._process.wait(60)


@contextmanager
def serving(database: Database, folder: Path, *, workers: int = 2) -> Iterator[Server]:
    """A server that is there until the end of the ``with``."""
    server = Server(database, folder, workers=workers)
    try:
        server.start()
        yield server
    finally:
        server.kill()
