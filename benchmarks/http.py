"""A board that many ask for, over HTTP: as sent to browsers, and to programs that don't unpack."""

import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterable

from benchmarks.fields import field
from benchmarks.figures import Figure
from benchmarks.server import SIZE, WORKERS, running

NAME = "cached board over HTTP"
TARGET = "at least 1,000 requests a second for a board of 1,300 lines, from two workers"

_CONNECTIONS = 16
_SECONDS = 5
_ASKED_FIRST = 20
"""Until every worker has made the page once."""


def run() -> Iterable[Figure]:
    """Let wrk ask for the general classification, packed and not."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("this benchmark needs wrk (Debian: apt-get install wrk)")
    server, _ = running()
    address = f"{server.url}/races/{field(*SIZE).race.slug}/boards/gc"
    for label, header in (("packed", "gzip"), ("not packed", "identity")):
        size = 0
        for _ in range(_ASKED_FIRST * WORKERS):
            asked = urllib.request.Request(address, headers={"Accept-Encoding": header})
            with urllib.request.urlopen(asked) as answer:
                size = len(answer.read())
        command = [wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s"]
        command += ["-H", f"Accept-Encoding: {header}", address]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
        assert found is not None, said
        assert "Non-2xx" not in said, said
        yield Figure(label=f"{label}, {size / 1e3:,.0f} kB", value=float(found[1]), unit="1/s")
