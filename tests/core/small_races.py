"""A race of two stages for tests of the core, built without a file."""

from __future__ import annotations

from datetime import date

from timing.core.definition import (
    Basis,
    Classification,
    Control,
    Of,
    Race,
    Rules,
    Stage,
    Start,
    StartMode,
    TeamKind,
)
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.records import Passing, Ruling
from timing.core.times import HOUR, MINUTE, Instant, TimeOfDay, parse_instant

EVENING: Instant = parse_instant("2026-08-28T18:00:00Z")


def stage(number: int) -> Stage:
    """A mass start at 08:00 with a checkpoint on the way."""
    return Stage(
        number=number,
        date=date(2026, 8, 27 + number),
        start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(8 * HOUR)),
        controls=(
            Control(code="START", distance_m=0),
            Control(code="CP", distance_m=10_000),
            Control(code="FINISH", distance_m=20_000),
        ),
    )


def race(*, rules: Rules | None = None, kinds: tuple[TeamKind, ...] = ()) -> Race:
    """Two stages, a classification for entries and one for teams."""
    return Race(
        slug="small",
        name="Small",
        timezone="Europe/Zurich",
        starts_on=date(2026, 8, 28),
        rules=rules or Rules(),
        team_kinds=kinds or (TeamKind(code="pair", size=(2, 2)),),
        stages=(stage(1), stage(2)),
        classifications=(
            Classification(code="gc", of=Of.SOLO),
            Classification(code="pairs", of=Of.TEAM, kind="pair"),
        ),
    )


def finish(bib: str, minutes: int, *, number: int = 1) -> Passing:
    """A finish so many minutes after 08:00."""
    return Passing(
        id=f"f{number}-{bib}",
        stage=number,
        control="FINISH",
        bib=bib,
        time=TimeOfDay(8 * HOUR + minutes * MINUTE),
    )


ENTRIES = (
    Entry(id="a", bib="11", name="Ana", team="T1"),
    Entry(id="b", bib="12", name="Bo", team="T1"),
    Entry(id="c", bib="13", name="Chu"),
)
DAY_1 = (finish("11", 240), finish("12", 250), finish("13", 260))


def document(*rulings: Ruling, passings: tuple[Passing, ...] = DAY_1) -> Document:
    """Three entries, two of them a pair, who finished the first stage."""
    return Document(
        race=race(),
        entries=ENTRIES,
        teams=(Team(code="T1", name="Ibex", kind="pair"),),
        passings=passings,
        rulings=rulings,
    )
