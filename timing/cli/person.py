"""``timing person``: a person's data given out, or taken out for good."""

from __future__ import annotations

import json
from datetime import datetime

import click

from timing.cli.databases import now, opened
from timing.cli.refusals import Refused, refusing
from timing.core.times import zone_named
from timing.db import reading
from timing.operations.contacts import EXPORTED, note_look
from timing.operations.definitions import parse_definition
from timing.operations.entries import UnknownEntry
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.personal_data import (
    NotOver,
    entry_of_bib,
    erase_person,
    personal_data,
    race_number,
)

_FAULTS = (reading.UnknownRace, UnknownEntry, NotOver, NotHome, FrameNotHere)


@click.group()
def person() -> None:
    """Give out a person's data, or take them out for good."""


@person.command()
@click.argument("slug")
@click.argument("bib")
def export(*, slug: str, bib: str) -> None:
    """Write everything held about an entry, as JSON; that it was given out is noted."""
    with opened() as database, refusing(*_FAULTS), database.writing() as session:
        entry = entry_of_bib(session, slug, bib)
        note_look(
            session,
            race_number(session, slug),
            (entry.id,),
            who="command line",
            at=now(),
            what=EXPORTED,
        )
        session.flush()
        data = personal_data(session, slug, entry.id)
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


@person.command()
@click.argument("slug")
@click.argument("bib")
@click.option("--yes", is_flag=True, help="Do it without asking for the bib once more.")
def erase(*, slug: str, bib: str, yes: bool) -> None:
    """Take a person's data out for good, after the race; no result changes."""
    if not yes and click.prompt(f"This is final. Type the bib, {bib}, to confirm") != bib:
        raise Refused("Nothing was erased.")
    with opened() as database, refusing(*_FAULTS), database.writing() as session:
        entry = entry_of_bib(session, slug, bib)
        held = reading.read_race(session, slug, journal=False)
        zone = zone_named(parse_definition(held.definition).timezone)
        erase_person(
            session,
            slug,
            entry.id,
            by="command line",
            at=now(),
            today=datetime.now(zone).date(),
        )
    click.echo(
        f"The data behind bib {bib} are erased. Restart the server, and mind backups made before."
    )
