"""``timing director``: accounts for the desk."""

from __future__ import annotations

import sys

import click

from timing.cli.databases import now, opened
from timing.cli.printing import is_interactive
from timing.cli.refusals import refusing
from timing.operations.directors import (
    BadName,
    BadPassword,
    DirectorExists,
    UnknownDirector,
    add_director,
    change_password,
)
from timing.operations.directors import directors as every_director


@click.group()
def director() -> None:
    """Keep the accounts of those who direct races.

    A password is asked for, or read as the first line of standard input; never an argument,
    which others on the machine could see.
    """


@director.command()
@click.argument("name")
def add(*, name: str) -> None:
    """Make an account."""
    password = _password()
    with (
        opened(made=True) as database,
        refusing(BadName, BadPassword, DirectorExists),
        database.writing() as session,
    ):
        made = add_director(session, name, password, at=now())
    click.echo(f"{made.name} may sign in at /desk")


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
    """List the accounts."""
    with opened() as database, database.reading() as session:
        for one in every_director(session):
            click.echo(one.name)


def _password() -> str:
    if is_interactive():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
