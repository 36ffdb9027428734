"""What the racefiles made of real results have in common."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path


def rows_of(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns(key: str, header: str, lines: Iterable[Sequence[object]]) -> str:
    """A part of a racefile as a text block: ``header`` names the columns with commas."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header.split(","), *lines])
    return "\n".join([f"{key}: |", *(f"  {line}" for line in out.getvalue().splitlines())])
