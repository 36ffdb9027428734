"""``timing director``: accounts for the desk."""

from __future__ import annotations

import os
import sys

import click

from timing.cli.databases import now, opened
from timing.cli.printing import is_interactive
from timing.cli.races import BY
from timing.cli.refusals import Refused, refusing
from timing.db.reading import UnknownRace
from timing.operations.directors import (
    BadName,
    BadPassword,
    DirectorExists,
    UnknownDirector,
    add_account,
    add_director,
    change_password,
    director_called,
    let_found,
)
from timing.operations.directors import directors as every_director
from timing.operations.people import (
    LastOwner,
    NoSuchMember,
    give_part,
    races_of,
    take_part_away,
)
from timing.operations.roles import Part
from timing.operations.sealing import CannotUnseal
from timing.operations.second_factor import (
    drop_second_factor,
    is_asked_for_code,
    open_second_factors,
    seal_second_factors,
)
from timing.settings import BadSettings, read_settings


@click.group()
def director() -> None:
    """Keep the accounts of those who direct races.

    A password is asked for, or read as the first line of standard input; never an argument,
    which others on the machine could see.
    """


@director.command()
@click.argument("name")
@click.option("--in", "slug", metavar="SLUG", help="Only this race, and founding none.")
@click.option(
    "--part",
    type=click.Choice([part.value for part in Part]),
    default=Part.OWNER.value,
    show_default=True,
    help="The part it plays in that race.",
)
def add(*, name: str, slug: str | None, part: str) -> None:
    """Make an account: owner of every race there is, which may found more; or see --in."""
    if slug is None and part != Part.OWNER:
        raise Refused("A part is played in a race: name it with --in.")
    password = _password()
    with (
        opened(made=True) as database,
        refusing(BadName, BadPassword, DirectorExists, UnknownRace),
        database.writing() as session,
    ):
        if slug is None:
            made = add_director(session, name, password, at=now())
        else:
            made = add_account(session, name, password, at=now())
            give_part(session, slug, made.id, Part(part), by=BY, at=now())
    click.echo(f"{made.name} may sign in at /desk")


@director.command()
@click.argument("name")
@click.argument("slug")
@click.argument("part", type=click.Choice([*(part.value for part in Part), "none"]))
def part(*, name: str, slug: str, part: str) -> None:
    """Let an account play another part in a race, or none."""
    with (
        opened() as database,
        refusing(UnknownDirector, UnknownRace, LastOwner, NoSuchMember),
        database.writing() as session,
    ):
        account_id = director_called(session, name).id
        if part == "none":
            take_part_away(session, slug, account_id)
        else:
            give_part(session, slug, account_id, Part(part), by=BY, at=now())
    click.echo(f"{name}: {part} in {slug}")


@director.command()
@click.argument("name")
@click.option("--no", "is_no", is_flag=True, help="No longer.")
def founder(*, name: str, is_no: bool) -> None:
    """Let an account set up races of its own."""
    with opened() as database, refusing(UnknownDirector), database.writing() as session:
        let_found(session, name, may_found=not is_no)
    click.echo(f"{name} may found {'no races' if is_no else 'races'}")


@director.command("reset-second-factor")
@click.argument("name")
def reset_second_factor(*, name: str) -> None:
    """Let who lost both app and recovery codes sign in by password alone."""
    with opened() as database, refusing(UnknownDirector), database.writing() as session:
        drop_second_factor(session, director_called(session, name).id)
    click.echo(f"{name} signs in by password alone")


@director.command("seal-second-factors")
@click.option("--open", "is_opened", is_flag=True, help="Keep them unsealed instead.")
def seal(*, is_opened: bool) -> None:
    """Seal the secrets of all second factors with the secret key, or open them before it changes.

    Those that an older release kept are sealed one by one as their accounts sign in.
    """
    with refusing(BadSettings):
        key = read_settings(os.environ, serving=True).secret_key
    with opened() as database, refusing(CannotUnseal), database.writing() as session:
        work = open_second_factors if is_opened else seal_second_factors
        done = work(session, key=key)
    click.echo(f"{'Opened' if is_opened else 'Sealed'} {done}")


@director.command()
@click.argument("name")
def password(*, name: str) -> None:
    """Give an account another password, which ends its sessions."""
    new = _password()
    with (
        opened() as database,
        refusing(BadPassword, UnknownDirector),
        database.writing() as session,
    ):
        change_password(session, name, new)
    click.echo(f"{name} has another password")


@director.command("list")
def list_() -> None:
    """List the accounts, whether they may found races, and their parts."""
    with opened() as database, database.reading() as session:
        for one in every_director(session):
            parts = [f"{slug}: {part}" for slug, part in races_of(session, one.id).items()]
            found = ["founder"] if one.may_found else []
            factor = ["second factor"] if is_asked_for_code(session, one.id) else []
            click.echo("  ".join([one.name, *found, *factor, *parts]))


def _password() -> str:
    if is_interactive():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
