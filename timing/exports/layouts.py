"""Layouts that a race may change: the standard text of each, and sheets set in a race's own.

A race's own is a Typst text that is not trusted (`timing.exports.pdf_setting` says what it is kept
from). It is given the same data as the standard one, and may use ``sheet.typ``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from timing.exports.pdf import Sheets
from timing.exports.pdf_setting import LAYOUT, MOST_SECONDS, TEMPLATES

LONGEST = 60_000
"""Letters of a layout; the standard ones have three thousand."""

_WALL_SECONDS = MOST_SECONDS + 10
_KEPT_FROM_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")
_ONE_AT_A_TIME = threading.Lock()
_WHERE = re.compile(rf"{re.escape(LAYOUT)}:(\d+):(\d+)")
_SEARCHED = re.compile(r"\s*\(searched (?:at|for) [^)]*\)")


class Layout(StrEnum):
    """The sheets whose layout a race may change."""

    BULLETIN = "bulletin"
    START_LIST = "start-list"
    CEREMONY = "ceremony"
    PRIZES = "prizes"
    CERTIFICATE = "certificate"


TITLES: Mapping[Layout, str] = {
    Layout.BULLETIN: "Bulletin",
    Layout.START_LIST: "Start list",
    Layout.CEREMONY: "Ceremony sheet",
    Layout.PRIZES: "Prize list",
    Layout.CERTIFICATE: "Certificate",
}

_FILES: Mapping[Layout, str] = {
    Layout.BULLETIN: "bulletin.typ",
    Layout.START_LIST: "start.typ",
    Layout.CEREMONY: "ceremony.typ",
    Layout.PRIZES: "prizes.typ",
    Layout.CERTIFICATE: "certificate.typ",
}


class BadLayout(ValueError):
    """A layout that can't be set; ``line`` is where, 0 where that is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"Line {line}: {message}" if line else message)
        self.line = line


def standard_text(layout: Layout) -> str:
    """The standard layout, as the race's own may begin."""
    return (TEMPLATES / _FILES[layout]).read_text(encoding="utf-8")


def set_in_layout(sheets: Sheets, text: str) -> bytes:
    """The sheets as PDF in a race's own layout; BadLayout."""
    if len(text) > LONGEST:
        raise BadLayout(f"A layout has at most {LONGEST:,} letters.")
    with tempfile.TemporaryDirectory(prefix="layout-") as folder, _ONE_AT_A_TIME:
        root = Path(folder)
        shutil.copy(TEMPLATES / "sheet.typ", root)
        (root / LAYOUT).write_text(text, encoding="utf-8", errors="replace")
        return _set(root, sheets)


def _set(root: Path, sheets: Sheets) -> bytes:
    asked = {"template": LAYOUT, "data": sheets.data, "form": "pdf", "root": str(root)}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "timing.exports.pdf_setting"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            check=False,
            timeout=_WALL_SECONDS,
            env={k: v for k in _KEPT_FROM_ENVIRONMENT if (v := os.environ.get(k)) is not None},
        )
    except subprocess.TimeoutExpired as error:
        raise BadLayout(_TOO_MUCH) from error
    if done.returncode != 0:
        # It ran into a limit: of a processor's time, or of memory.
        raise BadLayout(_TOO_MUCH)
    if done.stdout.startswith(b"%PDF"):
        return done.stdout
    raise _told(json.loads(done.stdout))


_TOO_MUCH = f"It takes more than {MOST_SECONDS} seconds, or too much memory, and was ended."


def _told(said: Mapping[str, object]) -> BadLayout:
    """What Typst says, without the paths of this machine, and the line of the layout."""
    message = str(said["message"])
    if "package" in message:
        message = "packages can't be used here"
    elif "not found" in message or "escape the project root" in message:
        message = f"{_SEARCHED.sub('', message)}; a layout has no file but sheet.typ"
    where = _WHERE.search(str(said["diagnostic"]))
    return BadLayout(message[:1].upper() + message[1:], int(where[1]) if where else 0)
