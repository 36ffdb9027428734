"""Definitions as the database keeps them: racefiles without entries and records."""

from __future__ import annotations

from functools import lru_cache

from timing import racefile
from timing.core.definition import Race
from timing.core.document import Document
from timing.core.entries import Entry, Team


@lru_cache(maxsize=128)
def parse_definition(text: str) -> Race:
    """The definition in a text that the database keeps."""
    return racefile.loads(text, name="definition").race


def definition_text(race: Race) -> str:
    """The text that `parse_definition` reads back to the same definition."""
    return racefile.dump(Document(race=race))


def check_together(race: Race, entries: tuple[Entry, ...], teams: tuple[Team, ...]) -> None:
    """Raise what a racefile of this definition with these entries would be told.

    So a bib worn twice, or a division that does not exist, is refused wherever it comes from.
    """
    racefile.loads(racefile.dump(Document(race=race, entries=entries, teams=teams)), name=race.slug)
