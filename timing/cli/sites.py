"""``timing export --format site``: a whole race as pages that need no server."""

from __future__ import annotations

import json
import secrets
import shutil
import time
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from timing import racefile
from timing.cli.printing import warn_of
from timing.cli.refusals import Refused
from timing.cli.results import computed
from timing.cli.sources import read_document
from timing.core.public import public_book
from timing.core.times import Instant
from timing.exports.site import ABOUT, SiteFile, site_files
from timing.exports.site_origin import Origin, made_words

_RACEFILE = "race.yaml"


def write_site(
    file: Path | None,
    slug: str | None,
    at: Instant | None,
    languages: Sequence[str],
    out: Path,
    *,
    with_racefile: bool,
) -> None:
    """Write a race's site to a folder, or to a file that ends in ``.zip``: whole or not at all.

    Refused where something else is in its place; an earlier copy of a race is replaced.
    """
    _refuse_what_is_no_copy(out)
    revision = 0
    if slug is not None and file is None:
        # Whoever works on a file need not wait until the database's libraries are imported.
        from timing.cli import databases  # noqa: PLC0415

        held = databases.held(slug)
        document, revision = held.document, held.cursor.revision
        issued = held.publications
    else:
        document, issued = read_document(file, slug), ()
    whole = computed(document, at, issued)
    book = public_book(whole.document, whole=whole)
    warn_of(book.problems())
    languages = tuple(dict.fromkeys(languages))
    now = time.time_ns() // 1_000_000
    origin = Origin(file="" if file is None else file.name, revision=revision, at=at)
    made = {code: made_words(document.race, code, now, origin) for code in languages}
    files = list(site_files(book, languages=languages, made=made, revision=revision))
    if with_racefile:
        text = racefile.dump(document)
        files.append(SiteFile(path=_RACEFILE, content=text.encode))
    # Of its own: two who write the same do not take from each other.
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        if out.suffix == ".zip":
            _zip(files, draft)
        else:
            _unfold(files, draft)
        if out.is_dir():  # only an empty folder could be replaced
            _remove(out)
        draft.replace(out)
    except OSError as error:
        raise Refused(f"{out} can't be written: {error.strerror}.") from error
    finally:
        # Whoever breaks it off finds nothing that looks like a whole.
        _remove(draft)
    click.echo(f"Wrote {len(files)} files to {out}", err=True)


def _refuse_what_is_no_copy(out: Path) -> None:
    if out.suffix == ".zip":
        if out.is_dir():
            raise Refused(f"{out} is a folder.")
        return
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is a file.")
    if out.is_dir() and any(out.iterdir()):
        try:
            json.loads((out / ABOUT).read_text(encoding="utf-8"))["race"]
        except (OSError, ValueError, KeyError, TypeError):
            raise Refused(f"{out} holds something else; name a new folder.") from None


def _unfold(files: Sequence[SiteFile], folder: Path) -> None:
    for one in _told(files):
        path = folder / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.content())


def _zip(files: Sequence[SiteFile], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in _told(files):
            packed.writestr(one.path, one.content())


def _told(files: Sequence[SiteFile]) -> Iterable[SiteFile]:
    console = Console(stderr=True)
    return track(files, "Writing", console=console, transient=True, disable=not console.is_terminal)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
