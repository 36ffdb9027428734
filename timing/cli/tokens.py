"""``timing token``: what stations and a director's programs sign their records with."""

from __future__ import annotations

import click

from timing.cli.databases import now, opened
from timing.cli.printing import Sheet, print_sheets
from timing.cli.refusals import refusing, unknown
from timing.core.courses import passing_codes
from timing.core.definition import Race
from timing.core.times import format_instant
from timing.db.reading import race_cursor, read_race
from timing.operations.definitions import parse_definition
from timing.operations.tokens import (
    Role,
    TokenScope,
    UnknownToken,
    make_token,
    revoke_token,
    token_called,
    tokens_of_race,
)


@click.group()
def token() -> None:
    """Make, list and revoke tokens of stations and directors' programs."""


@token.command()
@click.argument("slug")
@click.option("--label", required=True, help="Whose it is, as Oberalp.")
@click.option("--stage", type=int, metavar="N", help="Only for this stage.")
@click.option(
    "--control", "controls", multiple=True, metavar="CODE", help="Only there; repeatable."
)
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MAIN.value,
    show_default=True,
    help="Whether the station counts there, or stands by.",
)
@click.option("--director", "is_director", is_flag=True, help="May write anything of the race.")
def make(
    *,
    slug: str,
    label: str,
    stage: int | None,
    controls: tuple[str, ...],
    role: str,
    is_director: bool,
) -> None:
    """Make a token for a station, or with --director for a director's program.

    It is printed once and can't be told again.
    """
    if is_director and (stage is not None or controls):
        raise click.UsageError("A director's token is for all stages and controls.")
    with opened() as database, database.writing() as session:
        held = read_race(session, slug, journal=False)
        _check_place(parse_definition(held.definition), stage, controls)
        made = make_token(
            session,
            slug,
            scope=TokenScope.DIRECTOR if is_director else TokenScope.STATION,
            label=label,
            at=now(),
            stage=stage,
            controls=controls,
            role=Role(role),
        )
    click.echo(made.plain)


def _check_place(race: Race, stage: int | None, controls: tuple[str, ...]) -> None:
    """Refuse a place that the race does not have: its token could never write anything."""
    stages = [s for s in race.stages if stage is None or s.number == stage]
    if not stages:
        raise unknown("stage", str(stage), (str(s.number) for s in race.stages))
    known = {code for s in stages for code in (*passing_codes(s), *(c.code for c in s.controls))}
    for control in controls:
        if control not in known:
            raise unknown("control", control, sorted(known))


@token.command("list")
@click.argument("slug")
def list_(*, slug: str) -> None:
    """List a race's tokens, the revoked ones too."""
    with opened() as database, database.reading() as session:
        race_cursor(session, slug)
        tokens = tokens_of_race(session, slug)
    rows = [
        (
            str(one.id),
            one.public,
            one.scope.value,
            one.label,
            "" if one.stage is None else str(one.stage),
            " ".join(one.controls),
            one.role.value if one.scope is TokenScope.STATION else "",
            format_instant(one.created),
            "" if one.revoked is None else format_instant(one.revoked),
        )
        for one in tokens
    ]
    print_sheets(
        [
            Sheet(
                title=f"Tokens of {slug}",
                header=(
                    "id",
                    "name",
                    "scope",
                    "label",
                    "stage",
                    "controls",
                    "role",
                    "made",
                    "revoked",
                ),
                rows=tuple(rows),
                numeric=frozenset({0, 4}),
            )
        ]
    )


@token.command()
@click.argument("which", metavar="ID")
def revoke(*, which: str) -> None:
    """Let a token count no more, given its name or its id as `timing token list` has them."""
    with opened() as database, refusing(UnknownToken), database.writing() as session:
        revoke_token(session, token_called(session, which), at=now())
    click.echo(f"Revoked token {which}")
