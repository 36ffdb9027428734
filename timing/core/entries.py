"""Who runs: entries and teams, with an identity that outlives bib and name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A competitor in this race. ``id`` is the identity; the bib is a text label, not a key.

    ``gender`` is ``M``, ``F``, ``X`` or empty; ``nationality`` and ``residence`` are three-letter
    codes; ``division`` and ``team`` are codes, ``team`` empty for those who run alone. Where
    ``name_hidden`` is set, nobody but the organisers is told the name (Rules 12.2).
    """

    id: str
    bib: str
    name: str = ""
    gender: str = ""
    born: date | None = None
    nationality: str = ""
    residence: str = ""
    club: str = ""
    tags: tuple[str, ...] = ()
    division: str = ""
    chips: tuple[str, ...] = ()
    team: str = ""
    name_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team of one kind; its members are the entries that name its code.

    ``legs`` says for a relay which bib runs which stage (Rules 8.3).
    """

    code: str
    name: str = ""
    kind: str = ""
    legs: tuple[tuple[int, str], ...] = ()


Competitor: TypeAlias = Entry | Team


def written_name(competitor: Competitor) -> str:
    """What files and answers of programs call a competitor: where a name is not told, by bib.

    Pages have `timing.pages.marks.name_of`, which speaks the reader's language.
    """
    if isinstance(competitor, Entry) and competitor.name_hidden and not competitor.name:
        return f"Runner {competitor.bib}"
    return competitor.name


_DIGITS = re.compile(r"(\d+)")


@lru_cache(maxsize=20_000)
def bib_order(bib: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that reads digit runs as numbers: 9, 12, 12a, 100; 007 stands beside 7."""
    return tuple(
        (0, int(part), part) if part.isdecimal() else (1, 0, part)
        for part in _DIGITS.split(bib)
        if part
    )
