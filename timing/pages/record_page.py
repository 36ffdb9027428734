"""The page for whoever plays the part of a station: which of the race's stations to open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.pages.frame import Frame, name_and_edition
from timing.pages.stations_page import Station, place_words


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenableStation:
    """A station to open; ``public`` names its key."""

    public: str
    label: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """The stations of a race that count."""

    template: ClassVar[str] = "desk_record.html"

    frame: Frame
    race: str
    slug: str
    message: str
    stations: tuple[OpenableStation, ...]
    signed_in_as: str
    form_token: str


def record_page(
    book: RaceBook,
    *,
    stations: Iterable[Station],
    signed_in_as: str,
    form_token: str,
    message: str = "",
) -> RecordPage:
    """The page."""
    return RecordPage(
        frame=Frame(title=f"Stations · {book.race.name}", styles=("desk", "desk_people")),
        race=name_and_edition(book.race)[0],
        slug=book.race.slug,
        message=message,
        stations=tuple(
            OpenableStation(
                public=station.public,
                label=station.label,
                place=place_words(book, station.stage, station.controls),
            )
            for station in stations
            if station.revoked is None
        ),
        signed_in_as=signed_in_as,
        form_token=form_token,
    )
