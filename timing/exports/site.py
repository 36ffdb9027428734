"""A whole race as files that need no server: from a web space, a folder, a USB stick.

The pages are those of the site, made complete: links lead from file to file, what needs a server or
a script is left out, and each says when it was made and from what. Names of files hold on any
file system: small letters, digits and few signs, nothing a system keeps to itself.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, unquote

from timing.core.book import RaceBook
from timing.exports.csv import to_csv
from timing.exports.json import everything
from timing.exports.table import board_table, stage_table
from timing.pages import addresses
from timing.pages.languages import speaking
from timing.pages.public_pages import Around, Media, PublicPage, public_pages
from timing.pages.static_files import STATIC

INDEX = "index.html"
RESULTS = "data/results.json"
ABOUT = "copy.json"
"""Says of which race a folder is a copy: what may be replaced by a newer one."""

_LONGEST_PART = 60
_PLAIN = frozenset(string.ascii_letters + string.digits + "-")
_KEPT_BY_SYSTEMS = frozenset(
    {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
)

_SCRIPT = re.compile(r"<script\b.*?</script>\s*", re.DOTALL)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\s*')
_FORM = re.compile(r"<form\b.*?</form>\s*", re.DOTALL)
_TEMPLATE = re.compile(r"<template\b.*?</template>\s*", re.DOTALL)
_SERVED = re.compile(r"<span data-served>.*?</span>", re.DOTALL)
_OTHERWHERE = re.compile(r'<meta (?:property|name)="(?:og|twitter):[^>]*>\s*')
_FOLLOWED = re.compile(r' data-(?:live|revision)="[^"]*"')
_NAV = re.compile(r"<nav\b.*?</nav>", re.DOTALL)
_TONGUES = re.compile(r'<nav class="tongues".*?</nav>\s*', re.DOTALL)
_ITEM = re.compile(r'<li\b[^>]*>\s*<a\b[^>]*\shref="(?P<to>[^"]*)"[^>]*>.*?</a>\s*</li>', re.DOTALL)
_ANCHOR = re.compile(
    r'<a\b(?P<tag>[^>]*?)\shref="(?P<to>[^"]*)"(?P<rest>[^>]*)>(?P<what>.*?)</a>', re.DOTALL
)
_LINK = re.compile(r'<(?:link|img|iframe|source)\b[^>]*?\s(?:href|src)="(?P<to>[^"]*)"[^>]*>\s*')
_REFERENCE = re.compile(r'(?P<name>\s(?:href|src))="(?P<to>[^"]*)"')
_PRELOAD = re.compile(r'\srel="(?:preload|modulepreload|manifest)"')
_ONE_OF_A_STYLE = re.compile(r"url\(\s*[\"']?(?P<to>[^\"')]+)[\"']?\s*\)")
_ESCAPED = {"&amp;": "&", "&#39;": "'", "&#34;": '"', "&lt;": "<", "&gt;": ">"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """A file of the site: its path with ``/`` between, and what makes its content."""

    path: str
    content: Callable[[], bytes]


def site_files(
    book: RaceBook, *, languages: Sequence[str], made: Mapping[str, str], revision: int = 0
) -> tuple[SiteFile, ...]:
    """Every file of a race's site, in the languages of these codes, the first at its top.

    ``made`` says in each language when it was made and from what. A file is made when its content
    is asked for.
    """
    pages = [(code, page) for code in languages for page in _pages(book, code)]
    paths = _paths(book, languages, pages)

    def html(page: PublicPage, code: str) -> bytes:
        copy = _Copy(paths[page.address], paths, is_alone=len(languages) == 1)
        return copy.of(page.whole(book, revision, Around(notice=made[code]))).encode()

    files = [
        SiteFile(path=paths[page.address], content=partial(html, page, code))
        for code, page in pages
    ]
    files += _data(book)
    about = {"race": book.race.slug, "revision": revision, "made": made[languages[0]]}
    text = json.dumps(about, ensure_ascii=False) + "\n"
    files.append(SiteFile(path=ABOUT, content=text.encode))
    files += _static()
    return tuple(files)


def _pages(book: RaceBook, code: str) -> list[PublicPage]:
    with speaking(code):
        return [p for p in public_pages(book) if p.is_frozen and p.media is Media.HTML]


def _paths(
    book: RaceBook, languages: Sequence[str], pages: Iterable[tuple[str, PublicPage]]
) -> dict[str, str]:
    """The file of each address; the home of the first language is at the top."""
    taken: set[str] = set()
    found = {}
    for code, page in pages:
        with speaking(code):
            home = addresses.race(book.race.slug)
        path, _, query = page.address.removeprefix(home).partition("?")
        parts = [_part(unquote(part)) for part in path.split("/") if part] or ["index"]
        parts[-1] += "".join(f"-{_part(name)}-{_part(value)}" for name, value in parse_qsl(query))
        folder = [] if code == languages[0] else [code]
        name, again = "/".join((*folder, *parts)), 1
        unique = name
        while unique in taken:
            again += 1
            unique = f"{name}-{again}"
        taken.add(unique)
        found[page.address] = f"{unique}.html"
    return found


def _part(text: str) -> str:
    """A part of a file's name that any file system takes, and none takes for another."""
    plain = "".join(c if c in _PLAIN else f"_{ord(c):x}" for c in text).lower()
    if len(plain) > _LONGEST_PART:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        plain = f"{plain[: _LONGEST_PART - 13]}-{digest}"
    return f"_{plain}" if plain in _KEPT_BY_SYSTEMS else plain


class _Copy:
    """A page rewritten for its place among the files."""

    def __init__(self, path: str, paths: Mapping[str, str], *, is_alone: bool) -> None:
        """At ``path``, among ``paths`` by address; ``is_alone`` in its language."""
        self._is_alone = is_alone
        self._folder = posixpath.dirname(path)
        self._paths = paths

    def of(self, text: str) -> str:
        """The page, complete as it is."""
        for what in (_POLICY, _SCRIPT, _FORM, _TEMPLATE, _OTHERWHERE, _FOLLOWED):
            text = what.sub("", text)
        if self._is_alone:
            text = _TONGUES.sub("", text)
        data = self._relative(RESULTS)
        text = _SERVED.sub(f'<a href="{data}">results.json</a>.', text)
        text = _LINK.sub(self._link, text)
        text = _NAV.sub(lambda nav: _ITEM.sub(self._item, nav[0]), text)
        text = text.replace("url(/static/", f"url({self._relative('static')}/")
        return _ANCHOR.sub(self._anchor, text)

    def _target(self, to: str) -> str | None:
        """Where a reference leads from here, None if nowhere."""
        for escaped, sign in _ESCAPED.items():
            to = to.replace(escaped, sign)
        address, mark, fragment = to.partition("#")
        if not address or to == self._relative(RESULTS):
            return to
        if address.startswith("/static/vendor/") and not address.endswith(".woff2"):
            return None  # what only scripts draw with
        if address.startswith("/static/"):
            return self._relative(address.partition("?")[0].removeprefix("/"))
        path = self._paths.get(address)
        return None if path is None else self._relative(path) + mark + fragment

    def _relative(self, path: str) -> str:
        return posixpath.relpath(path, self._folder or ".")

    def _link(self, found: re.Match[str]) -> str:
        target = None if _PRELOAD.search(found[0]) else self._target(found["to"])
        if target is None:
            return ""
        return _REFERENCE.sub(lambda one: f'{one["name"]}="{target}"', found[0], count=1)

    def _item(self, found: re.Match[str]) -> str:
        """A way to what is not here goes with it."""
        return "" if self._target(found["to"]) is None else found[0]

    def _anchor(self, found: re.Match[str]) -> str:
        target = self._target(found["to"])
        if target is None:
            return f"<span{found['tag']}>{found['what']}</span>"
        return f'<a{found["tag"]} href="{target}"{found["rest"]}>{found["what"]}</a>'


def _data(book: RaceBook) -> Iterator[SiteFile]:
    """What programs read: everything in one file, and a table of each board and stage."""
    yield SiteFile(path=RESULTS, content=lambda: everything(book))
    for code in book.board_codes():
        yield SiteFile(
            path=f"data/boards/{_part(code)}.csv",
            content=partial(_board, book, code),
        )
    for number in book.stages:
        yield SiteFile(
            path=f"data/stages/{number}.csv",
            content=partial(_stage, book, number),
        )


def _board(book: RaceBook, code: str) -> bytes:
    return to_csv(board_table(book.race, book.board(code)))


def _stage(book: RaceBook, number: int) -> bytes:
    return to_csv(stage_table(book.race, book.stage_boards(number)))


def _static() -> Iterator[SiteFile]:
    """Styles, and the fonts and pictures they name."""
    styles = sorted(STATIC.glob("css/*.css"))
    names = {path.relative_to(STATIC).as_posix() for path in styles} | {"img/icon.svg"}
    for path in styles:
        for found in _ONE_OF_A_STYLE.finditer(path.read_text(encoding="utf-8")):
            if not found["to"].startswith(("data:", "#")):
                names.add(posixpath.normpath(posixpath.join("css", found["to"])))
    for name in sorted(names):
        yield SiteFile(path=f"static/{name}", content=(STATIC / name).read_bytes)
