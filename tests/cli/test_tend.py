"""``timing tend`` as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from timing.db.engines import Database


def test_the_command_tends_until_it_is_told_to_end(
    sqlite_database: Database, tmp_path: Path
) -> None:
    environ = {
        **os.environ,
        "BIVOUAC_DATABASE_URL": sqlite_database.url.render_as_string(hide_password=False),
        "BIVOUAC_ENVIRONMENT": "development",
        "BIVOUAC_INSTANCE": str(tmp_path / "instance"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [str(Path(sys.executable).with_name("timing")), "tend"]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told.startswith("Tending: webhooks")
        assert "backups" in told
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert "Ended." in process.stdout.read()
