"""``timing sync``: exchanging a race with another installation, over a line or by a file."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from timing.cli.databases import now, opened, settings_in_force
from timing.cli.lines import BadAddress, HttpLine, LineFailed, LineRefused, line_to
from timing.cli.printing import is_interactive
from timing.cli.refusals import Broken, Refused, refusing
from timing.db.engines import Database, DatabaseBusy
from timing.operations.homes import UnknownNode, node_called
from timing.operations.revisions import lock_race
from timing.operations.sync.exchange import Exchanged, exchange
from timing.operations.sync.faults import BadParcel, MadeApart, NoRaceInIt, SameNode
from timing.operations.sync.parcels import take_parcel, write_parcel

_FAULTS = (BadAddress, BadParcel, LineRefused, MadeApart, NoRaceInIt, SameNode)
_DURATION = re.compile(r"(?P<number>[1-9][0-9]{0,4})(?P<unit>[smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600}
_FIRST_BACKOFF_SECONDS = 2.0
_LONGEST_BACKOFF_SECONDS = 300.0


class _Duration(click.ParamType[float]):
    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = _DURATION.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no duration like 30s, 5m or 1h", param, ctx)
        return float(found["number"]) * _SECONDS[found["unit"]]


@click.command()
@click.argument("address", metavar="[URL]", required=False)
@click.option("--race", "slug", metavar="SLUG", help="The race; a file that is read says it.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the node key is; else it is asked for, or the first line of standard input.",
)
@click.option("--ca", type=click.Path(path_type=Path), metavar="FILE", help="Trust it for https.")
@click.option("--every", type=_Duration(), metavar="30s", help="Keep going, that far apart.")
@click.option("--join", is_flag=True, help="Races made apart from each other are one.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write a file.")
@click.option("--to", metavar="NODE", default="", help="With --out: what that one lacks.")
@click.option("--in", "source", type=click.Path(path_type=Path), metavar="FILE", help="Read one.")
def sync(
    *,
    address: str | None,
    slug: str | None,
    key_file: Path | None,
    ca: Path | None,
    every: float | None,
    join: bool,
    out: Path | None,
    to: str,
    source: Path | None,
) -> None:
    """Exchange a race's records with another installation.

    Over a line by its URL, or with --out and --in as a file. Doing so again adds nothing.
    """
    if sum(way is not None for way in (address, out, source)) != 1:
        raise click.UsageError("Give the URL of an installation, or --out FILE, or --in FILE.")
    if source is not None:
        _read(source, join=join)
        return
    if slug is None:
        raise click.UsageError("Say which race: --race SLUG.")
    if out is not None:
        _write(out, slug, to)
        return
    with refusing(BadAddress):
        line = line_to(str(address), slug, _key(key_file), authority=ca)
    _keep_exchanging(line, join=join, every=every)


def _key(path: Path | None) -> str:
    if path is not None:
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{path} can't be read.") from error
    if is_interactive():
        return str(click.prompt("Node key", hide_input=True)).strip()
    return sys.stdin.readline().strip()


def _keep_exchanging(line: HttpLine, *, join: bool, every: float | None) -> None:
    """Exchange once, or for as long as it runs: after a failure the wait doubles."""
    backoff = _FIRST_BACKOFF_SECONDS
    with opened(made=True) as database, refusing(*_FAULTS):
        while True:
            try:
                _tell(_exchanged(database, line, join=join), is_brief=every is not None)
                backoff = _FIRST_BACKOFF_SECONDS
                wait = every
            except (LineFailed, DatabaseBusy) as error:
                said = str(error) or "the database is busy"
                if every is None:
                    raise Broken(f"{said}. What was exchanged stays; call it again.") from error
                click.echo(f"{said}; again in {backoff:.0f} s", err=True)
                wait, backoff = backoff, min(backoff * 2, max(every, _LONGEST_BACKOFF_SECONDS))
            if wait is None:
                return
            time.sleep(wait)


def _exchanged(database: Database, line: HttpLine, *, join: bool) -> Exchanged:
    name = settings_in_force().node_name
    with _progress() as progress:
        return exchange(database, line.slug, line, name=name, now=now, join=join, progress=progress)


class _progress:  # noqa: N801 - used as a context manager only
    """On a terminal, one line that says how far it is."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._is_shown = is_interactive() and sys.stderr.isatty()
        return self._show

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def _show(self, way: str, to: int, top: int) -> None:
        if self._is_shown:
            click.echo(f"\r\x1b[K{way} up to revision {to:,} of {top:,}", nl=False, err=True)


def _tell(done: Exchanged, *, is_brief: bool) -> None:
    if is_brief and done.agrees and not (done.fetched or done.sent or done.frame):
        return
    words = [f"{done.name or done.node}: {done.fetched:,} records fetched, {done.sent:,} sent"]
    if done.frame == "taken":
        words.append("definition and entries followed")
    if done.frame == "given":
        words.append("definition and entries given")
    words.append(
        f"both hold the same {done.records:,}" if done.agrees else "more came in meanwhile"
    )
    click.echo("; ".join(words))


def _write(path: Path, slug: str, to: str) -> None:
    """Write the file beside its place, then put it there, and have the stick itself hold it."""
    draft = path.with_name(f".{path.name}.part")
    with opened() as database:
        try:
            node = ""
            if to:
                with refusing(UnknownNode), database.writing() as session:
                    node = node_called(session, lock_race(session, slug), to)
            with draft.open("wb") as file:
                written = write_parcel(
                    database, slug, file, name=settings_in_force().node_name, at=now(), to=node
                )
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise Refused(f"{path} can't be written: {error.strerror}.") from error
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    since = f", after revision {written.after:,}" if written.after else ""
    click.echo(f"{path}: {written.records:,} records{since}, {path.stat().st_size:,} bytes")


def _read(path: Path, *, join: bool) -> None:
    with opened(made=True) as database, refusing(*_FAULTS), _progress() as progress:
        try:
            with path.open("rb") as file:
                got = take_parcel(database, file, now=now, join=join, progress=progress)
        except OSError as error:
            raise Refused(f"{path} can't be read: {error.strerror}.") from error
    told = f"{got.slug}, from {got.name}: new records {got.accepted:,}, known {got.known:,}"
    click.echo(told + ("; definition and entries followed" if got.frame_taken else ""))
    if got.missing is not None:
        first, last = got.missing
        click.echo(
            f"Between this file and what came before, its revisions {first:,} to {last:,} are"
            f" missing: have a whole file written there, without --to.",
            err=True,
        )
    if not got.is_whole:
        raise Broken("The file's end is missing or spoilt; what was whole of it was taken.")
