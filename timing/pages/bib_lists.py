"""Bibs as they are typed: one, several, and from one to another."""

from __future__ import annotations

import re
from collections.abc import Collection

MOST_BIBS = 2_000
_RANGE = re.compile(r"(\d{1,6})\s*[-–]\s*(\d{1,6})")


class BackwardRange(ValueError):
    """A range that ends before it begins."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text} ends before it begins")
        self.text = text


class TooManyBibs(ValueError):
    """More bibs than one ruling names."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_BIBS} bibs")


def bibs_typed(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The bibs of ``12, 15a 20-29``, each once, as typed; a range is of the known ones within it.

    Bibs are texts: ``007`` is in the range 1-9, and stays ``007``. A range in which nobody is
    stays as it was typed, so that whoever reads it says that nobody wears it. Raises
    BackwardRange and TooManyBibs.
    """
    numbered = [(int(bib), bib) for bib in known if bib.isascii() and bib.isdigit()]
    all_known = frozenset(known)
    joined = re.sub(r"\s*([-–])\s*", r"\1", text)
    found: dict[str, None] = {}
    for part in joined.replace(",", " ").replace(";", " ").split():
        match = _RANGE.fullmatch(part)
        if match is None or part in all_known:
            found[part] = None
            continue
        first, last = int(match[1]), int(match[2])
        if last < first:
            raise BackwardRange(part)
        within = [bib for number, bib in sorted(numbered) if first <= number <= last]
        found |= dict.fromkeys(within or [part])
    if len(found) > MOST_BIBS:
        raise TooManyBibs
    return tuple(found)
