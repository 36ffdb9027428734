"""``timing race``: races between files and the database."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from timing import racefile
from timing.cli.databases import held_document, now, opened
from timing.cli.printing import Sheet, patiently, print_sheets, write_bytes
from timing.cli.refusals import Refused, refusing
from timing.cli.sources import read_racefile, write_file
from timing.core.definition import Race, StageKind
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.db.reading import cursors
from timing.operations.entries import RaceStarted, replace_entries
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.races import (
    AltersOfficial,
    DefinitionMoved,
    RaceExists,
    add_race,
    change_definition,
    export_document,
    race_listings,
)
from timing.operations.record import append
from timing.racefile import RacefileErrors
from timing.racefile.library import UnknownDefinition, definition, new_race, slugs

BY = "command line"
"""Who is said to have made what these commands make."""


@click.group()
def race() -> None:
    """Bring races from files to the database and back."""


@race.command()
@click.option("--like", metavar="SLUG", help="The race of the library to start from.")
@click.option("--slug", default="", metavar="SLUG", help="The new race's slug.")
@click.option("--name", default="", metavar="NAME", help="The new race's name.")
@click.option(
    "--starts-on",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="The new race's first day, as 2027-08-28; every other day moves along.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--list", "is_list", is_flag=True, help="List the library instead.")
def new(
    *,
    like: str | None,
    slug: str,
    name: str,
    starts_on: datetime | None,
    out: Path | None,
    is_list: bool,
) -> None:
    """Write the definition of a new race, like one of the library, with its comments."""
    if is_list:
        _print_library()
        return
    if like is None:
        raise Refused(f"Which race is it like? --like one of: {', '.join(slugs())}.")
    with refusing(UnknownDefinition, RacefileErrors):
        day = None if starts_on is None else starts_on.date()
        content = new_race(like, slug=slug, name=name, starts_on=day).encode()
    if out is None:
        write_bytes(content)
    elif out.exists():
        raise Refused(f"{out} is there already, and stays as it is. Name another with --out.")
    else:
        write_file(out, content)


def _print_library() -> None:
    races = [definition(slug) for slug in slugs()]
    rows = [
        (
            race.slug,
            race.name,
            str(sum(1 for stage in race.stages if stage.kind is not StageKind.REST)),
            str(_last_day(race).toordinal() - race.starts_on.toordinal() + 1),
            f"{sum(stage.distance_m for stage in race.stages) / 1000:.0f}",
        )
        for race in races
    ]
    print_sheets(
        [
            Sheet(
                title="Library",
                header=("slug", "name", "stages", "days", "km"),
                rows=tuple(rows),
                numeric=frozenset({2, 3, 4}),
            )
        ]
    )


def _last_day(race: Race) -> date:
    return max(stage.date for stage in race.stages)


@race.command()
@click.argument("file", type=click.Path(path_type=Path))
def add(*, file: Path) -> None:
    """Add the race in a racefile, with all that is in it."""
    document = read_racefile(file)
    with (
        opened(made=True) as database,
        refusing(RaceExists, RacefileErrors),
        patiently("Adding"),
        database.writing() as session,
    ):
        cursor = add_race(session, document, at=now(), by=BY)
    click.echo(f"Added {document.race.slug}, revision {cursor.revision}")


@race.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--definition", "takes_definition", is_flag=True, help="Take the definition too.")
@click.option("--entries", "takes_entries", is_flag=True, help="Take entries and teams too.")
def import_(*, file: Path, takes_definition: bool, takes_entries: bool) -> None:
    """Take the records of a racefile that its race does not have yet.

    A race that the database does not have is added whole. Doing so again adds nothing.
    """
    document = read_racefile(file)
    slug = document.race.slug
    with (
        opened(made=True) as database,
        refusing(
            RacefileErrors, RaceStarted, DefinitionMoved, AltersOfficial, NotHome, FrameNotHere
        ),
        patiently("Importing"),
        database.writing() as session,
    ):
        if slug not in cursors(session):
            cursor = add_race(session, document, at=now(), by=BY)
            told = f"Added {slug}, revision {cursor.revision}"
        else:
            _take_frame(session, document, definition=takes_definition, entries=takes_entries)
            told = _take_records(session, document)
    click.echo(told)


def _take_frame(session: Session, document: Document, *, definition: bool, entries: bool) -> None:
    """Take definition and entries where that was asked for, or say that they differ."""
    slug = document.race.slug
    held = export_document(session, slug)
    if document.race != held.document.race:
        if definition:
            change_definition(session, document.race, based_on=held.version, at=now(), by=BY)
        else:
            click.echo("The definition differs; left as it is without --definition.", err=True)
    if _people(document) != _people(held.document):
        if entries:
            replace_entries(session, slug, document.entries, document.teams)
        else:
            click.echo("The entries differ; left as they are without --entries.", err=True)


def _people(document: Document) -> tuple[dict[str, Entry], dict[str, Team]]:
    return {e.id: e for e in document.entries}, {t.code: t for t in document.teams}


def _take_records(session: Session, document: Document) -> str:
    slug = document.race.slug
    appended = append(
        session,
        slug,
        document.passings,
        document.rulings,
        received=now(),
        keep_conflicting=True,
    )
    return (
        f"{slug}: new records {appended.accepted}, known already {appended.known},"
        f" revision {appended.revision}"
    )


@race.command()
@click.argument("slug")
@click.option("--revision", type=click.IntRange(min=0), metavar="N", help="As of revision N.")
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH")
def export(*, slug: str, revision: int | None, out: Path | None) -> None:
    """Write a race as a racefile; importing that gives the same race."""
    content = racefile.dump(held_document(slug, revision)).encode()
    if out is None:
        write_bytes(content)
    else:
        write_file(out, content)


@race.command("list")
def list_() -> None:
    """List the races of the database."""
    with opened() as database, database.reading() as session:
        listings = race_listings(session)
    rows = [
        (
            listing.race.slug,
            listing.race.name,
            listing.race.starts_on.isoformat(),
            str(len(listing.race.stages)),
            str(listing.version),
            str(listing.revision),
        )
        for listing in listings
    ]
    print_sheets(
        [
            Sheet(
                title="Races",
                header=("slug", "name", "starts", "stages", "version", "revision"),
                rows=tuple(rows),
                numeric=frozenset({3, 4, 5}),
            )
        ]
    )
