"""A whole race in memory: what a racefile holds and what a database gives back."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.definition import Race
from timing.core.entries import Entry, Team
from timing.core.records import Passing, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Definition, entries, teams and journal records: all that a result is computed from."""

    race: Race
    entries: tuple[Entry, ...] = ()
    teams: tuple[Team, ...] = ()
    passings: tuple[Passing, ...] = ()
    rulings: tuple[Ruling, ...] = ()
