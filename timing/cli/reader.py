"""``timing reader``: live lines to timing hardware."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import click

from timing.cli.databases import now, opened
from timing.cli.printing import Sheet, print_sheets
from timing.cli.reader_lines import Keeper, Post, answer_calls, call
from timing.cli.refusals import Refused
from timing.core.courses import passing_codes
from timing.core.definition import Race, Source
from timing.core.times import BadZone, format_instant, zone_named
from timing.db.engines import Database
from timing.db.reading import race_cursor, read_race
from timing.importers.wire.all import LIVE
from timing.importers.wire.lines import ReaderLine
from timing.operations.definitions import parse_definition
from timing.operations.importing import Place
from timing.operations.readers import readers_of_race

Command = TypeVar("Command", bound=Callable[..., Any])

_WE_CALL = [name for name, made in LIVE.items() if not made.calls_us]
_THEY_CALL = [name for name, made in LIVE.items() if made.calls_us]


@click.group()
def reader() -> None:
    """Listen to timing hardware while the race runs."""


def _belongs(command: Command) -> Command:
    """The options that say where the reads belong and how the reader's clock is read."""
    for option in reversed(
        (
            click.option("--race", "slug", required=True, metavar="SLUG", help="The race."),
            click.option("--stage", type=int, required=True, metavar="N", help="Its stage."),
            click.option("--control", required=True, metavar="CODE", help="The control read."),
            click.option("--name", default="", help="What the reader is called here."),
            click.option("--source", default="chip", help="Where its passings come from: chip."),
            click.option("--zone", default="", help="The zone of its clock, if not the race's."),
            click.option(
                "--offset-ms", type=int, metavar="MS", help="True time less the reader's clock."
            ),
            click.option("--bib", "is_bib", is_flag=True, help="Its tags are bibs, not chips."),
        )
    ):
        command = option(command)
    return command


@reader.command()
@click.argument("format", type=click.Choice(_WE_CALL))
@click.argument("address", metavar="HOST[:PORT]")
@_belongs
def connect(*, format: str, address: str, **belongs: Any) -> None:  # noqa: ANN401 - see _belongs
    """Connect to a reader and take what it reads, until Ctrl-C.

    After a break it connects again, and the line is taken up where it was left.
    """
    host, _, given = address.rpartition(":")
    if not host:
        host, given = address, ""
    if given and not (given.isascii() and given.isdigit() and 0 < int(given) < 65_536):
        raise click.UsageError(f"{address} is no HOST:PORT.")
    port = int(given) if given else LIVE[format].port
    with opened() as database:
        call(_keeper(database, format, f"{host}:{port}", **belongs), host, port)


@reader.command()
@click.argument("format", type=click.Choice(_THEY_CALL))
@click.option("--host", default="0.0.0.0", help="The address to listen at; all of them.")  # noqa: S104 - readers call over the camp's network
@click.option("--port", type=int, help="The port to listen at, if not the usual one.")
@_belongs
def listen(*, format: str, host: str, port: int | None, **belongs: Any) -> None:  # noqa: ANN401 - see _belongs
    """Let readers connect to this machine and take what they read, until Ctrl-C."""
    at = LIVE[format].port if port is None else port
    with opened() as database:
        keeper = _keeper(database, format, f"{host}:{at}", **belongs)
        try:
            listening = socket.create_server((host, at))
        except OSError as error:
            raise Refused(f"Can't listen at {host}:{at}: {error.strerror}.") from error
        keeper.say(f"listening at {host}:{listening.getsockname()[1]}")
        answer_calls(keeper, listening)


@reader.command("list")
@click.argument("slug")
def list_readers(*, slug: str) -> None:
    """List the readers of a race, and how each is."""
    with opened() as database, database.reading() as session:
        race_cursor(session, slug)
        found = readers_of_race(session, slug)
    rows = tuple(
        (
            one.name,
            one.format,
            one.address,
            f"{one.stage} {one.control}",
            one.state.value,
            "" if one.last_contact is None else format_instant(one.last_contact),
            str(one.taken),
            str(one.gaps),
            "" if one.offset_ms is None else f"{one.offset_ms / 1000:+.3f} s",
        )
        for one in found
    )
    header = ("name", "format", "address", "at", "state", "heard", "taken", "gaps", "clock")
    print_sheets([Sheet(title="", header=header, rows=rows, numeric=frozenset({6, 7, 8}))])


def _keeper(
    database: Database,
    format: str,
    address: str,
    *,
    slug: str,
    stage: int,
    control: str,
    name: str,
    source: str,
    zone: str,
    offset_ms: int | None,
    is_bib: bool,
) -> Keeper:
    with database.reading() as session:
        race = parse_definition(read_race(session, slug, journal=False).definition)
    place = checked_place(
        race, stage=stage, control=control, source=source, zone=zone,
        offset_ms=offset_ms, is_bib=is_bib,
    )  # fmt: skip
    of_clock = zone_named(zone or race.timezone)

    def made(position: dict[str, int | str]) -> ReaderLine:
        return LIVE[format].line(position, of_clock)

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    post = Post(
        slug=slug,
        race=race,
        name=name or f"{format} {control} {stage}",
        format=format,
        address=address,
        stage=stage,
        control=control,
        place=place,
        make_line=made,
    )

    def say(text: str) -> None:
        click.echo(f"{format_instant(now() // 1000 * 1000)} {post.name}: {text}")

    return Keeper(database, post, clock=now, say=say, stop=stop)


def checked_place(
    race: Race,
    *,
    stage: int | None,
    control: str,
    source: str = "chip",
    zone: str = "",
    offset_ms: int | None = None,
    is_bib: bool = False,
    device: str = "",
) -> Place:
    """The place that was asked for; Refused where the race has no such one."""
    found = None if stage is None else race.stage(stage)
    if stage is not None and found is None:
        raise Refused(f"{race.slug} has no stage {stage}.")
    if control and found is not None and control not in (codes := passing_codes(found)):
        raise Refused(f"Stage {stage} has no control {control}; it has {', '.join(codes)}.")
    try:
        zone_named(zone or race.timezone)
    except BadZone as error:
        raise Refused(f"There is no time zone {zone}.") from error
    if source not in list(Source):
        raise Refused(f"There is no source {source}; there are {', '.join(Source)}.")
    return Place(
        stage=stage,
        control=control,
        source=Source(source),
        zone=zone,
        offset_ms=offset_ms,
        is_bib=is_bib,
        device=device,
    )
