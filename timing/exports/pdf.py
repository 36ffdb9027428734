"""What is printed: pages that Typst sets from ``templates/print``.

The data goes in as JSON and stays text there, whatever it looks like. The same data gives the same
bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from timing.core.times import Instant, local_clock
from timing.exports.pdf_letters import Unprintable

_ONE_AT_A_TIME = threading.Lock()
"""Setting takes memory that a laptop in a camp has once, not five times."""


class PrintingFailed(RuntimeError):
    """The process that sets the pages ended without them; the message is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What a sheet says of itself, so that an old one is seen to be old.

    ``source`` says what it was made from: the definition's version and the revision, or the file.
    """

    source: str
    issued: Instant

    def words(self, zone: ZoneInfo) -> str:
        """``Issued 2026-08-28 18:05 (UTC+2) · definition 3, revision 812``."""
        moment = local_clock(self.issued, zone)
        hours = moment.strftime("%z")
        offset = f"{hours[0]}{int(hours[1:3])}{'' if hours[3:] == '00' else ':' + hours[3:]}"
        return f"Issued {moment:%Y-%m-%d %H:%M} (UTC{offset.replace('-', '−')}) · {self.source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """What is to be printed: a template and its data, plain JSON, taken from a book in no time.

    ``unprintable`` are the texts in it that lost letters.
    """

    template: str
    data: Mapping[str, Any]
    unprintable: tuple[Unprintable, ...] = ()


def to_pdf(sheets: Sheets) -> bytes:
    """The sheets as a PDF file, set by another process while threads and greenlets go on.

    Raises PrintingFailed, which only a template that is wrong or too little memory bring about.
    """
    with _ONE_AT_A_TIME:
        return typeset(sheets.template, sheets.data, "pdf")


_BEGINS = {"pdf": b"%PDF", "png": b"\x89PNG"}


def typeset(template: str, data: Mapping[str, Any], form: str) -> bytes:
    """A ``pdf``, or a ``png`` of one page, set by another process; PrintingFailed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "timing.exports.pdf_setting"],
        input=json.dumps({"template": template, "data": data, "form": form}).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.startswith(_BEGINS[form]):
        said = done.stderr.decode(errors="replace").strip()
        raise PrintingFailed(said or f"ended with status {done.returncode}")
    return done.stdout
