"""``timing node``: this installation among others, and the keys by which they exchange a race."""

from __future__ import annotations

import click

from timing.cli.databases import now, opened, settings_in_force
from timing.cli.printing import Sheet, print_sheets
from timing.cli.refusals import refusing
from timing.core.times import format_instant
from timing.operations.homes import known_of, own_node, renew_identity
from timing.operations.node_keys import (
    UnknownNodeKey,
    make_node_key,
    node_keys,
    revoke_node_key,
)


@click.group()
def node() -> None:
    """Let other installations exchange a race with this one."""


@node.command()
@click.argument("slug", required=False)
def show(*, slug: str | None) -> None:
    """Tell who this installation is, and with SLUG on which others the race lives."""
    with opened() as database, database.reading() as session:
        me = own_node(session)
        click.echo(f"{settings_in_force().node_name}  {me.node_id}  epoch {me.epoch}")
        others = () if slug is None else known_of(session, slug)
    if slug is None:
        return
    rows = tuple(
        (
            other.name,
            other.node,
            "" if other.seen is None else format_instant(other.seen),
            "" if other.agreed is None else format_instant(other.agreed),
            "" if other.agreed_records is None else str(other.agreed_records),
        )
        for other in others
    )
    header = ("name", "id", "heard", "agreed", "records")
    print_sheets(
        [Sheet(title=f"{slug} lives on", header=header, rows=rows, numeric=frozenset({4}))]
    )


@node.command()
@click.argument("slug")
@click.option("--label", required=True, help="Whose it is, as Camp.")
def key(*, slug: str, label: str) -> None:
    """Make a key by which another installation exchanges the race with this one.

    It is printed once and can't be told again. Who has it can write anything of the race.
    """
    with opened() as database, database.writing() as session:
        made = make_node_key(session, slug, label=label, at=now())
    click.echo(made)


@node.command()
@click.argument("slug")
def keys(*, slug: str) -> None:
    """List a race's node keys, the revoked ones too."""
    with opened() as database, database.reading() as session:
        found = node_keys(session, slug)
    rows = tuple(
        (
            str(one.id),
            one.label,
            format_instant(one.created),
            "" if one.revoked is None else format_instant(one.revoked),
        )
        for one in found
    )
    header = ("id", "label", "made", "revoked")
    print_sheets(
        [Sheet(title=f"Node keys of {slug}", header=header, rows=rows, numeric=frozenset({0}))]
    )


@node.command()
@click.argument("key_id", metavar="ID", type=int)
def revoke(*, key_id: int) -> None:
    """Let a node key count no more."""
    with opened() as database, refusing(UnknownNodeKey), database.writing() as session:
        revoke_node_key(session, key_id, at=now())
    click.echo(f"Revoked node key {key_id}")


@node.command()
def renew() -> None:
    """Give this installation an identity of its own, where its database was copied from another.

    Stop the server before.
    """
    with opened() as database, database.writing() as session:
        renewed = renew_identity(session)
    click.echo(f"This installation is {renewed} from now on")
