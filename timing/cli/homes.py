"""``timing home`` and ``timing promote``: where a race's definition and entries are kept."""

from __future__ import annotations

import click

from timing.cli.databases import now, opened, settings_in_force
from timing.cli.races import BY
from timing.cli.refusals import Refused, refusing
from timing.core.compute import compute
from timing.core.publication import digests_of
from timing.core.times import format_instant
from timing.operations.home_words import ago, home_notices
from timing.operations.homes import (
    FrameNotHere,
    Home,
    IsHome,
    NotHome,
    UnknownNode,
    home_of,
    own_node,
    settle_set_aside,
)
from timing.operations.homes import hand_over as hand_home_over
from timing.operations.promotion import Lacks, lacks_of
from timing.operations.promotion import promote as promote_here
from timing.operations.races import export_document
from timing.operations.revisions import lock_race

_FAULTS = (NotHome, FrameNotHere, UnknownNode, IsHome)


@click.group()
def home() -> None:
    """Tell and hand over where a race's definition and entries are kept."""


@home.command()
@click.argument("slug")
def show(*, slug: str) -> None:
    """Tell where they are kept, and what there is to settle."""
    with opened() as database, database.reading() as session:
        found = home_of(session, slug)
        me = own_node(session).node_id
    _print(found, me)


def _print(found: Home, me: str) -> None:
    where = "here" if found.node == me else (found.name or found.node)
    click.echo(
        f"The definition and entries of {found.slug} are kept {'' if where == 'here' else 'at '}"
        f"{where}, since {format_instant(found.since)} (term {found.term}, {found.kind.value})."
    )
    if found.is_followed:
        click.echo(f"Here stands its version {found.version}, edition {found.edition}.")
    for notice in home_notices(found, me, at=now()):
        click.echo(notice)


@home.command("hand-over")
@click.argument("slug")
@click.option("--to", "target", metavar="NODE", required=True, help="Its name or id.")
def hand_over(*, slug: str, target: str) -> None:
    """Have them kept by another installation from now on; sync afterwards.

    Until it has heard of it nobody changes them.
    """
    with opened() as database, refusing(*_FAULTS), database.writing() as session:
        race = lock_race(session, slug)
        hand_home_over(session, race, to=target, at=now(), by=BY)
    click.echo(
        f"Handed over to {target}. It can change them when it has heard of it: timing sync …"
    )


@home.command()
@click.argument("slug")
def settle(*, slug: str) -> None:
    """Say that what was set aside here was dealt with."""
    with opened() as database, database.writing() as session:
        settle_set_aside(session, lock_race(session, slug))
    click.echo("Settled")


@click.command()
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Without asking.")
def promote(*, slug: str, yes: bool) -> None:
    """Make this installation the one that serves a race, after the other has died.

    It says first what this one may lack.
    """
    with opened() as database:
        with database.reading() as session:
            lacks = lacks_of(session, slug, at=now())
        _tell(lacks)
        if not yes and not click.confirm("Keep definition and entries here from now on?"):
            raise Refused("Nothing was changed.")
        with refusing(*_FAULTS), database.writing() as session:
            claim = promote_here(session, slug, at=now(), by=BY)
        with database.reading() as session:
            found = digests_of(compute(export_document(session, slug).document), None)
    name = settings_in_force().node_name
    click.echo(f"{slug} is kept here, at {name}, from now on (term {claim.term}).")
    click.echo(f"input   {found.input}")
    click.echo(f"result  {found.result}  after stage {found.after}")
    click.echo("Now serve it (timing serve), and let stations and readers come to this address.")


def _tell(lacks: Lacks) -> None:
    click.echo(f"Until now kept at {lacks.name or lacks.node}.")
    if lacks.seen is None:
        click.echo("It was never heard from here directly.")
    else:
        click.echo(
            f"Last heard from {ago(lacks.at - lacks.seen)} ago, {format_instant(lacks.seen)}."
        )
    if lacks.missing:
        click.echo(
            f"Of what it then had, {lacks.missing:,} revisions did not come here; whatever it"
            " wrote after that is missing too, until it comes back."
        )
    else:
        click.echo("All that it then had is here; whatever it wrote after that is missing.")
    if lacks.agreed is not None:
        click.echo(
            f"Both last held the same {lacks.agreed_records:,} records"
            f" {ago(lacks.at - lacks.agreed)} ago; here are {lacks.records:,} now."
        )
    for one in lacks.devices:
        click.echo(
            f"Device {one.device} held {one.unsent:,} records that it had not sent,"
            f" {ago(lacks.at - one.seen)} ago."
        )
