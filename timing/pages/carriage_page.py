"""What devices gave out without a network, at the desk: looked over, then taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from timing.core.definition import Race
from timing.core.records import RULING_NAMES, Observation, Passing, Record, Ruling
from timing.core.times import Reading, TimeOfDay, format_time_of_day, zone_named
from timing.pages import addresses, figures
from timing.pages.frame import Frame, name_and_edition

STYLES = ("desk", "desk_carriage")

MOST_SHOWN = 200
"""Lines; those that are not taken come first, and how many there are is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedRecord:
    """One record as the page is given it: what becomes of it (``fit``), and why."""

    where: str
    fit: str
    told: str
    record: Record | None
    wire: Mapping[str, Any]
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedRow:
    """One record as it is shown."""

    bib: str
    what: str
    detail: str
    verdict: str
    told: str
    is_taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriagePage:
    """Everything that waits, and what has not come; ``troubles`` are of what was just given."""

    template: ClassVar[str] = "desk_carriage.html"

    frame: Frame
    race: str
    slug: str
    signed_in_as: str
    form_token: str
    back_url: str
    message: str
    is_error: bool
    rows: tuple[CarriedRow, ...]
    total: int
    new: int
    facts: str
    gaps: tuple[str, ...]
    troubles: tuple[str, ...]
    passed_over: tuple[str, ...]
    waiting: int
    text: str


VERDICTS = {
    "new": "New",
    "known": "Known already",
    "conflict": "Conflict",
    "refused": "Refused",
    "malformed": "No record",
}
_ORDER = ("conflict", "refused", "malformed", "new", "known")


def carriage_page(
    race: Race,
    records: Sequence[CarriedRecord],
    *,
    gaps: Sequence[str],
    troubles: Sequence[str],
    passed_over: Sequence[str],
    waiting: int,
    form_token: str,
    signed_in_as: str,
    message: str = "",
    is_error: bool = False,
    text: str = "",
) -> CarriagePage:
    """The page of what was carried here; ``text`` is what was pasted and could not be read."""
    ordered = sorted(records, key=lambda one: _ORDER.index(one.fit))
    return CarriagePage(
        frame=Frame(title=f"From devices · {race.name}", styles=STYLES),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        back_url=addresses.desk(race.slug),
        message=message,
        is_error=is_error,
        rows=tuple(_row(race, one) for one in ordered[:MOST_SHOWN]),
        total=len(ordered),
        new=sum(one.fit == "new" for one in ordered),
        facts=counts_words([one.fit for one in ordered]),
        gaps=tuple(gaps),
        troubles=tuple(troubles),
        passed_over=tuple(passed_over),
        waiting=waiting,
        text=text,
    )


def counts_words(fits: Sequence[str]) -> str:
    """How many records are what: ``31 read: 28 new, 2 known, 1 refused``."""
    counted = [
        f"{figures.count(fits.count(fit))} {word}"
        for fit, word in (
            ("new", "new"),
            ("known", "known"),
            ("conflict", "conflicting"),
            ("refused", "refused"),
            ("malformed", "no record"),
        )
        if fits.count(fit)
    ]
    return f"{figures.count(len(fits))} read: {', '.join(counted)}" if fits else ""


def _row(race: Race, one: CarriedRecord) -> CarriedRow:
    station = f"station {one.station}" if one.station else "no station named"
    return CarriedRow(
        bib=_bib(one),
        what=_what(race, one),
        detail=f"{one.where}, {station}",
        verdict=VERDICTS[one.fit],
        told=one.told,
        is_taken=one.fit in ("new", "known"),
    )


def _bib(one: CarriedRecord) -> str:
    """The bib as it was written; the first of several."""
    bib, bibs = one.wire.get("bib", ""), one.wire.get("bibs")
    if isinstance(bibs, list) and len(bibs) == 1:
        bib = bibs[0]
    return bib[:20] if isinstance(bib, str) else ""


_RULED = {
    "void": "Undone",
    "assign": "Bib given",
    "start": "Start",
    "status": "Withdrawn",
    "observation": "Seen",
}


def _what(race: Race, one: CarriedRecord) -> str:
    record = one.record
    if isinstance(record, Passing):
        return f"Stage {record.stage}, {record.control}, {_time(race, record.time)}"
    if isinstance(record, Ruling):
        name = RULING_NAMES[type(record)]
        said = record.kind if isinstance(record, Observation) else record.reason
        return f"{_RULED.get(name, name)}: {said[:80]}"
    return "A record that can't be read"


def _time(race: Race, reading: Reading) -> str:
    if isinstance(reading, TimeOfDay):
        return format_time_of_day(reading)
    return figures.clock(reading, zone_named(race.timezone))
