"""Where and when something was measured, and the sections of docs/performance.md."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.figures import Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a figure can't be compared without."""

    day: date
    machine: str
    python: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}, {self.machine}, Python {self.python}"


def circumstances() -> Circumstances:
    """Today, this machine and this Python."""
    return Circumstances(
        day=datetime.now(UTC).date(),
        machine=f"{os.cpu_count()} × {processor()}, {memory()}{platform.system()}",
        python=platform.python_version(),
    )


def processor() -> str:
    """The processor's name as the system tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        told = ""
    named = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return named[1].strip() if named else platform.processor() or platform.machine()


def memory() -> str:
    """The machine's memory with a comma behind it, or nothing where the system won't tell."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return ""
    return f"{size / 2**30:.0f} GiB, "


def section(
    *, name: str, target: str, spread: Sequence[Spread], repetitions: int, where: Circumstances
) -> str:
    """One benchmark's part of the document, between the marks that let it be replaced."""
    rows = "\n".join(f"| {' | '.join(one.cells())} |" for one in spread)
    return (
        f"<!-- measured: {name} -->\n"
        f"## {name[:1].upper()}{name[1:]}\n\n"
        f"Target: {target}\n\n"
        "| | least | median | most |\n"
        "| --- | ---: | ---: | ---: |\n"
        f"{rows}\n\n"
        f"{where}, {repetitions} repetitions.\n"
        f"<!-- end: {name} -->\n"
    )


def replaced(document: str, name: str, new: str) -> str:
    """The document with this benchmark's section replaced, or added at its end."""
    begin, end = f"<!-- measured: {name} -->\n", f"<!-- end: {name} -->\n"
    before, found, rest = document.partition(begin)
    if not found:
        return f"{document.rstrip()}\n\n{new}"
    _, _, after = rest.partition(end)
    return f"{before}{new}{after}"
