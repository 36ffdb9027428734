"""Taking a file of times in at the desk: what it is, what its columns mean, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.courses import passing_codes
from timing.core.definition import Race, StageKind
from timing.pages import addresses
from timing.pages.frame import Frame, name_and_edition

LINES_SHOWN = 100
"""How many lines of a file are listed; those that want a look come first."""

SAMPLE_ROWS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several to choose from."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnItem:
    """A column of the file: its header, its first cells, and what it may mean."""

    number: int
    header: str
    cells: tuple[str, ...]
    meanings: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A line of the file, and what becomes of it; ``tone`` is a word for its looks."""

    line: int
    verdict: str
    tone: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """The page; ``upload`` is empty until a file was sent, ``lines`` until it was judged.

    ``ready`` is how many lines may be taken now, ``taken`` of ``total`` how far that has come.
    """

    template: ClassVar[str] = "desk_import.html"

    frame: Frame
    race: str
    slug: str
    back_url: str
    signed_in_as: str
    form_token: str
    message: str = ""
    is_error: bool = False
    upload: str = ""
    file_name: str = ""
    formats: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    columns: tuple[ColumnItem, ...] = ()
    zone: str = ""
    offset: str = ""
    is_bib: bool = False
    counts: tuple[tuple[str, int], ...] = ()
    lines: tuple[LineItem, ...] = ()
    more: int = 0
    ready: int = 0
    taken: int = 0
    total: int = 0


def import_page(
    book: RaceBook, *, signed_in_as: str, form_token: str, fields: Mapping[str, object]
) -> ImportPage:
    """The page of a race, with what is known of the file in ``fields``, by the page's names."""
    race = book.race
    return ImportPage(
        frame=Frame(title=f"Take times in · {race.name}", styles=("desk", "import")),
        race=name_and_edition(race)[0],
        slug=race.slug,
        back_url=addresses.desk(race.slug),
        signed_in_as=signed_in_as,
        form_token=form_token,
        **fields,  # type: ignore[arg-type]
    )


def places_of(race: Race, chosen: str) -> tuple[Choice, ...]:
    """Every control of every stage, as ``1 FINISH``; first that the file says it itself."""
    found = [Choice(value="", label="The file says it", is_chosen=not chosen)]
    for stage in race.stages:
        if stage.kind is not StageKind.REST:
            for code in passing_codes(stage):
                value = f"{stage.number} {code}"
                label = f"Stage {stage.number}, {code}"
                found.append(Choice(value=value, label=label, is_chosen=value == chosen))
    return tuple(found)


def choices(named: Sequence[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    """Choices of (value, label)."""
    return tuple(Choice(value=v, label=label, is_chosen=v == chosen) for v, label in named)
