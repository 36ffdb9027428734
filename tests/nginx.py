"""A real nginx on this machine, as deploy/nginx.conf has it but for places and ports."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.keeping import Guard
from tests.prerequisites import PROJECT, missing
from tests.served import free_port

TEMPLATE = PROJECT / "deploy" / "nginx.conf"
_STARTS_WITHIN_SECONDS = 20.0


def nginx_executable() -> str:
    """The system's nginx."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        missing("no nginx found (Debian: apt-get install nginx-light)")
    return found


class Nginx:
    """An nginx in ``folder``, before the application at ``port`` and the snapshots in a folder."""

    def __init__(
        self, folder: Path, *, snapshots: Path, application: int, changes: Mapping[str, str] = {}
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.conf = folder / "nginx.conf"
        self.log = folder / "error.log"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cache").mkdir(exist_ok=True)
        self.conf.write_text(self._text(snapshots, application, changes))
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None

    def _text(self, snapshots: Path, application: int, changes: Mapping[str, str]) -> str:
        text = TEMPLATE.read_text()
        places = {
            **changes,
            "user www-data;": "user root;" if os.geteuid() == 0 else "",
            "worker_processes auto;": "worker_processes 1;",
            "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "/var/log/nginx/error.log": str(self.log),
            "/var/log/nginx/access.log": f"{self.folder}/access.log",
            "/var/cache/nginx/bivouac": f"{self.folder}/cache",
            "/var/lib/bivouac/snapshots": str(snapshots),
            "/opt/bivouac/static/": f"{PROJECT}/static/",
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{application};",
            "listen 80;": f"listen 127.0.0.1:{self.port};",
            "listen [::]:80;": "",
            "http {\n": "http {\n"
            + "".join(
                f"    {kind}_temp_path {self.folder}/{kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
        }
        for before, after in places.items():
            assert before in text, before
            text = text.replace(before, after)
        return text

    def complaints(self) -> str:
        """What ``nginx -t`` has to say, empty where all is well."""
        command = [*self._command(), "-t", "-q"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [*self._command(), "-g", "daemon off;"]
        self._process = subprocess.Popen(command, start_new_session=True)
        self._guard = Guard(self._process.pid)
        end = time.monotonic() + _STARTS_WITHIN_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5):
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"nginx did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End all of it at once."""
        if self._process is not None:
            if self._guard is not None:
                self._guard.dismiss()
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
            self._process = None

    def _command(self) -> list[str]:
        return [
            nginx_executable(),
            "-p",
            str(self.folder),
            "-e",
            str(self.log),
            "-c",
            str(self.conf),
        ]


@contextmanager
def proxying(
    folder: Path, *, snapshots: Path, application: int, changes: Mapping[str, str] = {}
) -> Iterator[Nginx]:
    """An nginx that is there until the end of the ``with``."""
    made = Nginx(folder, snapshots=snapshots, application=application, changes=changes)
    try:
        made.start()
        yield made
    finally:
        made.stop()
