"""Public pages as files for a web server: where each is, put and taken away without a gap.

The folder holds one of `made-…` at a time, to which the link `current` points as long as every
file in it is right; the web server looks behind that link only. Each page is there as it is and
packed, under the path of its address, as ``races/x/boards/gc/+.html``; what its query says stands
behind the plus sign.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from timing.core.times import Instant
from timing.db.reading import Cursor
from timing.pages.public_pages import Media

CURRENT = "current"
HEARTBEAT = "heartbeat"
MANIFEST = "manifest.json"
_LOCK = "lock"
_MADE = "made-"
_DRAFT = ".draft"

_PART = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,99}")
_QUERY = re.compile(r"(?:after=[0-9]{1,4}|control=[A-Za-z0-9_-][A-Za-z0-9._-]{0,40})?")
"""What deploy/nginx.conf finds a file for; whatever else is asked for, the application answers."""

ENDINGS: Mapping[Media, str] = {Media.HTML: "html", Media.JSON: "json"}

_LEVEL = 7


class AlreadyKept(RuntimeError):
    """Another process writes to this folder."""


def file_name(address: str, media: Media) -> str | None:
    """Where the page of an address is kept; None where its signs could mean something else."""
    path, _, query = address.partition("?")
    parts = [part for part in path.split("/") if part]
    if not _QUERY.fullmatch(query) or not all(_PART.fullmatch(part) for part in parts):
        return None
    return "/".join((*parts, f"+{query}.{ENDINGS[media]}"))


def packed(body: bytes) -> bytes:
    """The body as gzip, the same bytes for the same body."""
    packer = zlib.compressobj(_LEVEL, wbits=31)
    return packer.compress(body) + packer.flush()


class Folder:
    """The folder of one process, which alone writes to it; raises AlreadyKept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self._lock: TextIO = (path / _LOCK).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise AlreadyKept(str(path)) from error
        self._made = path
        self._newest = 0
        self._written: dict[str, int] = {}
        self.begin()

    def begin(self) -> None:
        """Start with nothing: what an earlier process left may be of another day."""
        self.hide()
        for old in self.path.glob(f"{_MADE}*"):
            # A browser that has a page by its date must not take a new one for the same.
            self._newest = max(self._newest, *(_second(p) for p in (old, *old.rglob("*"))))
            shutil.rmtree(old)
        self._written.clear()
        self._made = self.path / f"{_MADE}{secrets.token_hex(6)}"
        self._made.mkdir()

    def close(self) -> None:
        """Leave nothing that could be taken for the present, and let another process begin."""
        self.hide()
        shutil.rmtree(self._made, ignore_errors=True)
        self._lock.close()

    def show(self) -> None:
        """Let the web server find what is here, if it does not."""
        link = self.path / CURRENT
        if not link.is_symlink():
            draft = self.path / _DRAFT
            draft.unlink(missing_ok=True)
            draft.symlink_to(self._made.name)
            draft.replace(link)

    def hide(self) -> None:
        """Let the web server find nothing: it then asks the application."""
        hide(self.path)

    def tell_right(self, at: Instant) -> None:
        """Say that all that is here was right at this moment."""
        beat = self.path / HEARTBEAT
        try:
            os.utime(beat, ns=(at * 1_000_000, at * 1_000_000))
        except FileNotFoundError:
            beat.touch()
            os.utime(beat, ns=(at * 1_000_000, at * 1_000_000))

    def put(self, name: str, body: bytes, pack: bytes, *, at: Instant) -> None:
        """Put a page in its place, as it is and packed.

        A web server makes a file's ETag of its size and the second it is of, so each version is of
        another second, if need be of one to come.
        """
        second = max(at // 1_000, self._written.get(name, self._newest) + 1)
        path = self._made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # The packed one is looked for only where the plain one is found.
        self._put(path.with_name(f"{path.name}.gz"), pack, second)
        self._put(path, body, second)
        self._written[name] = second

    def drop(self, name: str) -> None:
        """Take a page away; the web server asks the application for it."""
        path = self._made / name
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.gz").unlink(missing_ok=True)

    def put_manifest(self, text: str) -> None:
        """Put down what is here."""
        draft = self._made / _DRAFT
        draft.write_text(text)
        draft.replace(self._made / MANIFEST)

    def _put(self, path: Path, content: bytes, second: int) -> None:
        draft = self._made / _DRAFT
        draft.write_bytes(content)
        os.utime(draft, (second, second))
        draft.replace(path)


def hide(folder: Path) -> bool:
    """Let the web server find nothing in a folder any more; whether it did until now."""
    try:
        (folder / CURRENT).unlink()
    except FileNotFoundError:
        return False
    return True


def right_at(folder: Path) -> Instant | None:
    """When all that the web server finds was last said to be right; None where it finds nothing."""
    if not (folder / CURRENT).is_symlink():
        return None
    try:
        return (folder / HEARTBEAT).stat().st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return 0


def shown_cursors(folder: Path) -> Mapping[str, Cursor] | None:
    """Where each race stood that the web server finds; None where that can't be told."""
    try:
        told = json.loads((folder / CURRENT / MANIFEST).read_text())
        return {slug: Cursor(**cursor) for slug, cursor in told["races"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _second(path: Path) -> int:
    return int(path.lstat().st_mtime)
