"""Where a command finds its race: in a racefile, or with ``--race`` in the database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from timing import racefile
from timing.cli.printing import patiently
from timing.cli.refusals import Refused, refusing
from timing.core.document import Document
from timing.core.publications import Publication
from timing.racefile import RacefileErrors

Command = TypeVar("Command", bound=Callable[..., Any])


at_revision = click.option(
    "--revision", type=int, metavar="R", help="With --race: as known here at revision R."
)


def takes_race(command: Command) -> Command:
    """Give a command the parameters ``file`` and ``slug``, of which one is to be given."""
    option = click.option(
        "--race", "slug", metavar="SLUG", help="A race of the database instead of a file."
    )
    return click.argument(
        "file", metavar="[FILE]", required=False, type=click.Path(path_type=Path)
    )(option(command))


def read_document(file: Path | None, slug: str | None, revision: int | None = None) -> Document:
    """The race in a file or of that name in the database; Refused where it can't be read.

    With ``revision`` as the database knew it then.
    """
    if revision is not None and slug is None:
        raise click.UsageError("--revision goes with --race: a file has none.")
    if (file is None) == (slug is None):
        raise click.UsageError("Give a racefile, or --race with the slug of a race.")
    if file is not None:
        return read_racefile(file)
    return held_document(slug or "", revision)


def read_published(file: Path | None, slug: str | None) -> tuple[Document, tuple[Publication, ...]]:
    """The same, with what was issued of the race: of a file nothing was, as far as it tells."""
    if file is not None or slug is None:
        return read_document(file, slug), ()
    # As in `held_document`.
    from timing.cli import databases  # noqa: PLC0415

    held = databases.held(slug)
    return held.document, held.publications


def held_document(slug: str, revision: int | None = None) -> Document:
    """A race of the database, now or as of a revision; Refused where there is none."""
    # Whoever works on a file need not wait until the database's libraries are imported.
    from timing.cli import databases  # noqa: PLC0415

    return databases.held_document(slug, revision)


def read_racefile(file: Path) -> Document:
    """The document in a racefile; Refused, with every error in it, where it can't be loaded."""
    with refusing(RacefileErrors), patiently(f"Reading {file.name}"):
        return racefile.load(file)


def write_file(path: Path, content: bytes) -> None:
    """Put a whole file in its place, or leave what is there; Refused where it can't be.

    Whoever breaks it off finds no half of one.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
