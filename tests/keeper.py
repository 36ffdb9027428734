"""A process that keeps snapshots, as it runs beside the servers of a race."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.keeping import Guard
from tests.served import PROJECT
from timing.db.engines import Database


class Keeper:
    """``timing snapshots`` as a process."""

    def __init__(self, database: Database, instance: Path) -> None:
        self.path = instance / "snapshots"
        environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")},
            "BIVOUAC_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "BIVOUAC_INSTANCE": str(instance),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from timing.cli import main; main()", "snapshots"],
            cwd=PROJECT,
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._guard = Guard(self._process.pid)

    def end(self, number: int = signal.SIGKILL) -> int:
        """End it by a signal; its exit status."""
        self._guard.dismiss()
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(20)
